import { webhookEventTypes } from '../contract/record.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { JsonObject } from '../primitives/json.ts'

/** Everything that can happen which somebody may want to be told of: what a webhook can subscribe to, and its own test. */
export const eventTypes = [...webhookEventTypes, 'webhook.test'] as const

/** The name of a thing that can happen. */
export type EventType = (typeof eventTypes)[number]

/** Something that happened. */
export interface NewEvent {
  projectId: string
  /** Id of what it happened to. */
  subjectId: string
  type: EventType
  /** What receivers are told: ids, states, amounts. Never a prompt, never bytes, never an address that opens something. */
  data: JsonObject
}

/** Puts an event on record. Run it in the transaction that makes it true: told is what is on disk, and all of it. */
export function recordEvent({ sql, newId, nowMs }: StatementContext, { projectId, subjectId, type, data }: NewEvent): Statement {
  return {
    query: sql.insertInto('events').values({
      id: newId('evt'),
      project_id: projectId,
      subject_id: subjectId,
      type,
      at_ms: nowMs,
      data_json: JSON.stringify(data),
      handed_out_at_ms: null,
    }),
  }
}
