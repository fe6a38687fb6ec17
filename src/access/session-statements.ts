import type { Database, Statement, StatementContext } from '../db/index.ts'

/** Keeps a session; what has run out is cleared away with it. */
export function insertSession(
  { sql, nowMs }: StatementContext,
  { digest, credentialDigest, expiresAtMs }: { digest: string; credentialDigest: string; expiresAtMs: number },
): Statement[] {
  return [
    { query: sql.deleteFrom('browser_sessions').where('expires_at_ms', '<=', nowMs) },
    {
      query: sql
        .insertInto('browser_sessions')
        .values({ digest, credential_digest: credentialDigest, created_at_ms: nowMs, expires_at_ms: expiresAtMs }),
    },
  ]
}

/** The session behind a digest. */
export function findSession({ sql }: Pick<Database, 'sql'>, digest: string) {
  return sql.selectFrom('browser_sessions').select(['credential_digest', 'expires_at_ms']).where('digest', '=', digest)
}

/** Ends a session. */
export function deleteSession({ sql }: StatementContext, digest: string): Statement {
  return { query: sql.deleteFrom('browser_sessions').where('digest', '=', digest) }
}
