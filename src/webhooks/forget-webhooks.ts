import { sql as text } from 'kysely'
import type { Statement, StatementContext } from '../db/index.ts'

/** How long what was sent can be read and sent again after it ended. */
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1000

/** A job may wait for two months before it tells the receiver that it named. */
const NAMED_KEPT_FOR_MS = 90 * 24 * 60 * 60 * 1000

/** Messages whose time is over, at most so many, always the same ones. */
const oldMessages = ({ sql, nowMs }: StatementContext, limit: number) =>
  sql
    .selectFrom('webhook_messages')
    .select('id')
    .where('ended_at_ms', '<', nowMs - KEPT_FOR_MS)
    .orderBy('ended_at_ms')
    .orderBy('id')
    .limit(limit)

/** Removes messages whose time is over with what came of them; `changes` of the last result says how many. */
export function forgetOldMessages(context: StatementContext, limit: number): Statement[] {
  const { sql } = context
  return [
    { query: sql.deleteFrom('webhook_attempts').where('message_id', 'in', oldMessages(context, limit)) },
    { query: sql.deleteFrom('webhook_messages').where('id', 'in', oldMessages(context, limit)) },
  ]
}

/** Removes receivers that were deleted, or that no call named any more, once nothing is left of what they were told. */
export function forgetOldEndpoints({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('webhook_endpoints')
    .select('webhook_endpoints.id')
    .where((when) =>
      when.or([
        when('deleted_at_ms', '<', nowMs - KEPT_FOR_MS),
        when.and([when('origin', '=', 'call'), when('updated_at_ms', '<', nowMs - NAMED_KEPT_FOR_MS)]),
      ]),
    )
    .where(text<boolean>`not exists (select 1 from webhook_messages where webhook_messages.endpoint_id = webhook_endpoints.id)`)
    .limit(limit)
  return { query: sql.deleteFrom('webhook_endpoints').where('id', 'in', old) }
}
