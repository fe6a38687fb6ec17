import type { DecodedFacts } from './edit/decoded-facts.ts'
import type { SigningCredentials } from './finish/picture-finish.ts'
import type { PictureOrder } from './picture-order.ts'

/** What a press thread is asked: to make a picture (and to sign it with these), to look at one, or to make what it takes to sign. */
export type PressTask =
  | { kind: 'draw'; order: PictureOrder; credentials: SigningCredentials | null }
  | { kind: 'examine'; bytes: Uint8Array }
  | { kind: 'make-credentials' }

/** Its answer: the picture's bytes; the facts, null when the picture cannot be decoded; keys and certificate. */
export type PressResult =
  | { kind: 'drawn'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'examined'; facts: DecodedFacts | null }
  | { kind: 'credentials'; credentials: SigningCredentials }
