import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { Secret } from './secret.ts'

/** What bytes of one purpose are sealed with. Printing it shows nothing of the key. */
export interface SealingKey {
  readonly key: KeyObject
  /** Names the key without telling anything of it. */
  readonly id: string
}

/** Sealed bytes that cannot be opened: made with another master key, changed or belonging elsewhere, or of a release to come. */
export class SealBroken extends Error {
  readonly reason: 'wrong_key' | 'damaged' | 'unknown_version'

  constructor(reason: SealBroken['reason'], options?: ErrorOptions) {
    super(reasons[reason], options)
    this.name = 'SealBroken'
    this.reason = reason
  }
}

const reasons: Record<SealBroken['reason'], string> = {
  wrong_key: 'it was sealed with another master key (DARKROOM_MASTER_KEY, or <data>/master-key)',
  damaged: 'it was changed, or belongs to something else',
  unknown_version: 'it was sealed by a newer release',
}

const version = 'v1'
/** AES-256-GCM with the sizes of NIST SP 800-38D. A key may seal 2^32 pieces with random nonces. */
const cipher = { name: 'aes-256-gcm', keyBytes: 32, nonceBytes: 12, tagBytes: 16 } as const
const idBytes = 6

/**
 * A key for one purpose, derived from the master key for it alone (HKDF-SHA256, RFC 5869): whatever else the master key is used for gets
 * another one. @param masterKey base64 of 32 bytes
 */
export function sealingKey(masterKey: Secret, purpose: string): SealingKey {
  const bytes = Buffer.from(masterKey.reveal(), 'base64')
  const derive = (what: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', `darkroom ${what} ${version}`, length))
  return { key: createSecretKey(derive(purpose, cipher.keyBytes)), id: derive(`${purpose} key id`, idBytes).toString('base64url') }
}

/**
 * Encrypts bytes for one place: opened for any other they are refused.
 * @returns `v1.<key id>.<base64url of nonce, tag and ciphertext>`, one line of ASCII
 */
export function seal({ key, id }: SealingKey, place: string, bytes: Uint8Array): string {
  const nonce = randomBytes(cipher.nonceBytes)
  const sealing = createCipheriv(cipher.name, key, nonce, { authTagLength: cipher.tagBytes }).setAAD(Buffer.from(place))
  const sealed = Buffer.concat([sealing.update(bytes), sealing.final()])
  return `${version}.${id}.${Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString('base64url')}`
}

/** Opens what `seal` made. @throws SealBroken */
export function unseal({ key, id }: SealingKey, place: string, sealed: string): Buffer {
  const [sealedVersion, keyId, body] = sealed.split('.')
  if (sealedVersion !== version) throw new SealBroken('unknown_version')
  if (body === undefined) throw new SealBroken('damaged')
  if (keyId !== id) throw new SealBroken('wrong_key')
  try {
    return decrypt(key, place, Buffer.from(body, 'base64url'))
  } catch (error) {
    throw new SealBroken('damaged', { cause: error })
  }
}

function decrypt(key: KeyObject, place: string, bytes: Buffer): Buffer {
  const nonce = bytes.subarray(0, cipher.nonceBytes)
  const tag = bytes.subarray(cipher.nonceBytes, cipher.nonceBytes + cipher.tagBytes)
  const opening = createDecipheriv(cipher.name, key, nonce, { authTagLength: cipher.tagBytes }).setAAD(Buffer.from(place)).setAuthTag(tag)
  return Buffer.concat([opening.update(bytes.subarray(cipher.nonceBytes + cipher.tagBytes)), opening.final()])
}
