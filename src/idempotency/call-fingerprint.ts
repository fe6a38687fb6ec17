import { createHash } from 'node:crypto'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'

/** JSON with the keys of every object in order: two objects that say the same have the same text. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`
}

/** What a request asks for, with everything filled in that it leaves to a default. Bytes that it brings are in it by their SHA-256. */
export type CallFacts = JsonObject

/** SHA-256 of what a request asks for, in hexadecimal: the same for every way to write the same request. */
export function callFingerprint(facts: CallFacts): string {
  return createHash('sha256').update('darkroom call v1\n').update(canonicalJson(facts)).digest('hex')
}
