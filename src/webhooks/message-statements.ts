import { sql as text } from 'kysely'
import type { Statement, StatementContext } from '../db/index.ts'
import type { WebhookStyle } from './signed-headers.ts'

/** One event for one receiver. */
export interface NewMessage {
  id: string
  endpointId: string
  eventId: string
  eventType: string
  eventAtMs: number
  style: WebhookStyle
  /** See `sealMessageBody`. */
  sealedBody: string
  /** Place in the schedule where it begins. @default 0 */
  step?: number
  /** The process that is about to make its first attempt, and how long that may take; left out: whoever comes. */
  claim?: { by: string; leaseMs: number }
  /** True for what is sent to a disabled receiver, too. @default false */
  evenDisabled?: boolean
}

/**
 * Makes a message, to be sent at once. Nothing happens where the receiver has one for this event already, was disabled or deleted meanwhile.
 */
export function insertMessage({ sql, nowMs }: StatementContext, message: NewMessage): Statement {
  const { claim, evenDisabled = false } = message
  const own = {
    id: message.id,
    endpoint_id: message.endpointId,
    event_id: message.eventId,
    event_type: message.eventType,
    event_at_ms: message.eventAtMs,
    style: message.style,
    sealed_body: message.sealedBody,
    state: 'pending',
    step: message.step ?? 0,
    attempts: 0,
    next_attempt_at_ms: nowMs,
    claimed_by: claim?.by ?? null,
    lease_until_ms: claim ? nowMs + claim.leaseMs : null,
    created_at_ms: nowMs,
  }
  const columns = Object.keys(own) as (keyof typeof own)[]
  const row = sql
    .selectFrom('webhook_endpoints')
    .select(['project_id', 'lane'])
    .select(columns.map((column) => text`${own[column]}`.as(column)))
    .where('webhook_endpoints.id', '=', message.endpointId)
    .where('deleted_at_ms', 'is', null)
    .$if(!evenDisabled, (found) => found.where('webhook_endpoints.state', '=', 'enabled'))
  return {
    query: sql
      .insertInto('webhook_messages')
      .columns(['project_id', 'lane', ...columns])
      .expression(row)
      .onConflict((conflict) => conflict.columns(['event_id', 'endpoint_id']).doNothing()),
  }
}

/** Takes messages of a lane that are due, for as long as an attempt may take; their rows are the statement's. */
export function claimMessages(
  { sql, nowMs }: StatementContext,
  { lane, limit, by, leaseMs }: { lane: string; limit: number; by: string; leaseMs: number },
): Statement {
  const due = sql
    .selectFrom('webhook_messages')
    .select('id')
    .where('lane', '=', lane)
    .where('state', '=', 'pending')
    .where('next_attempt_at_ms', '<=', nowMs)
    .where(unclaimed(nowMs))
    .orderBy('next_attempt_at_ms')
    .limit(limit)
  return {
    query: sql
      .updateTable('webhook_messages')
      .set({ claimed_by: by, lease_until_ms: nowMs + leaseMs })
      .where('id', 'in', due)
      .returningAll(),
  }
}

/** Messages whose claimer has ended are sent by whoever comes. */
export function releaseClaimsOfEnded({ sql }: StatementContext): Statement {
  return {
    query: sql
      .updateTable('webhook_messages')
      .set({ claimed_by: null, lease_until_ms: null })
      .where('state', '=', 'pending')
      .where('claimed_by', 'not in', sql.selectFrom('nodes').select('nodes.id').where('nodes.state', '=', 'live')),
  }
}

/** A message that a process has claimed, as it was then. */
export interface ClaimedMessage {
  id: string
  by: string
  /** Attempts that had ended then. */
  attempts: number
}

/** Somebody else took the message meanwhile, believing its sender dead: what became of it is theirs to say. */
export class ClaimLost extends Error {}

/** How an attempt ended. */
export interface AttemptEnd {
  status: number | null
  /** Null for a success. */
  cause: string | null
  /** When the next one is due; null = there is none. */
  nextAttemptAtMs: number | null
}

/** Notes the end of an attempt. @throws ClaimLost in the transaction */
export function endAttempt(context: StatementContext, claimed: ClaimedMessage, { status, cause, nextAttemptAtMs }: AttemptEnd): Statement {
  const state = cause === null ? 'delivered' : nextAttemptAtMs === null ? 'exhausted' : 'pending'
  return whileClaimed(context, claimed, {
    state,
    attempts: claimed.attempts + 1,
    step: text<number>`step + 1`,
    last_status: status,
    last_cause: cause,
    ...(nextAttemptAtMs === null ? {} : { next_attempt_at_ms: nextAttemptAtMs }),
    ended_at_ms: state === 'pending' ? null : context.nowMs,
  })
}

/** Gives a message back as it was. @throws ClaimLost in the transaction */
export function leaveMessage(context: StatementContext, claimed: ClaimedMessage): Statement {
  return whileClaimed(context, claimed, {})
}

/** Ends a message whose receiver takes nothing any more. @throws ClaimLost in the transaction */
export function cancelMessage(context: StatementContext, claimed: ClaimedMessage): Statement {
  return whileClaimed(context, claimed, { state: 'cancelled', ended_at_ms: context.nowMs })
}

function whileClaimed({ sql }: StatementContext, { id, by, attempts }: ClaimedMessage, change: object): Statement {
  return {
    query: sql
      .updateTable('webhook_messages')
      .set({ ...change, claimed_by: null, lease_until_ms: null })
      .where('id', '=', id)
      .where('claimed_by', '=', by)
      .where('attempts', '=', attempts),
    expect: { rows: 1, otherwise: () => new ClaimLost(`the message ${id} was claimed by another process`) },
  }
}

/** Ends what waits for a receiver that was disabled or deleted; what is being sent right now ends by itself. */
export function cancelMessagesOf({ sql, nowMs }: StatementContext, endpointId: string): Statement {
  return {
    query: sql
      .updateTable('webhook_messages')
      .set({ state: 'cancelled', ended_at_ms: nowMs, claimed_by: null, lease_until_ms: null })
      .where('endpoint_id', '=', endpointId)
      .where('state', '=', 'pending')
      .where(unclaimed(nowMs)),
  }
}

/** Which messages are sent again. */
export interface Replay {
  endpointId: string
  /** One of the two. */
  messageId?: string
  eventIds?: readonly string[]
  /** True for what was delivered, too. */
  delivered: boolean
}

/** Sends messages once more from the start of the schedule, under the same id and with the same text; `changes` says how many. */
export function replayMessages({ sql, nowMs }: StatementContext, { endpointId, messageId, eventIds, delivered }: Replay): Statement {
  return {
    query: sql
      .updateTable('webhook_messages')
      .set({ state: 'pending', step: 0, next_attempt_at_ms: nowMs, ended_at_ms: null, claimed_by: null, lease_until_ms: null })
      .where('endpoint_id', '=', endpointId)
      .where(unclaimed(nowMs))
      .$if(messageId !== undefined, (found) => found.where('id', '=', messageId!))
      .$if(eventIds !== undefined, (found) => found.where('event_id', 'in', eventIds!))
      .$if(!delivered, (found) => found.where('state', '<>', 'delivered')),
  }
}

const unclaimed = (nowMs: number) => text<boolean>`(lease_until_ms is null or lease_until_ms <= ${nowMs})`
