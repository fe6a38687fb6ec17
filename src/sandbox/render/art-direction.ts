import { type Chance, createChance } from './chance.ts'
import { type PagePlan, planPage, planSticker } from './page/page-plan.ts'
import { type Palette, palettes } from './palettes.ts'
import type { PictureOrder } from './picture-order.ts'
import { scenes } from './scenes/index.ts'
import type { Detail, LayoutKind, Scene } from './scenes/scene.ts'
import { lengthOf } from './text/split-prompt.ts'

/** Everything that is decided about a picture before the first stroke. */
export interface ArtDirection {
  scene: Scene
  palette: Palette
  plan: PagePlan
  detail: Detail
  chance: Chance
}

/** A word in the prompt that narrows the choice to scenes or palettes of these names. */
interface Hint {
  words: RegExp
  scenes?: readonly string[]
  palettes?: readonly string[]
}

/** In half ems: about twenty English words. */
const LONGEST_ON_PICTURE = 130

const hints: readonly Hint[] = [
  {
    words: /harbou?r|\bsea\b|ocean|beach|\bboat|\bship|\bbay\b|lake|island|lighthouse|(?<!上)海(?![报報])|港|船|浜|岛|島|湖/iu,
    scenes: ['harbour'],
  },
  { words: /mountain|\bhills?\b|forest|\bpines?\b|valley|landscape|alps?\b|山|森|峠|林|富士|風景|风景/iu, scenes: ['ridges'] },
  { words: /\bcity|skyline|street|tokyo|shanghai|skyscraper|都市|城市|街|東京|东京|上海|大阪|大厦|霓虹|ネオン/iu, scenes: ['night-city'] },
  { words: /flower|botanic|\bleaf|leaves|jungle|garden party|spring|wedding|花|葉|叶|春|植物|婚/iu, scenes: ['papercut', 'still-life'] },
  {
    words: /\btea\b|coffee|caf[eé]|bottle|fruit|kitchen|\bfood|product|perfume|vase|茶|珈琲|コーヒー|咖啡|果|酒|料理|商品|产品/iu,
    scenes: ['still-life', 'papercut'],
  },
  { words: /\bzen\b|meditat|\bcalm|minimal|temple|japanese garden|禅|庭|寺|石|静寂/iu, scenes: ['garden', 'ridges'] },
  { words: /abstract|gradient|wallpaper|\bwave|texture|silk|flow|抽象|渐变|波|背景/iu, scenes: ['silk'] },
  { words: /geometr|pattern|\blogo|icon|bauhaus|mid-?century|typograph|festival|图案|図案|模様|几何|幾何/iu, scenes: ['tiles'] },
  { words: /night|midnight|neon|\bstar(s|ry)?\b|moon|\bdark\b|cyber|夜|星|月|霓虹|ネオン/iu, palettes: ['midnight', 'neon', 'dusk'] },
  { words: /dawn|morning|sunrise|朝|夜明け|黎明|晨/iu, palettes: ['dawn', 'plum', 'jade'] },
  { words: /dusk|sunset|evening|twilight|夕|黄昏|晚霞/iu, palettes: ['dusk', 'sand', 'dawn'] },
  { words: /\btea\b|green|forest|summer|nature|茶|緑|绿|夏|森/iu, palettes: ['jade', 'moss'] },
  { words: /autumn|\bfall\b|desert|warm|retro|coffee|秋|砂|紅葉|咖啡|珈琲/iu, palettes: ['sand', 'moss', 'dawn'] },
  { words: /winter|snow|\bice|\bblue|ocean|\bsea\b|冬|雪|青|藍|蓝|(?<!上)海(?![报報])/iu, palettes: ['indigo', 'ink-wash', 'jade'] },
  { words: /pink|\blove|cherry|blossom|spring|wedding|桜|樱|桃|恋|春/iu, palettes: ['plum', 'dawn'] },
  { words: /\bink\b|sumi|black and white|monochrom|\bzen\b|墨|水墨|禅|書道|书法/iu, palettes: ['ink-wash', 'indigo'] },
]

/** Decides a picture: the words narrow scene and palette, the seed chooses among what is left, the format decides the layout. */
export function directPicture(order: PictureOrder): ArtDirection {
  const chance = createChance(order.seed)
  const choice = chance.fork('art direction')
  const words = order.prompt.slice(0, 2_000)
  const scene = choice.pick(narrowed(scenes, hintsFor(words, 'scenes')))
  const palette = choice.pick(narrowed(palettes, hintsFor(words, 'palettes')))
  const layout = layoutFor(order.prompt, scene, choice)
  const sticker = order.background === 'transparent' && order.format !== 'jpeg'
  const plan = sticker ? planSticker(order.width, order.height, chance) : planPage(order.width, order.height, scene, layout, chance)
  return { scene, palette, plan, detail: detailOf(order.quality), chance }
}

/** Running text needs the paper of a plate; on a picture only a title reads well. */
function layoutFor(prompt: string, scene: Scene, choice: Chance): LayoutKind {
  const picked = choice.pick(scene.layouts)
  return lengthOf(prompt.trim()) > LONGEST_ON_PICTURE && scene.layouts.includes('plate') ? 'plate' : picked
}

function hintsFor(words: string, kind: 'scenes' | 'palettes'): readonly string[] | undefined {
  return hints.find((hint) => hint[kind] && hint.words.test(words))?.[kind]
}

function narrowed<Named extends { readonly name: string }>(all: readonly Named[], names: readonly string[] | undefined): readonly Named[] {
  return names ? all.filter((item) => names.includes(item.name)) : all
}

function detailOf(quality: string): Detail {
  if (quality === 'low') return 0
  return ['high', 'xhigh', 'max', 'hd'].includes(quality) ? 2 : 1
}
