import { statementContext, type WebhookEndpointRow, type WebhookMessageRow } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { SealBroken } from '../../primitives/sealed-bytes.ts'
import {
  type AttemptRequest,
  ClaimLost,
  cancelMessage,
  leaveMessage,
  openMessageBody,
  openWebhookSecrets,
  signedHeaders,
} from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { callReceiver, type FailedCause, type ReceiverAnswer, type ReceiverCall } from './call-receiver.ts'
import { answerAsReceiver, CHECK_RECEIVER_URL } from './check-receiver.ts'
import { type RecordedAttempt, recordAttempt } from './record-attempt.ts'
import { judgeWebhookUrl } from './webhook-url.ts'

/** How patiently messages are sent. */
export interface WebhookPace {
  /** Waits before each attempt. */
  delaysMs: readonly number[]
  /** One attempt, to the last byte of the answer. */
  timeoutMs: number
}

/** A message that this process has claimed. */
export interface Delivery {
  message: WebhookMessageRow
  /** Null when it is gone. */
  endpoint: WebhookEndpointRow | null
  pace: WebhookPace
  /** Breaks the attempt off. */
  signal?: AbortSignal
  /** True for what is sent to a disabled receiver, too. @default false */
  evenDisabled?: boolean
}

/** How a delivery ended. `answer` null = nothing can be said of the receiver. */
export interface DeliveryEnd {
  recorded: RecordedAttempt | null
  answer: ReceiverAnswer | null
}

/** Makes one attempt to deliver a message, and keeps what came of it. */
export async function deliverMessage(parts: GatewayParts, delivery: Delivery): Promise<DeliveryEnd> {
  const { message, endpoint, pace, signal, evenDisabled = false } = delivery
  if (endpoint === null || endpoint.deleted_at_ms !== null || (endpoint.state !== 'enabled' && !evenDisabled))
    return giveBack(parts, message, 'cancelled')
  const sealed = openSealed(parts, message, endpoint)
  const request = { url: endpoint.url, headers: shownHeaders(sealed.headers), signatures: sealed.signatures }
  fp('webhook_before_send')
  const answer =
    sealed.cause === null
      ? await send(parts, endpoint, { url: endpoint.url, ...sealed, timeoutMs: pace.timeoutMs, signal })
      : notSent(parts, sealed.cause)
  fp('webhook_after_send')
  if (answer === null) return giveBack(parts, message, 'left')
  const recorded = await recordAttempt(parts, { message, endpoint, request, answer, delaysMs: pace.delaysMs })
  return { recorded, answer }
}

/** To its address, or to the receiver that is built in. */
function send(parts: GatewayParts, endpoint: WebhookEndpointRow, call: ReceiverCall): Promise<ReceiverAnswer | null> {
  return endpoint.url === CHECK_RECEIVER_URL ? Promise.resolve(answerAsReceiver(parts, endpoint, call)) : callReceiver(parts, call)
}

interface Opened {
  headers: Record<string, string>
  body: string
  signatures: number
  /** Why it cannot be sent. */
  cause: FailedCause | null
}

function openSealed(parts: GatewayParts, message: WebhookMessageRow, endpoint: WebhookEndpointRow): Opened {
  const nothing = { headers: {}, body: '', signatures: 0 }
  if (endpoint.url !== CHECK_RECEIVER_URL && judgeWebhookUrl(parts, endpoint.url) === null) return { ...nothing, cause: 'address' }
  try {
    const nowMs = parts.clock.nowMs()
    const secrets = openWebhookSecrets(parts.webhookKey, endpoint, nowMs)
    const body = openMessageBody(parts.webhookKey, message.id, message.sealed_body)
    const style = message.style === 'unified' ? 'unified' : 'standard'
    const event = style === 'unified' ? String((JSON.parse(body) as JsonObject)['event']) : message.event_type
    return {
      headers: signedHeaders({ style, eventId: message.event_id, event, body }, secrets, nowMs),
      body,
      signatures: secrets.length,
      cause: null,
    }
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    parts.logger.error({ err: error, webhook_id: endpoint.id, message_id: message.id }, 'a webhook cannot be signed')
    return { ...nothing, cause: 'secret' }
  }
}

function notSent({ clock }: GatewayParts, cause: FailedCause): ReceiverAnswer {
  return { atMs: clock.nowMs(), durationMs: 0, status: null, cause, retryAfterMs: null, response: null }
}

/** Whoever reads the log must not be able to send what was sent. */
function shownHeaders(headers: Record<string, string>): AttemptRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.endsWith('-signature')))
}

async function giveBack(parts: GatewayParts, message: WebhookMessageRow, how: 'left' | 'cancelled'): Promise<DeliveryEnd> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const claimed = { id: message.id, by: parts.bootId, attempts: message.attempts }
  try {
    await parts.database.transact([how === 'left' ? leaveMessage(context, claimed) : cancelMessage(context, claimed)])
  } catch (error) {
    if (!(error instanceof ClaimLost)) throw error
  }
  return { recorded: how === 'left' ? null : { state: 'cancelled', nextAttemptAtMs: null }, answer: null }
}
