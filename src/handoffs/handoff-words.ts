import { type SealingKey, seal, unseal } from '../primitives/sealed-bytes.ts'

/** A text that the picture must show. */
export interface HandoffText {
  text: string
  lang: string
  /** Where it stands, in pixels of the source, or of the size that is wanted; absent = somewhere. */
  box?: { x: number; y: number; width: number; height: number } | undefined
}

/** What of a ticket is nobody else's to read. */
export interface HandoffWords {
  prompt: string
  texts: readonly HandoffText[]
  /** What whoever opened it wants seen to besides. */
  remarks: readonly string[]
}

/** Encrypts the words of a ticket: opened for any other they are refused. */
export function sealWords(key: SealingKey, id: string, words: HandoffWords): string {
  return seal(key, placeOf(id), Buffer.from(JSON.stringify(words)))
}

/** Opens them. @throws SealBroken */
export function openWords(key: SealingKey, id: string, sealed: string): HandoffWords {
  return JSON.parse(unseal(key, placeOf(id), sealed).toString()) as HandoffWords
}

const placeOf = (id: string) => `darkroom handoff ${id}`
