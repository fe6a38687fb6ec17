import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { SealBroken, type SealingKey, seal, sealingKey, unseal } from '../primitives/sealed-bytes.ts'
import type { Secret } from '../primitives/secret.ts'
import type { TurnDocument } from './turn-document.ts'

/** What documents are sealed with. Printing it shows nothing of the key. */
export type DocumentKey = SealingKey

/** A sealed document that cannot be opened: made with another master key, changed or of another generation, or of a release to come. */
export class DocumentUnreadable extends Error {
  readonly reason: SealBroken['reason']

  constructor(reason: DocumentUnreadable['reason'], generationId: string, options?: ErrorOptions) {
    super(`what was said in generation ${generationId} cannot be read: ${reasons[reason]}`, options)
    this.name = 'DocumentUnreadable'
    this.reason = reason
  }
}

const reasons: Record<DocumentUnreadable['reason'], string> = {
  wrong_key: 'it was sealed with another master key (DARKROOM_MASTER_KEY, or <data>/master-key)',
  damaged: 'it was changed, or belongs to another generation',
  unknown_version: 'it was sealed by a newer release',
}

/** Documents beyond this many bytes of JSON are not kept. Larger ones would not fit the context of a main model either. */
const mostBytes = 4 * 1024 * 1024

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** The key of turn documents, derived from the master key for them alone. @param masterKey base64 of 32 bytes, see `Secrets.masterKey` */
export function documentKey(masterKey: Secret): DocumentKey {
  return sealingKey(masterKey, 'turn documents')
}

/**
 * Compresses and encrypts a document for the row of its generation: opened for any other generation it is refused.
 * @returns `v1.<key id>.<base64url of nonce, tag and ciphertext>`; null when the document is larger than 4 MiB: such a turn cannot be
 * replayed.
 */
export async function sealDocument(key: DocumentKey, generationId: string, document: TurnDocument): Promise<string | null> {
  const text = Buffer.from(JSON.stringify(document))
  if (text.length > mostBytes) return null
  return seal(key, belongsTo(generationId), await compress(text))
}

/** Opens what `sealDocument` made. @throws DocumentUnreadable */
export async function openSealed(key: DocumentKey, generationId: string, sealed: string): Promise<TurnDocument> {
  try {
    const text = await decompress(unseal(key, belongsTo(generationId), sealed), { maxOutputLength: mostBytes })
    return JSON.parse(text.toString()) as TurnDocument
  } catch (error) {
    throw new DocumentUnreadable(error instanceof SealBroken ? error.reason : 'damaged', generationId, { cause: error })
  }
}

/** Associated data: authenticated with the document, kept nowhere. */
const belongsTo = (generationId: string) => `darkroom turn document v1 ${generationId}`
