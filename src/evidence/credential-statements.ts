import { sql } from 'kysely'
import type { CredentialReportRow, Database, Statement, StatementContext } from '../db/index.ts'
import type { ContentCredentials } from './content-credentials.ts'
import { credentialSignals } from './credential-signals.ts'
import { summariseCredentials } from './summarise-credentials.ts'

/** Notes that a picture's credentials are to be read; belongs into the transaction that records it. */
export function recordPendingCredentials({ sql: builder, nowMs }: StatementContext, { imageId }: { imageId: string }): Statement {
  return {
    query: builder
      .insertInto('credential_reports')
      .values({ image_id: imageId, state: 'pending', report_json: null, error: null, created_at_ms: nowMs, finished_at_ms: null })
      .onConflict((conflict) => conflict.column('image_id').doNothing()),
  }
}

/** Keeps what the credentials of a picture that came over an API route say, and what that says about the route. */
export function recordCredentials(
  context: StatementContext,
  { imageId, credentials }: { imageId: string; credentials: ContentCredentials },
): Statement {
  const report = { ...summariseCredentials(credentials), signals: credentialSignals(credentials) }
  return finish(context, imageId, { state: 'read', report_json: JSON.stringify(report), error: null })
}

/** Keeps why they could not be read. @param failed.error a code */
export function recordCredentialsFailure(context: StatementContext, { imageId, error }: { imageId: string; error: string }): Statement {
  return finish(context, imageId, { state: 'failed', report_json: null, error })
}

function finish(
  { sql: builder, nowMs }: StatementContext,
  imageId: string,
  end: Pick<CredentialReportRow, 'state' | 'report_json' | 'error'>,
): Statement {
  return {
    query: builder
      .updateTable('credential_reports')
      .set({ ...end, finished_at_ms: nowMs })
      .where('image_id', '=', imageId)
      .where('state', '=', 'pending'),
  }
}

/**
 * Ids of pictures whose credentials wait to be read, the longest waiting first. Reads index `credential_reports_pending`, which the planner
 * takes only when it sees `'pending'` written out, not bound.
 */
export async function pendingCredentials(db: Database, limit: number): Promise<string[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('credential_reports')
      .select('image_id')
      .where('state', '=', sql.lit('pending'))
      .orderBy('created_at_ms')
      .orderBy('image_id')
      .limit(limit),
  )
  return rows.map(({ image_id }) => image_id)
}
