import { UntrustedRefusal } from '../../outbound/index.ts'
import { type AttemptResponse, readRetryAfter } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The whole attempt, to the last byte of the answer. Opening the connection has five seconds of it, by the door's own limit. */
export const ATTEMPT_TIMEOUT_MS = 15_000
/** What is read of an answer. */
const MOST_READ_BYTES = 16 * 1024
/** What is kept of it. */
const KEPT_BODY_BYTES = 1024
const KEPT_HEADERS = 30
const LONGEST_HEADER = 200

/**
 * Why an attempt was no success, in a word that its owner may read. What would map a network (a name that does not resolve, an address that
 * is not public, a port that refuses) has one word for all.
 */
export type FailedCause = 'status' | 'redirect' | 'timeout' | 'unreachable' | 'tls' | 'broken' | 'address' | 'secret'

/** What came of an attempt. */
export interface ReceiverAnswer {
  atMs: number
  durationMs: number
  /** Null when no head came. */
  status: number | null
  /** Null for a success: a status of 200 to 299, and an answer that ended. */
  cause: FailedCause | null
  retryAfterMs: number | null
  response: AttemptResponse | null
}

/** What is sent. */
export interface ReceiverCall {
  url: string
  headers: Record<string, string>
  body: string
  timeoutMs: number
  signal?: AbortSignal | undefined
}

/** Sends a message once. @returns null when it was broken off by us: that says nothing of the receiver */
export async function callReceiver(parts: Pick<GatewayParts, 'outbound' | 'clock'>, call: ReceiverCall): Promise<ReceiverAnswer | null> {
  const { outbound, clock } = parts
  const [atMs, startMs] = [clock.nowMs(), clock.monotonicMs()]
  const heard: Pick<ReceiverAnswer, 'status' | 'response' | 'retryAfterMs'> = { status: null, response: null, retryAfterMs: null }
  const ended = (cause: FailedCause | null): ReceiverAnswer => ({
    atMs,
    durationMs: Math.round(clock.monotonicMs() - startMs),
    cause,
    ...heard,
  })
  try {
    const answer = await outbound.untrusted({
      destination: 'untrusted',
      purpose: 'webhook',
      method: 'POST',
      url: call.url,
      headers: call.headers,
      body: Buffer.from(call.body),
      maxBodyBytes: MOST_READ_BYTES,
      timeoutMs: call.timeoutMs,
      headersTimeoutMs: call.timeoutMs,
      ...(call.signal ? { signal: call.signal } : {}),
    })
    heard.status = answer.status
    heard.retryAfterMs = readRetryAfter(answer.headers['retry-after'], clock.nowMs())
    heard.response = { headers: keptHeaders(answer.headers), body: '' }
    for await (const piece of readAll(answer.body)) heard.response.body = piece
    return ended(causeOf(answer.status))
  } catch (error) {
    if (!(error instanceof UntrustedRefusal)) throw error
    if (error.detail === 'aborted') return null
    // A long answer is cut off; what its head says holds.
    return ended(error.detail === 'too_large' && heard.status !== null ? causeOf(heard.status) : inOurWords[error.detail])
  }
}

function causeOf(status: number): FailedCause | null {
  if (status >= 200 && status < 300) return null
  return status >= 300 && status < 400 ? 'redirect' : 'status'
}

const inOurWords: Record<Exclude<UntrustedRefusal['detail'], 'aborted'>, FailedCause> = {
  url: 'address',
  blocked_address: 'unreachable',
  dns: 'unreachable',
  connect: 'unreachable',
  tls: 'tls',
  redirect: 'redirect',
  status: 'status',
  encoding: 'broken',
  too_large: 'broken',
  timeout: 'timeout',
  protocol: 'broken',
}

/** Reads an answer to its end; yields what is kept of it so far. */
async function* readAll(body: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  let kept = Buffer.alloc(0)
  for await (const piece of body) {
    if (kept.length === KEPT_BODY_BYTES) continue
    kept = Buffer.concat([kept, piece]).subarray(0, KEPT_BODY_BYTES)
    yield kept.toString()
  }
}

/** A cookie is for whoever comes back with it; we do not. */
function keptHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name, value]) => name !== 'set-cookie' && value !== undefined)
  return Object.fromEntries(
    kept.slice(0, KEPT_HEADERS).map(([name, value]) => [name.slice(0, LONGEST_HEADER), String(value).slice(0, LONGEST_HEADER)]),
  )
}
