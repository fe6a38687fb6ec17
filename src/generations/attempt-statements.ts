import type { RetryReason } from '../contract/failure.ts'
import type { AttemptRow, Statement, StatementContext } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'

/** How an attempt can end. */
export type AttemptState = 'ok' | 'rejected' | 'server_refused' | 'not_sent' | 'unknown' | 'charged_lost'

/** An attempt that is about to be made. */
export interface NewAttempt {
  id: string
  /** 1 for the first of its generation. */
  n: number
  routeId: string
  /** The boot that makes it. */
  owner: string
  /** Our id of the attempt on the wire. */
  clientRequestId: string
  modelSent: string
}

/** Names an attempt together with who may write to it. */
export interface AttemptFence {
  attemptId: string
  owner: string
}

/**
 * The attempt has ended before, or another boot ended it for dead. Nothing of the transaction was done. If upstream was paid,
 * that is to be said aloud: the picture is here, and its cost is booked nowhere or as unknown.
 */
export class AttemptNotOurs extends Error {
  readonly attemptId: string

  constructor({ attemptId, owner }: AttemptFence) {
    super(`attempt ${attemptId} is not open for ${owner} any more; nothing was recorded`)
    this.name = 'AttemptNotOurs'
    this.attemptId = attemptId
  }
}

/** The row of a new attempt. Part of `recordIntent` and `recordAttempt`. */
export function insertAttempt({ sql, nowMs }: StatementContext, generationId: string, attempt: NewAttempt): Statement {
  return {
    query: sql.insertInto('attempts').values({
      id: attempt.id,
      generation_id: generationId,
      n: attempt.n,
      route_id: attempt.routeId,
      state: 'dispatching',
      owner: attempt.owner,
      client_request_id: attempt.clientRequestId,
      model_sent: attempt.modelSent,
      model_reported: null,
      retry_reason: null,
      http_status: null,
      upstream_request_id: null,
      started_at_ms: nowMs,
      sent_at_ms: null,
      first_byte_ms: null,
      total_ms: null,
      outcome: null,
      cost_nanos: null,
    }),
  }
}

/** Notes that the request has left. Best effort, nobody waits for it: an attempt without the mark may have been sent as well. */
export function markSent(context: StatementContext, fence: AttemptFence): Statement {
  return { query: openAttempt(context, fence).set({ sent_at_ms: context.nowMs }) }
}

/** Notes the head of upstream's answer, so that its request id survives a crash during the body. Best effort as well. */
export function markAnswered(
  context: StatementContext,
  answer: AttemptFence & { httpStatus: number; upstreamRequestId: string | null; firstByteMs: number },
): Statement {
  return {
    query: openAttempt(context, answer).set({
      http_status: answer.httpStatus,
      upstream_request_id: answer.upstreamRequestId,
      first_byte_ms: Math.round(answer.firstByteMs),
    }),
  }
}

/**
 * Makes a call that upstream goes on with ours: its owner died, its outcome can still be asked for. Run it before the sweep that ends what
 * the dead left.
 */
export function adoptAttempt({ sql }: StatementContext, { attemptId, owner }: AttemptFence): Statement {
  return { query: sql.updateTable('attempts').set({ owner }).where('id', '=', attemptId).where('state', '=', 'dispatching') }
}

/** How an attempt ended. */
export interface AttemptEnd extends AttemptFence {
  state: AttemptState
  /** Class and cause in the provider's words, e.g. `lost: timeout`. */
  outcome: string
  /** Why it is repeated or given up; null when it gave what was asked. */
  retryReason: RetryReason | null
  httpStatus: number | null
  upstreamRequestId: string | null
  modelReported: string | null
  /** Milliseconds to the answer's head; null when none came. */
  firstByteMs: number | null
  totalMs: number | null
  /** What it cost; null while nobody knows. */
  costNanos: Nanos | null
}

/**
 * Ends an attempt. Run it in the transaction that books its cost.
 * @throws (through `transact`) AttemptNotOurs when it is not open for this owner any more.
 */
export function endAttempt(context: StatementContext, end: AttemptEnd): Statement {
  const ended: Partial<AttemptRow> = {
    state: end.state,
    outcome: end.outcome,
    http_status: end.httpStatus,
    upstream_request_id: end.upstreamRequestId,
    model_reported: end.modelReported,
    first_byte_ms: rounded(end.firstByteMs),
    total_ms: rounded(end.totalMs),
    cost_nanos: end.costNanos,
    retry_reason: end.retryReason,
  }
  return {
    query: openAttempt(context, end).set(ended),
    expect: { rows: 1, otherwise: () => new AttemptNotOurs(end) },
  }
}

/** Every write to an attempt repeats who may: an owner that was taken for dead must not write over what was decided since. */
function openAttempt({ sql }: StatementContext, { attemptId, owner }: AttemptFence) {
  return sql.updateTable('attempts').where('id', '=', attemptId).where('state', '=', 'dispatching').where('owner', '=', owner)
}

const rounded = (milliseconds: number | null) => (milliseconds === null ? null : Math.round(milliseconds))
