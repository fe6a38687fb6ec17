import { createHmac, timingSafeEqual } from 'node:crypto'
import { failure } from '../../contract/failure.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** Longer than a message about it is tried to be delivered. */
const OPEN_FOR_MS = 7 * 24 * 60 * 60 * 1000
const SECOND = 1000

type Signing = Pick<GatewayParts, 'addressKey' | 'clock'>

/** An address that opens the bytes of a picture without a key, for a week. */
export function signedAddress(parts: Signing, baseUrl: string, imageId: string): string {
  const expires = Math.floor((parts.clock.nowMs() + OPEN_FOR_MS) / SECOND)
  return `${baseUrl}/v2/images/${imageId}/signed?expires=${expires}&signature=${signatureOf(parts, imageId, expires).toString('base64url')}`
}

/** @throws Failure `address_not_valid` where the address was not made here, was made for another picture, or has run out. */
export function assertSigned(parts: Signing, imageId: string, query: { expires?: unknown; signature?: unknown }): void {
  const { expires, signature } = query
  if (typeof expires !== 'string' || !/^\d{1,12}$/.test(expires) || typeof signature !== 'string') throw failure('address_not_valid')
  const given = Buffer.from(signature, 'base64url')
  const right = signatureOf(parts, imageId, Number(expires))
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw failure('address_not_valid')
  if (Number(expires) * SECOND <= parts.clock.nowMs()) throw failure('address_not_valid')
}

function signatureOf({ addressKey }: Signing, imageId: string, expires: number): Buffer {
  return createHmac('sha256', addressKey.key).update(`${imageId}.${expires}`).digest()
}
