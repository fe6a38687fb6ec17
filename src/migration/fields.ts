import { expressionAt, type Names, readText } from './expressions.ts'
import type { SourceFile } from './source-file.ts'
import type { Span } from './spans.ts'

/** A value that a call gives to a field. */
export interface FieldValue {
  /** The value as text; null when it could not be read. */
  value: string | null
  /** Where it stands in the file; a constant's value stands elsewhere. */
  at: number
  /** True when the literal itself stands there, so that it can be replaced in place. */
  literal: boolean
}

/** Ways in which a field is written: an object's property or keyword argument, a form's append, curl's -F and a multipart text. */
const written = (name: string) =>
  new RegExp(
    [
      `(?:^|[\\s,{(\\[?&;])\\\\?["']?${name}\\\\?["']?\\s*(?::|=(?!=|>))\\s*`,
      `\\b(?:append|set|add_field)\\(\\s*["']${name}["']\\s*,\\s*`,
      `(?:-F|--form|--form-string|-d|--data-urlencode)\\s*["']?${name}=`,
    ].join('|'),
    'g',
  )

/** Values that a field is given inside some pieces of a file, in order. */
export function readField(file: SourceFile, spans: readonly Span[], name: string, names: Names): FieldValue[] {
  return spans.flatMap((span) => {
    const inside = file.code.slice(span.start, span.end)
    return [...inside.matchAll(written(name))].map((match) => valueAt(file, span.start + match.index + match[0].length, names))
  })
}

function valueAt(file: SourceFile, at: number, names: Names): FieldValue {
  const plain = plainValue(file, at)
  if (plain) return plain
  const read = readText(expressionAt(file, at), names)
  return { value: read?.whole ? read.text : null, at, literal: false }
}

/** A quoted text, a number, a word of JSON, or the bare text of a form field in a shell command. */
function plainValue(file: SourceFile, at: number): FieldValue | null {
  const rest = file.text.slice(at, at + 200)
  const quoted = /^[rbu]?(\\?["'`])((?:(?!\1)[^\\\n$]|\\(?!["']))*)\1/.exec(rest)
  if (quoted && !/\{/.test(quoted[2]!))
    return { value: quoted[2]!, at: at + quoted[0].indexOf(quoted[2]!, quoted[1]!.length), literal: true }
  const word = /^(?:-?\d+(?:\.\d+)?|true|false|True|False|null|None)\b(?![\w.(])/.exec(rest)
  if (word) return { value: word[0], at, literal: true }
  const bare = file.language === 'shell' || file.language === 'http' ? /^[A-Za-z0-9][\w.:-]*/.exec(rest) : null
  return bare ? { value: bare[0], at, literal: true } : null
}

/**
 * The pieces in which a call's arguments stand: its own span, and the objects it names (`params`, `...params`, `**params`, `json=payload`).
 * @param around where the named objects are looked for first.
 */
export function argumentSpans(file: SourceFile, call: Span, around: Span): Span[] {
  if (file.language !== 'javascript' && file.language !== 'python') return [call]
  const named = [
    ...file.bones
      .slice(call.start, call.end)
      .matchAll(
        /(?:\.\.\.|\*\*|\b(?:json|data|body|files)\s*[=:]\s*(?:JSON\.stringify\s*\(\s*)?|\(\s*|,\s*)([A-Za-z_$][\w$]*)\s*(?=[,)}])/g,
      ),
  ]
  const objects = new Set(named.map((match) => match[1]!))
  return [call, ...[...objects].flatMap((name) => objectSpans(file, name, around, call))]
}

function objectSpans(file: SourceFile, name: string, around: Span, call: Span): Span[] {
  const escaped = name.replace(/\$/g, '\\$')
  const pattern = new RegExp(
    `(?<![\\w$.])${escaped}\\s*(?::[^=;\\n]+)?=(?!=)\\s*(?=[{(]|dict\\()|(?<![\\w$.])${escaped}\\.(?:append|set|add_field)\\(`,
    'g',
  )
  const matches = [...file.bones.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }))
  const near = matches.filter(({ start }) => start >= around.start && start < around.end)
  return (near.length > 0 ? near : matches.slice(0, 1))
    .filter(({ start }) => start < call.start || start >= call.end)
    .map(({ start, end }) => ({ start, end: end + Math.max(expressionAt(file, end).length, appended(file, end)) }))
}

/** Rest of `form.append('model', value)` behind its bracket. */
function appended(file: SourceFile, at: number): number {
  return file.text[at - 1] === '(' ? Math.max(0, file.text.slice(at, at + 300).search(/\)|\n/)) : 0
}
