import { sql as text } from 'kysely'
import type { Database, WebhookAttemptRow, WebhookMessageRow } from '../db/index.ts'
import type { EndpointScope } from './find-endpoints.ts'

/** Where a message stands. */
export const messageStates = ['pending', 'delivered', 'exhausted', 'cancelled'] as const

/** See `messageStates`. */
export type MessageState = (typeof messageStates)[number]

/** Which messages of a receiver are listed. */
export interface MessageQuery {
  endpointId: string
  state?: MessageState | undefined
  /** Id of the last one of the page before. */
  after?: string | undefined
  limit: number
}

/** Messages of a receiver, the newest first. One that was forgotten since it was listed ends the list. */
export function listMessages(db: Database, { endpointId, state, after, limit }: MessageQuery): Promise<WebhookMessageRow[]> {
  return db.read(
    db.sql
      .selectFrom('webhook_messages')
      .selectAll()
      .where('endpoint_id', '=', endpointId)
      .$if(state !== undefined, (found) => found.where('state', '=', state!))
      .$if(after !== undefined, (found) =>
        found.where(
          text<boolean>`(created_at_ms, id) < (select last.created_at_ms, last.id from webhook_messages as last where last.id = ${after!})`,
        ),
      )
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit),
  )
}

/** One message with its attempts, the first first; null when it is not there for this caller. */
export async function findMessage(
  db: Database,
  { id, projectId }: EndpointScope & { id: string },
): Promise<{ message: WebhookMessageRow; attempts: WebhookAttemptRow[] } | null> {
  const [[message], attempts] = await db.readAll([
    db.sql
      .selectFrom('webhook_messages')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (found) => found.where('project_id', '=', projectId!)),
    db.sql.selectFrom('webhook_attempts').selectAll().where('message_id', '=', id).orderBy('n'),
  ] as const)
  return message ? { message, attempts } : null
}

/** Ids of events that a receiver has messages of, in order, by when they happened. */
export async function toldEvents(
  db: Database,
  { endpointId, fromMs, toMs, after, limit }: { endpointId: string; fromMs: number; toMs: number; after: string; limit: number },
): Promise<string[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('webhook_messages')
      .select('event_id')
      .where('endpoint_id', '=', endpointId)
      .where('event_at_ms', '>=', fromMs)
      .where('event_at_ms', '<', toMs)
      .where('event_id', '>', after)
      .orderBy('event_id')
      .limit(limit),
  )
  return rows.map(({ event_id }) => event_id)
}

/** When the next message of a lane is due that nobody is sending; null when there is none. */
export async function nextDueOf(db: Database, lane: string): Promise<number | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('webhook_messages')
      .select('next_attempt_at_ms')
      .where('lane', '=', lane)
      .where('state', '=', 'pending')
      .where('lease_until_ms', 'is', null)
      .orderBy('next_attempt_at_ms')
      .limit(1),
  )
  return row?.next_attempt_at_ms ?? null
}

/** A lane that messages wait in. */
export interface WaitingLane {
  lane: string
  project_id: string
  /** When the earliest of them is due: one that somebody is sending once his time is over. */
  due_at_ms: number
  waiting: number
}

/** Every lane that messages wait in. Reads all of them: for the start, and now and then. */
export function waitingLanes(db: Database): Promise<WaitingLane[]> {
  return db.read(
    db.sql
      .selectFrom('webhook_messages')
      .select(['lane', 'project_id'])
      .select(
        text<number>`min(case when lease_until_ms > next_attempt_at_ms then lease_until_ms else next_attempt_at_ms end)`.as('due_at_ms'),
      )
      .select(text<number>`count(*)`.as('waiting'))
      .where('state', '=', 'pending')
      .groupBy(['lane', 'project_id']),
  )
}

/** How the messages about something to one receiver stand together: the worst of them counts. Null when there are none. */
export async function standingOf(
  db: Database,
  { endpointId, subjectId }: { endpointId: string; subjectId: string },
): Promise<'pending' | 'delivered' | 'failed' | null> {
  const rows = await db.read(
    db.sql
      .selectFrom('webhook_messages')
      .select('state')
      .distinct()
      .where('endpoint_id', '=', endpointId)
      .where('event_id', 'in', (events) => events.selectFrom('events').select('events.id').where('subject_id', '=', subjectId)),
  )
  const states = rows.map(({ state }) => state)
  if (states.includes('pending')) return 'pending'
  if (states.includes('exhausted') || states.includes('cancelled')) return 'failed'
  return states.length === 0 ? null : 'delivered'
}
