/** Colours that a background can be keyed out of: as far from skin, wood and paper, and from each other, as colours get. */
export const keyColours = ['#00ff00', '#ff00ff', '#0000ff'] as const

/** One of them, as RGB in hex. */
export type KeyColour = (typeof keyColours)[number]

const names: Readonly<Record<KeyColour, string>> = { '#00ff00': 'pure green', '#ff00ff': 'pure magenta', '#0000ff': 'pure blue' }

/** Words of a prompt that speak of a key colour, or of things that have it. Latin words from their beginning, the others anywhere. */
const words: Readonly<Record<KeyColour, RegExp>> = {
  '#00ff00':
    /\b(?:green|lime|emerald|olive|mint|jade|teal|turquoise|leaf|leaves|plant|grass|lawn|moss|fern|ivy|cactus|succulent|forest|jungle|foliage|tree|bamboo|matcha|tea\b|avocado|frog|lizard|cucumber|broccoli|lettuce|basil|herb|clover|pine)|緑|グリーン|葉|草|木|森|竹|抹茶|茶|绿|綠|叶|树|樹|林/giu,
  '#ff00ff':
    /\b(?:magenta|pink|purple|violet|fuchsia|lilac|lavender|mauve|plum|orchid|rose|peony|neon|amethyst|flamingo|blossom|sakura|cherry blossom)|紫|ピンク|桃|桜|花|マゼンタ|粉|玫瑰|樱/giu,
  '#0000ff':
    /\b(?:blue|navy|cobalt|indigo|azure|cyan|sapphire|sky|ocean|sea\b|water|denim|jeans|ice\b)|青|藍|紺|ブルー|空|海|水|蓝|藍|天/giu,
}

/**
 * The key colour the prompt speaks of least, so that the subject is unlikely to have it: green, else magenta, else blue. Colours written as
 * `#rrggbb` are read too.
 */
export function chooseKeyColour(prompt: string): KeyColour {
  const mentions = (key: KeyColour) => [...prompt.matchAll(words[key])].length + coloursLike(key, prompt)
  return keyColours.reduce((best, key) => (mentions(key) < mentions(best) ? key : best))
}

/** Colours written in hex in which the key's own channels stand out. */
function coloursLike(key: KeyColour, prompt: string): number {
  const written = [...prompt.matchAll(/#([0-9a-f]{6})\b/gi)].map(([, hex]) => channelsOf(hex!))
  return written.filter((colour) => keyness(colour, channelsOf(key)) > 48).length
}

/**
 * The prompt with what the model must do so that its background can be keyed out afterwards. It grows by some 400 characters, which count
 * towards the longest prompt a model takes.
 */
export function keyPrompt(prompt: string, key: KeyColour): string {
  const colour = `${names[key]} (${key.toUpperCase()})`
  return `${prompt.trimEnd()}

Background: one perfectly flat, uniform ${colour} that fills the frame to every edge around the subject and shows through every gap in it. \
No gradient, texture, shadow, reflection, glow, border or floor on the background. The subject is opaque, has crisp edges and contains no \
${names[key]} and no light reflected from the background.`
}

/** Red, green and blue, 0..255. */
export type Channels = readonly [red: number, green: number, blue: number]

/** Reads `rrggbb`, with or without `#`. */
export function channelsOf(hex: string): Channels {
  const value = Number.parseInt(hex.replace('#', ''), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/**
 * How far the channels that make up the key stand out of a colour, -255..255: the least of them, less the greatest of the others. It is 0
 * for every grey, and mixing a grey with the key raises it in proportion: the colour difference that keyers have worked with since film.
 * @param key a colour whose greatest channels are the key's
 */
export function keyness([red, green, blue]: Channels, key: Channels): number {
  const middle = (Math.max(...key) + Math.min(...key)) / 2
  let [inside, outside] = [255, 0]
  if (key[0] > middle) inside = Math.min(inside, red)
  else outside = Math.max(outside, red)
  if (key[1] > middle) inside = Math.min(inside, green)
  else outside = Math.max(outside, green)
  if (key[2] > middle) inside = Math.min(inside, blue)
  else outside = Math.max(outside, blue)
  return inside - outside
}
