import { type Statement, type StatementContext, statementContext, type WebhookEndpointRow, type WebhookMessageRow } from '../../db/index.ts'
import { recordEvent } from '../../events/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import {
  AlreadyDisabled,
  type AttemptRequest,
  ClaimLost,
  cancelMessagesOf,
  type DisabledWhy,
  disableEndpoint,
  endAttempt,
  logAttempt,
  nextDelayMs,
  noteEndpointFailure,
  noteEndpointSuccess,
} from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { ReceiverAnswer } from './call-receiver.ts'
import { traceDelivery } from './trace-delivery.ts'

/** A receiver that took nothing for so long is disabled. */
const FAILING_FOR_MS = 5 * 24 * 60 * 60 * 1000

/** An attempt whose end is to be kept. */
export interface EndedAttempt {
  message: WebhookMessageRow
  endpoint: WebhookEndpointRow
  request: AttemptRequest
  answer: ReceiverAnswer
  /** See `attemptDelaysMs`. */
  delaysMs: readonly number[]
}

/** What became of the message. */
export interface RecordedAttempt {
  state: 'delivered' | 'pending' | 'exhausted' | 'cancelled'
  nextAttemptAtMs: number | null
}

/**
 * Keeps the end of an attempt, and what follows from it, in one transaction: the log, where the message stands, how the receiver does, and the
 * events for those who want to know that a message or a receiver was given up.
 * @returns null when somebody else has taken the message meanwhile: then nothing is kept
 */
export async function recordAttempt(parts: GatewayParts, attempt: EndedAttempt): Promise<RecordedAttempt | null> {
  const nextAttemptAtMs = nextAttemptOf(parts, attempt)
  const disabled = disabledBy(parts, attempt)
  fp('webhook_before_record')
  try {
    await transactOnce(parts, attempt, nextAttemptAtMs, disabled)
  } catch (error) {
    if (error instanceof ClaimLost) return null
    throw error
  }
  fp('webhook_after_record')
  const state = attempt.answer.cause === null ? 'delivered' : disabled ? 'cancelled' : nextAttemptAtMs === null ? 'exhausted' : 'pending'
  tell(parts, attempt, state, disabled)
  await traceDelivery(parts, attempt)
  return { state, nextAttemptAtMs: state === 'pending' ? nextAttemptAtMs : null }
}

/** A receiver that another attempt has disabled meanwhile is not disabled a second time. */
async function transactOnce(
  parts: GatewayParts,
  attempt: EndedAttempt,
  nextAttemptAtMs: number | null,
  disabled: DisabledWhy | null,
): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const kept = statementsFor(context, parts.bootId, attempt, nextAttemptAtMs)
  if (disabled === null) return void (await parts.database.transact(kept))
  const cancelled = cancelMessagesOf(context, attempt.endpoint.id)
  try {
    await parts.database.transact([...kept, ...disabling(context, attempt.endpoint, disabled), cancelled])
  } catch (error) {
    if (!(error instanceof AlreadyDisabled)) throw error
    await parts.database.transact([...kept, cancelled])
  }
}

function statementsFor(context: StatementContext, by: string, attempt: EndedAttempt, nextAttemptAtMs: number | null): Statement[] {
  const { message, endpoint, request, answer } = attempt
  const { status, cause } = answer
  const logged = { messageId: message.id, n: message.attempts + 1, ...answer, request }
  const claimed = { id: message.id, by, attempts: message.attempts }
  return [
    endAttempt(context, claimed, { status, cause, nextAttemptAtMs: cause === null ? null : nextAttemptAtMs }),
    logAttempt(context, logged),
    ...(isTest(message) ? [] : [cause === null ? noteEndpointSuccess(context, endpoint.id) : noteEndpointFailure(context, endpoint.id)]),
    ...(cause !== null && nextAttemptAtMs === null && isOfJob(message) ? [exhaustedEvent(context, attempt)] : []),
  ]
}

/** A receiver is disabled, and the others are told. */
export function disabling(context: StatementContext, endpoint: WebhookEndpointRow, why: DisabledWhy): Statement[] {
  const { failing_since_ms } = endpoint
  const data = { webhook_id: endpoint.id, why, failing_since: failing_since_ms === null ? null : isoTime(failing_since_ms) }
  return [
    disableEndpoint(context, endpoint.id, why),
    recordEvent(context, { projectId: endpoint.project_id, subjectId: endpoint.id, type: 'webhook.disabled', data }),
  ]
}

/** Only of messages about jobs: what tells of lost messages and gets lost itself would be told of for ever. */
function exhaustedEvent(context: StatementContext, { message, endpoint, answer }: EndedAttempt): Statement {
  return recordEvent(context, {
    projectId: endpoint.project_id,
    subjectId: endpoint.id,
    type: 'webhook.exhausted',
    data: {
      webhook_id: endpoint.id,
      message_id: message.id,
      event_id: message.event_id,
      event_type: message.event_type,
      attempts: message.attempts + 1,
      http_status: answer.status,
      cause: answer.cause,
    },
  })
}

function nextAttemptOf({ chance, clock }: GatewayParts, { message, answer, delaysMs }: EndedAttempt): number | null {
  const delayMs = nextDelayMs({ step: message.step, retryAfterMs: answer.retryAfterMs, chance: chance() }, delaysMs)
  return delayMs === null ? null : clock.nowMs() + delayMs
}

/** A test says how a receiver does; it decides nothing. */
function disabledBy({ clock }: GatewayParts, { message, endpoint, answer }: EndedAttempt): DisabledWhy | null {
  if (answer.cause === null || isTest(message)) return null
  if (answer.status === 410) return 'gone'
  return endpoint.failing_since_ms !== null && clock.nowMs() - endpoint.failing_since_ms >= FAILING_FOR_MS ? 'failing' : null
}

const isTest = ({ event_type }: WebhookMessageRow) => event_type === 'webhook.test'
const isOfJob = ({ event_type }: WebhookMessageRow) => !event_type.startsWith('webhook.')

function tell(parts: GatewayParts, attempt: EndedAttempt, state: RecordedAttempt['state'], disabled: DisabledWhy | null): void {
  const { message, endpoint, answer } = attempt
  const known = { webhook_id: endpoint.id, message_id: message.id, event_id: message.event_id, project_id: endpoint.project_id }
  const ended = { ...known, http_status: answer.status, cause: answer.cause, duration_ms: answer.durationMs }
  parts.metrics.webhookAttempt({ outcome: answer.cause ?? 'delivered', seconds: answer.durationMs / 1000 })
  parts.logger.debug({ ...ended, n: message.attempts + 1, state }, 'a webhook was sent')
  if (state === 'exhausted' && !isTest(message)) {
    parts.metrics.webhookExhausted()
    parts.logger.warn(ended, 'a webhook was not taken in any attempt and is given up')
  }
  if (disabled !== null) {
    parts.metrics.webhookDisabled(disabled)
    parts.logger.warn({ ...ended, reason: disabled }, 'a webhook is disabled')
  }
}
