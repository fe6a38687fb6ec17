import type { SourceFile } from './source-file.ts'

/** A piece of a file, from `start` up to but not including `end`. */
export interface Span {
  start: number
  end: number
}

/** A search for brackets gives up after this many characters, so that a minified file stays cheap. */
const REACH = 30_000
/** Lines around a call that count as its surroundings where no function encloses it. */
const LINES_AROUND = 40

const opening = '([{'
const closing = ')]}'

/** The place behind the bracket that closes the one at `open`, or null when it is out of reach. */
export function closingAfter(bones: string, open: number): number | null {
  let depth = 0
  const limit = Math.min(bones.length, open + REACH)
  for (let at = open; at < limit; at++) {
    const letter = bones[at]!
    if (opening.includes(letter)) depth++
    else if (closing.includes(letter) && --depth <= 0) return at + 1
  }
  return null
}

/** The nearest bracket before `from` that is still open there, of the kinds asked for; null when there is none within reach. */
export function openBefore(bones: string, from: number, kinds = opening): number | null {
  let depth = 0
  const limit = Math.max(0, from - REACH)
  for (let at = from - 1; at >= limit; at--) {
    const letter = bones[at]!
    if (closing.includes(letter)) depth++
    else if (opening.includes(letter) && depth-- === 0) {
      if (kinds.includes(letter)) return at
      depth = 0
    }
  }
  return null
}

/** The function around a place; where there is none, some lines on both sides. */
export function functionAround(file: SourceFile, at: number): Span {
  if (file.language === 'javascript') return braceFunction(file, at) ?? linesAround(file, at)
  if (file.language === 'python') return indentedFunction(file, at) ?? linesAround(file, at)
  if (file.language === 'http') return requestBlock(file, at)
  return linesAround(file, at)
}

const control = /\b(?:if|for|while|switch|catch|with)\s*\([^{}]*\)\s*$|\b(?:else|try|finally|do)\s*$/
const functionHead = /(?:\)|=>)\s*(?::\s*[^{}=;]*)?$/

function braceFunction(file: SourceFile, at: number): Span | null {
  for (let open = openBefore(file.bones, at, '{'); open !== null; open = openBefore(file.bones, open, '{')) {
    const head = file.bones.slice(Math.max(0, open - 300), open)
    if (control.test(head) || !functionHead.test(head)) continue
    return { start: lineStart(file.text, open), end: closingAfter(file.bones, open) ?? Math.min(file.text.length, open + REACH) }
  }
  return null
}

function indentedFunction(file: SourceFile, at: number): Span | null {
  const indent = indentOf(file.text, lineStart(file.text, at))
  let start = lineStart(file.text, at)
  let narrowest = indent
  while (start > 0 && at - start < REACH) {
    start = lineStart(file.text, start - 1)
    const line = lineAt(file.bones, start)
    if (line.trim() === '') continue
    const depth = indentOf(file.bones, start)
    if (depth >= narrowest) continue
    narrowest = depth
    if (/^\s*(?:async\s+)?def\b/.test(line)) return { start: beforeDecorators(file.bones, start), end: endOfBlock(file.bones, at, depth) }
  }
  return null
}

function beforeDecorators(text: string, start: number): number {
  let first = start
  while (first > 0) {
    const previous = lineStart(text, first - 1)
    if (!/^\s*@/.test(lineAt(text, previous))) break
    first = previous
  }
  return first
}

function endOfBlock(text: string, at: number, depth: number): number {
  let end = nextLine(text, at)
  while (end < text.length && end - at < REACH) {
    const line = lineAt(text, end)
    if (line.trim() !== '' && indentOf(text, end) <= depth && !/^\s*[)\]}]/.test(line)) return end
    end = nextLine(text, end)
  }
  return Math.min(end, text.length)
}

function requestBlock({ text }: SourceFile, at: number): Span {
  const start = text.lastIndexOf('\n###', at)
  const end = text.indexOf('\n###', at)
  return { start: start === -1 ? 0 : start + 1, end: end === -1 ? text.length : end }
}

function linesAround({ text }: SourceFile, at: number): Span {
  let [start, end] = [lineStart(text, at), nextLine(text, at)]
  for (let line = 0; line < LINES_AROUND && start > 0 && at - start < REACH; line++) start = lineStart(text, start - 1)
  for (let line = 0; line < LINES_AROUND && end < text.length && end - at < REACH; line++) end = nextLine(text, end)
  return { start: Math.max(start, at - REACH), end: Math.min(end, at + REACH) }
}

/** A command of a shell script around a place: continued lines, open quotes and a here-document belong to it. */
export function commandAround({ text }: SourceFile, at: number): Span {
  let start = lineStart(text, at)
  while (start > 0 && continues(text, lineStart(text, start - 1))) start = lineStart(text, start - 1)
  let end = nextLine(text, at)
  const document = /<<-?\s*["']?(\w+)/.exec(text.slice(start, end))
  const isOpen = () => hasOpenQuote(text.slice(start, end)) || /\\\r?\n$/.test(text.slice(start, end))
  while (end < text.length && end - start < REACH && (isOpen() || (document && !endsDocument(text, start, end, document[1]!))))
    end = nextLine(text, end)
  return { start, end: text[end - 1] === '\n' ? end - 1 : end }
}

function continues(text: string, start: number): boolean {
  return /\\\r?$/.test(lineAt(text, start))
}

function endsDocument(text: string, start: number, end: number, mark: string): boolean {
  return new RegExp(`\\n\\s*${mark}\\s*\\n?$`).test(text.slice(start, end))
}

function hasOpenQuote(text: string): boolean {
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (letter === '\\' && quote !== "'") at++
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter
    else if (letter === quote) quote = ''
  }
  return quote !== ''
}

/** Offset of the first character of the line that holds `at`. */
export function lineStart(text: string, at: number): number {
  return at <= 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
}

function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end + 1
}

/** The line that begins at `start`, without its end. */
export function lineAt(text: string, start: number): string {
  const end = text.indexOf('\n', start)
  return text.slice(start, end === -1 ? text.length : end)
}

function indentOf(text: string, start: number): number {
  return /^[ \t]*/.exec(lineAt(text, start))![0].length
}
