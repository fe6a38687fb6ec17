import { displayWidth } from './layout.ts'

/** Letters between which Japanese and Chinese lines break: no spaces stand there. */
const ideograph = '[\\u2e80-\\u2fdf\\u3005\\u3007\\u3041-\\u30ff\\u3400-\\u9fff\\uac00-\\ud7a3\\uf900-\\ufaff]'
/** Marks that never begin a line, and marks that never end one. */
const closing =
  '[\\u3001\\u3002\\u3009\\u300b\\u300d\\u300f\\u3011\\uff01\\uff09\\uff0c\\uff0e\\uff1a\\uff1b\\uff1f\\u30fc\\u3005)\\].,:;!?…]'
const opening = '[\\u3008\\u300a\\u300c\\u300e\\u3010\\uff08(\\[]'

/** What stays together on a line: one ideograph, or a run of other letters, each with the marks around it. */
const piece = new RegExp(`${opening}*(?:${ideograph}|(?:(?!${ideograph}|${opening})\\S)+)${closing}*|\\S`, 'gu')

/**
 * Breaks prose of any of our languages into lines of at most `width` cells: at spaces, and between the letters of languages that have
 * none. What is wider than a line alone is never cut.
 */
export function paragraph(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const { 0: found, index } of text.matchAll(piece)) {
    const space = line !== '' && /\s/.test(text[index - 1] ?? '') ? ' ' : ''
    if (line === '' || displayWidth(line + space + found) <= width) line += space + found
    else {
      lines.push(line)
      line = found
    }
  }
  return [...lines, line]
}
