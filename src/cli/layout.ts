import { stripVTControlCharacters } from 'node:util'
import { type Output, say } from './command.ts'

/** Letters that take two cells of a terminal: CJK, Hangul, full-width forms, emoji (the ranges of Unicode's East Asian Width). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/gu

/** Cells that a text takes in a terminal. */
export function displayWidth(text: string): number {
  return [...text].length + (text.match(wide)?.length ?? 0)
}

/** A text on one line: nothing that a caller chose may move the cursor. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, ' ')
}

/** A text in at most so many cells; what is left out of a longer one shows as `…`. */
export function cut(text: string, cells: number): string {
  if (displayWidth(text) <= cells) return text
  let kept = ''
  for (const letter of text) {
    if (displayWidth(`${kept}${letter}…`) > cells) break
    kept += letter
  }
  return cells < 1 ? '' : `${kept}…`
}

const isNumberOrEmpty = (text: string) => /^(?:-?\d+(?:\.\d+)?)?$/.test(text)

/** Lays rows out in columns, the first row being the head; columns of numbers lean right. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(plainText))
  const columns = cells[0]!.map((_, column) => ({
    width: Math.max(...cells.map((row) => displayWidth(row[column]!))),
    leansRight: cells.length > 1 && cells.slice(1).every((row) => isNumberOrEmpty(row[column]!)),
  }))
  const line = (row: string[]) =>
    row.map((cell, column) => {
      const { width, leansRight } = columns[column]!
      const space = ' '.repeat(width - displayWidth(cell))
      return leansRight ? space + cell : cell + space
    })
  return cells.map((row) => line(row).join('  ').trimEnd()).join('\n')
}

/** Breaks a line at spaces, so that none is wider than a terminal; what follows the first is indented. A word is never cut. */
export function wrap(text: string, width: number, indent = ''): string {
  const [first = '', ...words] = text.trimStart().split(' ')
  const lines: string[] = []
  let line = text.slice(0, text.length - text.trimStart().length) + first
  for (const word of words) {
    if (displayWidth(`${line} ${word}`) <= width) line = `${line} ${word}`
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line].join('\n')
}

/** Writes a sentence: broken to the width of a terminal, in one line elsewhere, where programs read it. */
export function sayWrapped(stream: Output, text: string, indent = ''): void {
  say(stream, stream.isTTY && stream.columns ? wrap(text, stream.columns, indent) : text)
}

/** A number and what it counts: `1 picture`, `2 pictures`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}

const KILO = 1000

/** A size for people: `812 B`, `96 kB`, `1.4 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < KILO) return `${bytes} B`
  if (bytes < KILO * KILO) return `${Math.round(bytes / KILO)} kB`
  return `${(bytes / KILO / KILO).toFixed(1)} MB`
}
