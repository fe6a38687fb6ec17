/** A prompt as a poster would set it: a few words large, the rest beneath. */
export interface TitleText {
  headline: string
  /** Empty when the headline says it all. */
  deck: string
}

/** Widths in half-em units: a Latin letter is about 1, a Han character 2. */
const LONGEST_HEADLINE = 44
const SHORTEST_HEADLINE = 4
const SHORTEST_COMMA_HEADLINE = 12
const SHORTEST_DECK = 4
const LONGEST_WHOLE = 64
const LEAD_IN = 32
const UNTITLED = 'Untitled'

const quoted = /["“«「『]([^"”»」』]{1,40})["”»」』]/u
const strongBreak = /\n|\s+[-–—|·]+\s+|[–—|]+|[:;]\s+|[：；]\s*|[。．！？!?]\s*|\.\s+/gu
const weakBreak = /[,，、]\s*|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])\s+/gu
const leaning = /^(?:an?|the|of|in|on|at|by|to|for|from|with|and|or|as|is|are|his|her|its|their|this|that|[（「『【《〈([])$/iu
const leadWords = new Intl.Segmenter('ja', { granularity: 'word' })
const ideographs = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\uff00-\uff60]/gu

/**
 * Finds the headline in a clean prompt. Words in quotation marks win, since they are what the picture is asked to say
 * (the whole prompt then stands beneath); else what stands before the first dash, colon, sentence end, or comma that leaves a
 * headline of a good length; else a short prompt is all headline, and a long one starts with a few words set large.
 */
export function splitPrompt(text: string): TitleText {
  if (text === '') return { headline: UNTITLED, deck: '' }
  const flat = text.replaceAll('\n', ' ')
  const quotation = quoted.exec(flat)?.[1]?.trim()
  if (quotation && lengthOf(flat) > lengthOf(quotation) + 8) return { headline: quotation, deck: flat }
  const atBreak = splitAt(text, strongBreak, SHORTEST_HEADLINE) ?? splitAt(text, weakBreak, SHORTEST_COMMA_HEADLINE)
  if (atBreak) return atBreak
  return lengthOf(flat) > LONGEST_WHOLE ? splitLeadIn(flat) : { headline: flat, deck: '' }
}

/** The first words as headline and the sentence going on beneath, never parted after a word that leans on the next one. */
function splitLeadIn(text: string): TitleText {
  const words = [...leadWords.segment(text)].map(({ segment }) => segment)
  let taken = 0
  for (let length = 0; taken < words.length && length + lengthOf(words[taken]!) <= LEAD_IN; taken++) length += lengthOf(words[taken]!)
  while (taken > 1 && (leaning.test(words[taken - 1]!) || words[taken - 1]!.trim() === '')) taken--
  const headline = words.slice(0, taken).join('').trim()
  return headline === '' ? { headline: text, deck: '' } : { headline, deck: words.slice(taken).join('').trim() }
}

function splitAt(text: string, breaks: RegExp, shortest: number): TitleText | undefined {
  for (const match of text.matchAll(breaks)) {
    const mark = /[！？!?]/.exec(match[0])?.[0] ?? ''
    const headline = text.slice(0, match.index).trim().replaceAll('\n', ' ') + mark
    const deck = text
      .slice(match.index + match[0].length)
      .trim()
      .replaceAll('\n', ' ')
    const length = lengthOf(headline)
    const enough = /[\p{Script=Han}]/u.test(headline) ? SHORTEST_HEADLINE : shortest
    if (length > LONGEST_HEADLINE) return undefined
    if (length >= enough && lengthOf(deck) >= SHORTEST_DECK) return { headline, deck }
  }
  return undefined
}

/** The length of a text as it is set, in half ems: Latin letters count one, Han and kana two. */
export function lengthOf(text: string): number {
  return text.length + (text.match(ideographs)?.length ?? 0)
}
