import type { JsonValue } from '../primitives/json.ts'
import { isJsonObject } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'

/** Checks the value of one parameter. @returns null for a good value, else the refusal with upstream's words. */
export type ValueCheck = (param: string, value: JsonValue) => Failure | null

const shownLength = 100

/** Quotes a caller's text for a message; long texts are cut so that a refusal never carries a megabyte back. */
export function quote(text: string): string {
  return text.length > shownLength ? `'${text.slice(0, shownLength)}…'` : `'${text}'`
}

/** `'a', 'b', and 'c'`, as upstream lists values; with another last word for other sentences. */
export function quotedList(values: readonly string[], lastWord: 'and' | 'or' = 'and'): string {
  const quoted = values.map((value) => `'${value}'`)
  if (quoted.length < 3) return quoted.join(` ${lastWord} `)
  return `${quoted.slice(0, -1).join(', ')}, ${lastWord} ${quoted.at(-1)}`
}

/** What a JSON value is, as upstream's type refusals name it. */
export function jsonTypeName(value: JsonValue): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return numberTypeName(value)
  return { boolean: 'a boolean', string: 'a string', object: 'an object' }[typeof value as 'boolean' | 'string' | 'object']
}

function numberTypeName(value: number): string {
  if (Object.is(value, -0)) return 'negative zero'
  return Number.isInteger(value) ? 'an integer' : 'a decimal number'
}

/** The refusal of a value of the wrong JSON type. @param expected with its article: `an integer`. */
export function wrongType(param: string, expected: string, value: JsonValue): Failure {
  return failure('invalid_type', {
    param,
    message: `Invalid type for ${quote(param)}: expected ${expected}, but got ${jsonTypeName(value)} instead.`,
  })
}

/** The refusal of a parameter that must be there. */
export function missing(param: string): Failure {
  return failure('missing_required_parameter', { param, message: `Missing required parameter: ${quote(param)}.` })
}

/** The refusal of a parameter nobody knows; the name is shown cut, the value never. */
export function unknownParameter(param: string): Failure {
  return failure('unknown_parameter', { param: param.slice(0, shownLength), message: `Unknown parameter: ${quote(param)}.` })
}

/** The refusal of a text that is not one of the supported values. */
export function unsupportedValue(param: string, value: string, supported: readonly string[]): Failure {
  return failure('invalid_value', {
    param,
    message: `Invalid value: ${quote(value)}. Supported values are: ${quotedList(supported)}.`,
  })
}

/** A whole number within bounds. Negative zero, infinities and fractions are wrong types: each would change a price silently. */
export function wholeNumber(min: number, max: number): ValueCheck {
  return (param, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || Object.is(value, -0)) return wrongType(param, 'an integer', value)
    if (value < min) {
      return failure('integer_below_min_value', {
        param,
        message: `Invalid '${param}': integer below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
      })
    }
    if (value <= max) return null
    return failure('integer_above_max_value', {
      param,
      message: `Invalid '${param}': integer above maximum value. Expected a value <= ${max}, but got ${value} instead.`,
    })
  }
}

/** One of a few words. */
export function oneOf(supported: readonly string[]): ValueCheck {
  return (param, value) => {
    if (typeof value !== 'string') return wrongType(param, `one of ${quotedList(supported, 'or')}`, value)
    return supported.includes(value) ? null : unsupportedValue(param, value, supported)
  }
}

/** True or false; no strings, no numbers. */
export const trueOrFalse: ValueCheck = (param, value) => (typeof value === 'boolean' ? null : wrongType(param, 'a boolean', value))

/** Any text; what it must say is checked elsewhere. */
export const anyText: ValueCheck = (param, value) => (typeof value === 'string' ? null : wrongType(param, 'a string', value))

/** A text of `min` to `max` Unicode characters (not bytes) that is well-formed and without NUL. */
export function text(min: number, max: number): ValueCheck {
  return (param, value) => {
    if (typeof value !== 'string') return wrongType(param, 'a string', value)
    const length = countCharacters(value)
    if (length < min) {
      return failure('empty_string', {
        param,
        message: `Invalid '${param}': empty string. Expected a string with minimum length ${min}, but got an empty string instead.`,
      })
    }
    if (length > max) {
      return failure('string_above_max_length', {
        param,
        message: `Invalid '${param}': string too long. Expected a string with maximum length ${max}, but got a string with length ${length} instead.`,
      })
    }
    return isCleanText(value) ? null : uncleanText(param)
  }
}

/** True for text without half surrogate pairs and without NUL: neither survives a journey through UTF-8 and C strings. */
export function isCleanText(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0')
}

function uncleanText(param: string): Failure {
  return failure(param === 'prompt' ? 'invalid_prompt' : 'invalid_value', {
    param,
    message: `Invalid '${param}': it holds half a surrogate pair or a NUL character. Nothing was sent or charged; remove them.`,
  })
}

/** Characters as Unicode code points, counted without making an array of them. */
function countCharacters(value: string): number {
  let count = 0
  for (const _ of value) count += 1
  return count
}

/** A JSON object. */
export const anyObject: ValueCheck = (param, value) => (isJsonObject(value) ? null : wrongType(param, 'an object', value))
