import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { Secret } from '../primitives/secret.ts'

/** Cleans a text that came from outside and cuts it to a length. */
export type Redact = (text: string, maxLength: number) => string

/** Far longer than any sentence or word of an error. */
const MAX_READ_LENGTH = 20_000
/** So many characters in a row that also stand in the request are a quotation and no accident. */
const QUOTATION_LENGTH = 16

/**
 * Makes the cleaner for texts of one upstream: they may quote the key we sent (whole, or as `sk-…abcd` and `afk_…abcd`), name the
 * account behind it, repeat what the caller said or pictures, or hold control characters that would forge log lines. Caller, log and
 * record see what is left.
 * @param body the request that the texts answer; null = a question without words of a caller
 */
export function redactorFor(key: Secret | null, body: JsonObject | null = null): Redact {
  const value = key?.reveal() ?? ''
  return (text, maxLength) => {
    const oneLine = onOneLine(text.slice(0, MAX_READ_LENGTH))
    const withoutKey = value === '' ? oneLine : oneLine.replaceAll(value, '[key]')
    const withoutData = withoutKey.replace(/[A-Za-z0-9+/_-]{160,}={0,2}/g, '[base64]')
    return withoutQuotations(withoutData, body === null ? [] : wordsOf(body))
      .replace(/\b(?:sk-|afk_)[\w*.-]{4,}/g, '[key]')
      .replace(/\bBearer\s+[^\s"']{4,}/gi, 'Bearer [key]')
      .replace(/\b(?:org|proj)[-_][A-Za-z0-9]{8,}/g, '[account]')
      .slice(0, maxLength)
  }
}

const onOneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')

/** Members that hold what a caller said; ids, sizes and names of models are not among them, so that an error can still name those. */
const wordMembers = new Set(['prompt', 'instructions', 'input', 'text', 'user', 'safety_identifier', 'metadata'])
/** Of a request's words so many are compared: a refusal may not cost more time than a call. */
const MAX_WORDS_LENGTH = 200_000

function wordsOf(body: JsonObject): string[] {
  const words: string[] = []
  const collect = (value: JsonValue, isWords: boolean, isMetadata: boolean): void => {
    if (typeof value === 'string') {
      if (isWords && value.length >= QUOTATION_LENGTH) words.push(value.slice(0, MAX_WORDS_LENGTH))
    } else if (Array.isArray(value)) for (const each of value) collect(each, isWords, isMetadata)
    else if (isJsonObject(value))
      for (const [name, member] of Object.entries(value))
        collect(member, isMetadata || wordMembers.has(name), isMetadata || name === 'metadata')
  }
  collect(body, false, false)
  return words
}

/**
 * Takes out of a sentence every stretch that also stands in what was said. A single word is left: codes, ids and names of models are read by
 * what follows, and must not change because a prompt happens to hold the same word.
 */
function withoutQuotations(text: string, words: readonly string[]): string {
  if (text.length < QUOTATION_LENGTH || words.length === 0 || !text.includes(' ')) return text
  const pieces = new Set(stretchesOf(text))
  const said = new Set<string>()
  let left = MAX_WORDS_LENGTH
  for (const spoken of words) {
    for (const piece of stretchesOf(onOneLine(spoken.slice(0, left)))) if (pieces.has(piece)) said.add(piece)
    left = Math.max(0, left - spoken.length)
  }
  const quoted = new Uint8Array(text.length)
  let at = 0
  for (const piece of stretchesOf(text)) {
    if (said.has(piece)) quoted.fill(1, at, at + QUOTATION_LENGTH)
    at++
  }
  let clean = ''
  for (let place = 0; place < text.length; place++) {
    if (!quoted[place]) clean += text[place]
    else if (!quoted[place - 1]) clean += '[request]'
  }
  return clean
}

/** Every run of so many characters. */
function* stretchesOf(text: string): Generator<string> {
  for (let at = 0; at + QUOTATION_LENGTH <= text.length; at++) yield text.slice(at, at + QUOTATION_LENGTH)
}
