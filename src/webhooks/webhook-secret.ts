import { createHash, randomBytes } from 'node:crypto'
import { failure } from '../contract/failure.ts'
import type { WebhookEndpointRow } from '../db/index.ts'
import { type SealingKey, seal, unseal } from '../primitives/sealed-bytes.ts'
import type { Secret } from '../primitives/secret.ts'
import { isStrongWebhookSecret } from '../primitives/webhook-secret.ts'

const SECRET_BYTES = 32
/** As the specification of Standard Webhooks has it. */
const LONGEST_BYTES = 64

/** A new signing secret. */
export function newWebhookSecret(): Buffer {
  return randomBytes(SECRET_BYTES)
}

/** The secret of receivers that calls name: SHA-256 of the API key, so that whoever called can work it out. */
export function secretOfApiKey(apiKey: Secret): Buffer {
  return createHash('sha256').update(apiKey.reveal()).digest()
}

/** A secret as its owner writes it: `whsec_` and base64. */
export function webhookSecretText(bytes: Buffer): string {
  return `whsec_${bytes.toString('base64')}`
}

/** Reads a secret that a caller brought. @throws `Failure('weak_secret')`, which does not repeat it */
export function readWebhookSecret(text: string): Buffer {
  const bytes = isStrongWebhookSecret(text) ? Buffer.from(text.slice('whsec_'.length), 'base64') : null
  // Written another way than we write it, another library may read other bytes.
  if (bytes === null || bytes.length > LONGEST_BYTES || webhookSecretText(bytes) !== text) throw failure('weak_secret', { param: 'secret' })
  return bytes
}

/** Encrypts a secret for one receiver and the time it was set: neither another's nor an earlier one can be put in its place. */
export function sealWebhookSecret(key: SealingKey, endpointId: string, version: number, bytes: Buffer): string {
  return seal(key, placeOf(endpointId, version), bytes)
}

/** What messages to a receiver are signed with now: its secret, and during a rotation the one before it. @throws SealBroken */
export function openWebhookSecrets(key: SealingKey, endpoint: WebhookEndpointRow, nowMs: number): Buffer[] {
  const { id, secret_version: version, sealed_secret, sealed_previous, previous_until_ms } = endpoint
  const current = unseal(key, placeOf(id, version), sealed_secret)
  if (sealed_previous === null || previous_until_ms! <= nowMs) return [current]
  return [current, unseal(key, placeOf(id, version - 1), sealed_previous)]
}

const placeOf = (endpointId: string, version: number) => `darkroom webhook secret ${endpointId} ${version}`
