import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { Secret } from '../primitives/secret.ts'
import type { TurnDocument } from './turn-document.ts'

/** What documents are sealed with. Printing it shows nothing of the key. */
export interface DocumentKey {
  readonly key: KeyObject
  /** Names the key without telling anything of it. */
  readonly id: string
}

/** A sealed document that cannot be opened: made with another master key, changed or of another generation, or of a release to come. */
export class DocumentUnreadable extends Error {
  readonly reason: 'wrong_key' | 'damaged' | 'unknown_version'

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
const version = 'v1'
/** AES-256-GCM with the sizes of NIST SP 800-38D. A key may seal 2^32 documents with random nonces. */
const cipher = { name: 'aes-256-gcm', keyBytes: 32, nonceBytes: 12, tagBytes: 16 } as const
const idBytes = 6

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/**
 * The key of turn documents, derived from the master key for them alone (HKDF-SHA256, RFC 5869): whatever else the master key is used for
 * gets another one. @param masterKey base64 of 32 bytes, see `Secrets.masterKey`
 */
export function documentKey(masterKey: Secret): DocumentKey {
  const bytes = Buffer.from(masterKey.reveal(), 'base64')
  const derive = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', `darkroom ${purpose} ${version}`, length))
  return {
    key: createSecretKey(derive('turn documents', cipher.keyBytes)),
    id: derive('turn documents key id', idBytes).toString('base64url'),
  }
}

/**
 * Compresses and encrypts a document for the row of its generation: opened for any other generation it is refused.
 * @returns `v1.<key id>.<base64url of nonce, tag and ciphertext>`; null when the document is larger than 4 MiB: such a turn cannot be
 * replayed.
 */
export async function sealDocument({ key, id }: DocumentKey, generationId: string, document: TurnDocument): Promise<string | null> {
  const text = Buffer.from(JSON.stringify(document))
  if (text.length > mostBytes) return null
  const nonce = randomBytes(cipher.nonceBytes)
  const sealing = createCipheriv(cipher.name, key, nonce, { authTagLength: cipher.tagBytes }).setAAD(belongsTo(generationId))
  const sealed = Buffer.concat([sealing.update(await compress(text)), sealing.final()])
  return `${version}.${id}.${Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url')}`
}

/** Opens what `sealDocument` made. @throws DocumentUnreadable */
export async function openSealed({ key, id }: DocumentKey, generationId: string, sealed: string): Promise<TurnDocument> {
  const [sealedVersion, keyId, body] = sealed.split('.')
  if (sealedVersion !== version) throw new DocumentUnreadable('unknown_version', generationId)
  if (body === undefined) throw new DocumentUnreadable('damaged', generationId)
  if (keyId !== id) throw new DocumentUnreadable('wrong_key', generationId)
  try {
    const text = await decompress(decrypt(key, generationId, Buffer.from(body, 'base64url')), { maxOutputLength: mostBytes })
    return JSON.parse(text.toString()) as TurnDocument
  } catch (error) {
    throw new DocumentUnreadable('damaged', generationId, { cause: error })
  }
}

function decrypt(key: KeyObject, generationId: string, bytes: Buffer): Buffer {
  const nonce = bytes.subarray(0, cipher.nonceBytes)
  const tag = bytes.subarray(cipher.nonceBytes, cipher.nonceBytes + cipher.tagBytes)
  const opening = createDecipheriv(cipher.name, key, nonce, { authTagLength: cipher.tagBytes })
    .setAAD(belongsTo(generationId))
    .setAuthTag(tag)
  return Buffer.concat([opening.update(bytes.subarray(cipher.nonceBytes + cipher.tagBytes)), opening.final()])
}

/** Associated data: authenticated with the document, kept nowhere. */
const belongsTo = (generationId: string) => Buffer.from(`darkroom turn document ${version} ${generationId}`)
