import { SealBroken, type SealingKey, sealingKey } from '../primitives/sealed-bytes.ts'
import { openSealedText, sealText } from '../primitives/sealed-text.ts'
import type { Secret } from '../primitives/secret.ts'
import type { TurnDocument } from './turn-document.ts'

/** What documents are sealed with. Printing it shows nothing of the key. */
export type DocumentKey = SealingKey

/** A sealed document that cannot be opened: made with another master key, changed or of another generation, or of a release to come. */
export class DocumentUnreadable extends Error {
  readonly reason: SealBroken['reason']

  constructor(broken: SealBroken, generationId: string) {
    super(`what was said in generation ${generationId} cannot be read: ${broken.message}`, { cause: broken })
    this.name = 'DocumentUnreadable'
    this.reason = broken.reason
  }
}

/** The key of turn documents, derived from the master key for them alone. @param masterKey base64 of 32 bytes, see `Secrets.masterKey` */
export function documentKey(masterKey: Secret): DocumentKey {
  return sealingKey(masterKey, 'turn documents')
}

/**
 * Compresses and encrypts a document for the row of its generation: opened for any other generation it is refused.
 * @returns text; null when the document is larger than 4 MiB of JSON: such a turn cannot be replayed, and would not fit the context of a main
 * model either.
 */
export function sealDocument(key: DocumentKey, generationId: string, document: TurnDocument): Promise<string | null> {
  return sealText(key, placeOf(generationId), Buffer.from(JSON.stringify(document)))
}

/** Opens what `sealDocument` made. @throws DocumentUnreadable */
export async function openSealed(key: DocumentKey, generationId: string, sealed: string): Promise<TurnDocument> {
  try {
    const text = await openSealedText(key, placeOf(generationId), sealed)
    return JSON.parse(text.toString()) as TurnDocument
  } catch (error) {
    throw error instanceof SealBroken ? new DocumentUnreadable(error, generationId) : error
  }
}

const placeOf = (generationId: string) => `darkroom turn document v1 ${generationId}`
