import { bytesOfBase64 } from './base64.ts'

/** What a message is signed with: the endpoint's secret (`whsec_…`, several while it is rotated), or the API key of the call that named a `webhook_url`. */
export type WebhookSecret = string | readonly string[] | { apiKey: string; acceptUntimed?: boolean }

/** Headers of a request in any of the usual forms. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>

/** A message as it was sent. */
export interface WebhookMessage<Data = unknown> {
  /** e.g. `generation.completed`. */
  type: string
  timestamp: string
  data: Data
}

/** Why a message is not to be believed. */
export type WebhookFault = 'missing_headers' | 'bad_timestamp' | 'bad_signature' | 'bad_secret' | 'bad_payload'

/** A message that is not to be believed. Answer it with 400 and forget it. */
export class WebhookError extends Error {
  readonly fault: WebhookFault

  constructor(fault: WebhookFault, message: string) {
    super(message)
    this.name = 'WebhookError'
    this.fault = fault
  }
}

/** How far the clocks of sender and receiver may be apart, and how long a message may be on its way (standardwebhooks.com). */
const toleranceSeconds = 5 * 60

/**
 * Checks who a webhook is from, by Standard Webhooks (standardwebhooks.com): an HMAC-SHA256 over id, timestamp and body, one of several signatures, no older
 * than five minutes. `webhook-id` names the message: act once on each.
 *
 * `{ apiKey }` is for messages of a call's own `webhook_url`, whose secret is the SHA-256 of the key that made the call. With `acceptUntimed` a message that has
 * only `X-Webhook-Signature` (HMAC over the bare body, as the unified job APIs have it) is taken too; nothing in it says how old it is.
 * @param payload the body as it came, not parsed and written again
 * @returns the message
 * @throws WebhookError
 */
export async function verifyWebhook<Data = unknown>(
  payload: string | Uint8Array | ArrayBuffer,
  headers: WebhookHeaders,
  secret: WebhookSecret,
  now: () => Date = () => new Date(),
): Promise<WebhookMessage<Data>> {
  const body = bytesOf(payload)
  const given = (name: string) => headerOf(headers, name)
  const [id, timestamp, signatures] = [given('webhook-id'), given('webhook-timestamp'), given('webhook-signature')]
  const untimed = given('x-webhook-signature')
  if (id !== null && timestamp !== null && signatures !== null) {
    assertRecent(timestamp, now())
    const signed = joined(`${id}.${timestamp}.`, body)
    await assertOneFits(await keysOf(secret), signed, signatures.split(' ').flatMap(signatureOfV1))
  } else if (untimed !== null && isUntimedAccepted(secret)) {
    await assertOneFits([new TextEncoder().encode(hexOf(await sha256(secret.apiKey)))], body, [bytesOfHex(untimed)])
  } else {
    throw new WebhookError('missing_headers', 'The request has no webhook-id, webhook-timestamp and webhook-signature.')
  }
  return parsed(body)
}

/** For receivers of webhooks; they need no client. */
export const webhooks = { verify: verifyWebhook }

const isUntimedAccepted = (secret: WebhookSecret): secret is { apiKey: string } =>
  typeof secret === 'object' && 'apiKey' in secret && secret.acceptUntimed === true

async function keysOf(secret: WebhookSecret): Promise<Uint8Array<ArrayBuffer>[]> {
  if (typeof secret === 'string') return [keyOfSecret(secret)]
  return 'apiKey' in secret ? [await sha256(secret.apiKey)] : secret.map(keyOfSecret)
}

function keyOfSecret(secret: string): Uint8Array<ArrayBuffer> {
  try {
    const key = bytesOfBase64(secret.replace(/^whsec_/, ''))
    if (key.length > 0) return key
  } catch {
    // Said below: never with the secret in it.
  }
  throw new WebhookError('bad_secret', 'The secret is not one of a webhook: expected whsec_ and base64.')
}

function assertRecent(timestamp: string, now: Date): void {
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  if (!(Math.abs(now.getTime() / 1000 - seconds) <= toleranceSeconds))
    throw new WebhookError('bad_timestamp', `The message is not from the last ${toleranceSeconds / 60} minutes by this clock.`)
}

/** `verify` of the platform compares in constant time. */
async function assertOneFits(
  keys: Uint8Array<ArrayBuffer>[],
  signed: Uint8Array<ArrayBuffer>,
  signatures: Uint8Array<ArrayBuffer>[],
): Promise<void> {
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])
    for (const signature of signatures) if (await crypto.subtle.verify('HMAC', key, signature, signed)) return
  }
  throw new WebhookError('bad_signature', 'No signature fits: the secret is another one, or the body is not as it was sent.')
}

/** Signatures of other versions are passed over, and so is what is none. */
function signatureOfV1(text: string): Uint8Array<ArrayBuffer>[] {
  if (!text.startsWith('v1,')) return []
  try {
    return [bytesOfBase64(text.slice(3))]
  } catch {
    return []
  }
}

function parsed<Data>(body: Uint8Array): WebhookMessage<Data> {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as WebhookMessage<Data>
  } catch {
    throw new WebhookError('bad_payload', 'The signature fits, but the body is not JSON.')
  }
}

function headerOf(headers: WebhookHeaders, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name)
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? []
  return typeof value === 'string' ? value : (value?.[0] ?? null)
}

function bytesOf(payload: string | Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (typeof payload === 'string') return new TextEncoder().encode(payload)
  return payload instanceof ArrayBuffer ? new Uint8Array(payload) : (payload as Uint8Array<ArrayBuffer>)
}

function joined(head: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = new TextEncoder().encode(head)
  const whole = new Uint8Array(start.length + body.length)
  whole.set(start)
  whole.set(body, start.length)
  return whole
}

async function sha256(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** What is no hex gives bytes that fit nothing. */
function bytesOfHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = /^(?:[0-9a-f]{2})+$/i.test(text) ? text.match(/../g)! : []
  return Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16))
}
