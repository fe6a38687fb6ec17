import { createHash } from 'node:crypto'
import { canonicalJson } from '../primitives/canonical-json.ts'
import type { JsonObject } from '../primitives/json.ts'

/** What a request asks for, with everything filled in that it leaves to a default. Bytes that it brings are in it by their SHA-256. */
export type CallFacts = JsonObject

/** SHA-256 of what a request asks for, in hexadecimal: the same for every way to write the same request. */
export function callFingerprint(facts: CallFacts): string {
  return createHash('sha256').update('darkroom call v1\n').update(canonicalJson(facts)).digest('hex')
}
