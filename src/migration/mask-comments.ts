import type { SourceKind } from './call-site.ts'

/** Two views of a text, both of its length: without comments, and without comments and the insides of strings. */
export interface MaskedText {
  code: string
  bones: string
}

type Range = [start: number, end: number]

interface Ranges {
  comments: Range[]
  strings: Range[]
}

/** Blanks comments and strings, so that brackets can be counted and commented-out calls are passed over. Never throws. */
export function maskComments(text: string, language: SourceKind): MaskedText {
  const { comments, strings } = rangesOf(text, language)
  return {
    code: blank(text, comments),
    bones: blank(
      text,
      [...comments, ...strings].sort((a, b) => a[0] - b[0]),
    ),
  }
}

function rangesOf(text: string, language: SourceKind): Ranges {
  if (language === 'javascript') return javaScriptRanges(text)
  if (language === 'python') return pythonRanges(text)
  if (language === 'shell' || language === 'config') return { comments: lineRanges(text, /^[ \t]*(?:#|;|\/\/).*$/gm), strings: [] }
  if (language === 'http') return { comments: lineRanges(text, /^[ \t]*(?:#(?!##)|\/\/).*$/gm), strings: [] }
  return { comments: [], strings: [] }
}

function lineRanges(text: string, pattern: RegExp): Range[] {
  return [...text.matchAll(pattern)].map((match) => [match.index, match.index + match[0].length])
}

function blank(text: string, ranges: readonly Range[]): string {
  const pieces: string[] = []
  let done = 0
  for (const [start, end] of ranges) {
    if (end <= done) continue
    const from = Math.max(start, done)
    pieces.push(text.slice(done, from), text.slice(from, end).replace(/[^\n]/g, ' '))
    done = end
  }
  return pieces.join('') + text.slice(done)
}

/** After one of these a slash begins a regular expression, not a division. */
const beforeRegExp = /(?:^|[=(,:[!&|?{};<>+*%~^-]|\b(?:return|typeof|case|in|of|do|else|void))\s*$/

/** Where JavaScript's comments and strings lie. What stands in `${}` of a template is code. */
function javaScriptRanges(text: string): Ranges {
  return new JavaScriptReader(text).read()
}

/** Reads a program once, from token to token that may begin or end a comment or a string. */
class JavaScriptReader {
  readonly #text: string
  readonly #ranges: Ranges = { comments: [], strings: [] }
  /** Open braces, and the depth outside each `${` whose template goes on behind its `}`. */
  #depth = 0
  readonly #templates: number[] = []

  constructor(text: string) {
    this.#text = text
  }

  read(): Ranges {
    const interesting = /\/\/|\/\*|["'`/{}]/g
    for (let match = interesting.exec(this.#text); match !== null; match = interesting.exec(this.#text)) {
      interesting.lastIndex = this.#endOf(match[0], match.index)
    }
    return this.#ranges
  }

  #endOf(token: string, at: number): number {
    const from = at + token.length
    if (token === '//') return add(this.#ranges.comments, at, endOfLine(this.#text, at))
    if (token === '/*') return add(this.#ranges.comments, at, endAfter(this.#text, '*/', from))
    if (token === '"' || token === "'") return add(this.#ranges.strings, from, endOfQuoted(this.#text, from, token), 1)
    if (token === '/') return endOfSlash(this.#text, at, this.#ranges)
    if (token === '`') return this.#templatePiece(from)
    if (token === '{') this.#depth++
    else this.#depth = Math.max(0, this.#depth - 1)
    if (token === '{' || this.#templates.at(-1) !== this.#depth) return from
    this.#templates.pop()
    return this.#templatePiece(from)
  }

  /** Reads a template's text up to its end or the next `${`. */
  #templatePiece(from: number): number {
    const stop = /\\[\s\S]|`|\$\{/g
    stop.lastIndex = from
    for (let match = stop.exec(this.#text); match !== null; match = stop.exec(this.#text)) {
      if (match[0].startsWith('\\')) continue
      if (match[0] === '${') this.#templates.push(this.#depth++)
      return add(this.#ranges.strings, from, stop.lastIndex, match[0].length)
    }
    return add(this.#ranges.strings, from, this.#text.length)
  }
}

/** Notes a range. @param closing characters at its end that are no part of it. @returns where to read on. */
function add(ranges: Range[], start: number, end: number, closing = 0): number {
  ranges.push([start, end - closing])
  return end
}

function endOfSlash(text: string, at: number, ranges: Ranges): number {
  if (!beforeRegExp.test(text.slice(Math.max(0, at - 20), at))) return at + 1
  const body = /(?:\\.|\[(?:\\.|[^\]\\\n]){0,100}\]|[^/\\[\n]){1,500}\//y
  body.lastIndex = at + 1
  const match = body.exec(text)
  return match === null ? at + 1 : add(ranges.strings, at + 1, body.lastIndex, 1)
}

/** Where Python's comments and strings lie. A triple-quoted text that is a statement of its own is a comment. */
function pythonRanges(text: string): Ranges {
  const ranges: Ranges = { comments: [], strings: [] }
  const interesting = /#|"""|'''|["']/g
  for (let match = interesting.exec(text); match !== null; match = interesting.exec(text)) {
    interesting.lastIndex = endOfPythonToken(text, match[0], match.index, ranges)
  }
  return ranges
}

function endOfPythonToken(text: string, token: string, at: number, ranges: Ranges): number {
  const from = at + token.length
  if (token === '#') return add(ranges.comments, at, endOfLine(text, at))
  if (token.length === 1) return add(ranges.strings, from, endOfQuoted(text, from, token), 1)
  const end = endAfter(text, token, from)
  if (isStatement(text, at)) return add(ranges.comments, at, end)
  return add(ranges.strings, from, end, Math.min(token.length, end - from))
}

function isStatement(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 200), at)
  return /(?:^|\n)[ \t]*[rRbBuUfF]{0,2}$/.test(before) && !/[([{,=+%\\]\s*[rRbBuUfF]{0,2}$/.test(before)
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function endAfter(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  return at === -1 ? text.length : at + mark.length
}

/** End of a quoted text of one line, behind its closing quote; an unclosed one ends with its line. */
function endOfQuoted(text: string, from: number, quote: string): number {
  const stop = quote === '"' ? /\\[\s\S]|"|\n/g : /\\[\s\S]|'|\n/g
  stop.lastIndex = from
  for (let match = stop.exec(text); match !== null; match = stop.exec(text)) {
    if (!match[0].startsWith('\\')) return match.index + 1
  }
  return text.length + 1
}
