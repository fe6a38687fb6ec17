import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Secret } from '../primitives/secret.ts'

/** A message as it came: the three headers of Standard Webhooks and the body, byte for byte. */
export interface SignedMessage {
  id: string | null
  /** Seconds since 1970, as the header says it. */
  timestamp: string | null
  /** One or more `v1,<base64>`, separated by spaces. */
  signature: string | null
  body: Buffer
}

/** How far the sender's clock may be from ours, as the specification and the official clients have it. */
const TOLERANCE_MS = 5 * 60_000
const MOST_SIGNATURES = 8

/**
 * Whether a message was signed with the secret, and lately (Standard Webhooks, symmetric signatures). Nothing of it may be believed
 * otherwise. Never throws, whatever came.
 */
export function verifyWebhook({ id, timestamp, signature, body }: SignedMessage, secret: Secret, nowMs: number): boolean {
  if (id === null || id === '' || signature === null || !/^\d{1,12}$/.test(timestamp ?? '')) return false
  const sentMs = Number(timestamp) * 1000
  if (Math.abs(nowMs - sentMs) > TOLERANCE_MS) return false
  const expected = Buffer.from(new Webhook(secret.reveal()).sign(id, new Date(sentMs), body))
  return signature
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .map((one) => Buffer.from(one))
    .some((one) => one.length === expected.length && timingSafeEqual(one, expected))
}
