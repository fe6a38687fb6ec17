import { noHeadFacts } from '../head-facts.ts'
import type { DispatchOutcome } from '../image-provider.ts'

/** Nothing else can be the name of what upstream keeps, and only this can neither leave its place in the path nor end it. */
const pathWord = /^[\w-]{1,200}$/

/** A path with an id of upstream's at its end; null for an id that cannot stand there. */
export function inPath(before: string, id: string, after = ''): string | null {
  return pathWord.test(id) ? before + id + after : null
}

/** The outcome of a call whose path cannot be written. */
export const unsendable: DispatchOutcome = { ...noHeadFacts, firstByteMs: null, totalMs: 0, class: 'not_sent', cause: 'invalid_request' }
