const MAX_SOURCE_UNITS = 4_000
const MAX_MARKS = 3
const MISSING = '□'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * Makes any text fit to be set: well-formed Unicode in composed form, white space folded to single spaces (line feeds kept),
 * control, direction and zero-width characters and emoji left out, characters that no font has shown as □, piled-up marks cut to three.
 * Only the first 4,000 UTF-16 units are read; no size of picture shows more.
 */
export function cleanPrompt(prompt: string, canDraw: (codePoint: number) => boolean): string {
  const source = prompt.slice(0, MAX_SOURCE_UNITS).toWellFormed().normalize('NFC')
  let text = ''
  for (const { segment } of graphemes.segment(source)) text += cleanGrapheme(segment, canDraw)
  return text
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[\s]*/g, '\n')
    .replace(/□{3,}/g, MISSING.repeat(3))
    .trim()
}

function cleanGrapheme(grapheme: string, canDraw: (codePoint: number) => boolean): string {
  if (/^[\n\r\u0085\u2028\u2029]/.test(grapheme)) return '\n'
  if (/^\s/.test(grapheme)) return ' '
  const characters = [...grapheme].filter((character) => !/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Variation_Selector}]/u.test(character))
  const [base, ...marks] = characters
  if (base === undefined) return ''
  if (!canDraw(base.codePointAt(0)!)) return isPictograph(grapheme) ? '' : plainerForm(grapheme, canDraw)
  return (
    base +
    marks
      .filter((mark) => canDraw(mark.codePointAt(0)!))
      .slice(0, MAX_MARKS)
      .join('')
  )
}

/** The letters below accents and styles, as in `ά` → `α` and `𝕳` → `H`, where these can be drawn. */
function plainerForm(grapheme: string, canDraw: (codePoint: number) => boolean): string {
  const plain = [...grapheme.normalize('NFKD')].filter((character) => canDraw(character.codePointAt(0)!)).join('')
  return plain.trim() || MISSING
}

function isPictograph(grapheme: string): boolean {
  return /[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}]/u.test(grapheme)
}
