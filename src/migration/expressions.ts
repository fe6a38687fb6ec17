import type { SourceFile } from './source-file.ts'
import { closingAfter } from './spans.ts'

/** Looks names up while an expression is read. */
export interface Names {
  /** The expression a constant was given; null for a name that is none. */
  constant(name: string): string | null
  /** A value that configuration gives to an environment variable. */
  environment(name: string): { value: string; place: string } | null
}

/** What an expression comes to as text. */
export interface ReadText {
  /** The text; `{name}` stands for what could not be read. */
  text: string
  /** Names and places it came through, outermost first. */
  via: string[]
  /** True when nothing in it was left unread. */
  whole: boolean
}

const DEPTH = 6
const environmentForm =
  /^(?:process\.env|import\.meta\.env|Deno\.env|Bun\.env|env|os\.environ)(?:\.get)?\s*(?:\.|\[|\()\s*["']?([A-Za-z_]\w*)["']?\s*[\])]?|^os\.getenv\(\s*["'](\w+)["']|^\$\{?(\w+)\}?$/
const quotedForm = /^[rbuRBU]{0,2}(["'])((?:\\.|(?!\1)[^\\\n])*)\1/
const templateForm = /^`((?:\\[\s\S]|[^`\\])*)`/
const formattedForm = /^[fF][rR]?(["'])((?:\\.|(?!\1)[^\\\n])*)\1/
const nameForm = /^(?:(?:this|self|cls|config|settings|CONFIG|cfg)\.)*([A-Za-z_$][\w$]*)\s*$/

/** Reads what an expression comes to: literals, templates, constants, environment variables and their defaults. Null when nothing in it is known. */
export function readText(expression: string, names: Names, depth = DEPTH): ReadText | null {
  const source = unwrap(expression)
  if (source === '' || depth === 0) return null
  const literal = readLiteral(source, names, depth)
  if (literal) return literal
  const variable = environmentForm.exec(source)
  if (variable) return readVariable(variable, source, names, depth)
  const name = nameForm.exec(source)?.[1]
  const constant = name === undefined ? null : names.constant(name)
  if (constant === null || unwrap(constant) === source) return readAlternative(source, names, depth)
  const value = readText(constant, names, depth - 1)
  return value && { ...value, via: [name!, ...value.via] }
}

function unwrap(expression: string): string {
  return expression
    .trim()
    .replace(/^(?:new\s+URL|String|str)\s*\((.*)\)$/s, '$1')
    .replace(/\s+as\s+(?:const|string)$|\s+satisfies\s+\w+$|[;!]+$/, '')
    .trim()
}

function readLiteral(source: string, names: Names, depth: number): ReadText | null {
  const quoted = quotedForm.exec(source)
  const template = templateForm.exec(source)
  const formatted = formattedForm.exec(source)
  const match = quoted ?? template ?? formatted
  if (!match) return null
  const hole = template ? /\$\{([^{}]*)\}/g : /\{([^{}]*)\}/g
  const first = quoted ? { text: quoted[2]!, via: [], whole: true } : fill(match[template ? 1 : 2]!, hole, names, depth)
  const rest = /^\s*\+\s*(.+)$/s.exec(source.slice(match[0].length))?.[1]
  return rest === undefined ? first : join(first, readText(rest, names, depth - 1))
}

function fill(text: string, hole: RegExp, names: Names, depth: number): ReadText {
  const read: ReadText = { text: '', via: [], whole: true }
  read.text = text.replace(hole, (_whole, inside: string) => {
    const value = readText(inside, names, depth - 1)
    read.via.push(...(value?.via ?? []))
    if (!value?.whole) read.whole = false
    return value?.text ?? `{${inside.trim()}}`
  })
  return read
}

function join(first: ReadText, second: ReadText | null): ReadText {
  return {
    text: first.text + (second?.text ?? '{…}'),
    via: [...first.via, ...(second?.via ?? [])],
    whole: first.whole && second?.whole === true,
  }
}

function readVariable(match: RegExpExecArray, source: string, names: Names, depth: number): ReadText | null {
  const name = match[1] ?? match[2] ?? match[3]!
  const set = names.environment(name)
  const rest = source.slice(match[0].length)
  if (set) {
    const more = /^\s*\+\s*(.+)$/s.exec(rest)?.[1]
    const value: ReadText = { text: set.value, via: [`${name} (${set.place})`], whole: true }
    return more === undefined ? value : join(value, readText(more, names, depth - 1))
  }
  const otherwise = /^\s*(?:,|\?\?|\|\||or\b)\s*(.+?)\)?$/s.exec(rest)?.[1]
  const value = otherwise === undefined ? null : readText(otherwise, names, depth - 1)
  return value && { ...value, via: [`${name} (not set here)`, ...value.via] }
}

/** `a ?? b`, `a || b`, `a or b`, `a + b`: the first side that can be read, or both joined. */
function readAlternative(source: string, names: Names, depth: number): ReadText | null {
  const either = /^(.+?)\s*(?:\?\?|\|\||\bor\b)\s*(.+)$/s.exec(source)
  if (either) return readText(either[1]!, names, depth - 1) ?? readText(either[2]!, names, depth - 1)
  const sum = /^([\w.$]+)\s*\+\s*(.+)$/s.exec(source)
  if (!sum) return null
  const first = readText(sum[1]!, names, depth - 1)
  const second = readText(sum[2]!, names, depth - 1)
  return second && join(first ?? { text: `{${sum[1]}}`, via: [], whole: false }, second)
}

/** The expression that begins at an offset: up to the comma, bracket, semicolon or line that ends it. */
export function expressionAt(file: SourceFile, at: number): string {
  const limit = Math.min(file.bones.length, at + 600)
  let end = at
  while (end < limit) {
    const letter = file.bones[end]!
    if (',;)]}'.includes(letter)) break
    if (letter === '\n' && file.bones.slice(at, end).trim() !== '' && !/^\s*(?:\?\?|\|\||\+|\.|or\b)/.test(file.bones.slice(end, end + 40)))
      break
    end = '([{'.includes(letter) ? (closingAfter(file.bones, end) ?? limit) : end + 1
  }
  return file.text.slice(at, Math.min(end, limit)).trim()
}
