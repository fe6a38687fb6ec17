import type { Database, Statement, StatementContext } from '../db/index.ts'

/** A project about to be made. */
export interface NewProject {
  id: string
  name: string
}

/** A key about to be kept. */
export interface NewApiKey {
  id: string
  projectId: string
  name: string
  digest: string
  last4: string
}

/** Makes a project. */
export function insertProject({ sql, nowMs }: StatementContext, { id, name }: NewProject): Statement {
  return { query: sql.insertInto('projects').values({ id, name, auto_quality: null, created_at_ms: nowMs }) }
}

/** Keeps a key's digest; the key itself goes to whoever asked for it and nowhere else. */
export function insertKey({ sql, nowMs }: StatementContext, key: NewApiKey): Statement {
  return {
    query: sql.insertInto('api_keys').values({
      id: key.id,
      project_id: key.projectId,
      name: key.name,
      digest: key.digest,
      last4: key.last4,
      created_at_ms: nowMs,
      last_used_at_ms: null,
      revoked_at_ms: null,
    }),
  }
}

/** Finds the key behind a digest, unless it was revoked. Found by the unique index on digests. */
export function findLiveKey(db: Database, digest: string) {
  return db.sql.selectFrom('api_keys').select(['id', 'project_id']).where('digest', '=', digest).where('revoked_at_ms', 'is', null)
}

/** Revokes a key; `changes` is 0 when there is none to revoke within the project (null = any). */
export function revoke({ sql, nowMs }: StatementContext, id: string, projectId: string | null): Statement {
  return {
    query: sql
      .updateTable('api_keys')
      .set({ revoked_at_ms: nowMs })
      .where('id', '=', id)
      .where('revoked_at_ms', 'is', null)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .returning('digest'),
  }
}

/** Notes that a key is in use; times only ever move on. */
export function noteUse({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('api_keys')
      .set({ last_used_at_ms: nowMs })
      .where('id', '=', id)
      .where((row) => row.or([row('last_used_at_ms', 'is', null), row('last_used_at_ms', '<', nowMs)])),
  }
}
