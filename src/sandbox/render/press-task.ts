import type { DecodedFacts } from './edit/decoded-facts.ts'
import type { PictureOrder } from './picture-order.ts'

/** What a press thread is asked: to make a picture, or to look at one. */
export type PressTask = { kind: 'draw'; order: PictureOrder } | { kind: 'examine'; bytes: Uint8Array }

/** Its answer: the picture's bytes; the facts, null when the picture cannot be decoded. */
export type PressResult = { kind: 'drawn'; bytes: Uint8Array<ArrayBuffer> } | { kind: 'examined'; facts: DecodedFacts | null }
