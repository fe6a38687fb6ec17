import { sql as text } from 'kysely'
import { failure } from '../contract/failure.ts'
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
  return {
    query: sql
      .insertInto('projects')
      .values({ id, name, auto_quality: null, created_at_ms: nowMs, settings_json: null, archived_at_ms: null }),
  }
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
      chain_id: null,
      expires_at_ms: null,
    }),
  }
}

/** Finds the key behind a digest, unless it was revoked, has run out, or its project is archived. Found by the unique index on digests. */
export function findLiveKey(db: Database, digest: string, nowMs: number) {
  return db.sql
    .selectFrom('api_keys')
    .innerJoin('projects', 'projects.id', 'api_keys.project_id')
    .select(['api_keys.id', 'api_keys.project_id', 'api_keys.expires_at_ms'])
    .where('digest', '=', digest)
    .where('projects.archived_at_ms', 'is', null)
    .where('revoked_at_ms', 'is', null)
    .where(hasTime(nowMs))
}

/** A key that runs out works up to that moment. */
const hasTime = (nowMs: number) => text<boolean>`(expires_at_ms is null or expires_at_ms > ${nowMs})`
/** The chain in which keys replace one another goes by its first key. */
const chain = text<string>`coalesce(chain_id, id)`

/** Lets a key run out because another replaces it; the last statement returns its digest. */
export function replaceKey({ sql, nowMs }: StatementContext, id: string, overlapMs: number): Statement[] {
  const live = sql.selectFrom('api_keys').select('id').where('revoked_at_ms', 'is', null).where(hasTime(nowMs))
  const others = live
    .where('id', '<>', id)
    .where(chain, '=', text<string>`(select coalesce(k.chain_id, k.id) from api_keys k where k.id = ${id})`)
  const endMs = nowMs + overlapMs
  return [
    { query: live.where('id', '=', id), expect: { rows: 1, otherwise: () => failure('not_found', { param: 'id' }) } },
    { query: others, expect: { rows: 0, otherwise: () => failure('key_rotation_open', { param: 'id' }) } },
    {
      query: sql
        .updateTable('api_keys')
        .set({ expires_at_ms: text<number>`case when expires_at_ms < ${endMs} then expires_at_ms else ${endMs} end` })
        .where('id', '=', id)
        .returning('digest'),
    },
  ]
}

/** Says of a key which one it replaces. */
export function continueChain({ sql }: StatementContext, id: string, replacedId: string): Statement {
  const first = sql.selectFrom('api_keys as k').select(text<string>`coalesce(k.chain_id, k.id)`.as('first')).where('k.id', '=', replacedId)
  return { query: sql.updateTable('api_keys').set({ chain_id: first }).where('id', '=', id) }
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
