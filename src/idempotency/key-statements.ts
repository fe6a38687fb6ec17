import type { Database, IdempotencyKeyRow, Statement, StatementContext } from '../db/index.ts'

/** How long a key is remembered. A call with an older one is a new call. */
export const KEY_LIFE_MS = 30 * 24 * 60 * 60 * 1000

/** Routes that share one space of keys. */
export type RouteFamily = 'images' | 'responses' | 'jobs'

/** What a key belongs to: never an API key, so that one can be replaced in the middle of a retry, and never more than a project. */
export interface KeyScope {
  projectId: string
  family: RouteFamily
  key: string
}

/** Another call has taken the key in the meantime. Nothing of the transaction was done; whoever looks the key up finds it. */
export class KeyTaken extends Error {
  constructor() {
    super('the idempotency key belongs to another call; nothing was recorded')
    this.name = 'KeyTaken'
  }
}

/**
 * Takes a key for a generation. Run it in the transaction that records the generation, behind it: of two calls that come at once, one
 * is recorded. A key whose time is over is free.
 * @throws (through `transact`) KeyTaken
 */
export function claimKey(
  { sql, nowMs }: StatementContext,
  { projectId, family, key }: KeyScope,
  { generationId, fingerprint }: { generationId: string; fingerprint: string },
): Statement[] {
  const row = {
    project_id: projectId,
    family,
    idempotency_key: key,
    fingerprint,
    generation_id: generationId,
    created_at_ms: nowMs,
  } satisfies IdempotencyKeyRow
  return [
    {
      query: sql
        .deleteFrom('idempotency_keys')
        .where('project_id', '=', projectId)
        .where('family', '=', family)
        .where('idempotency_key', '=', key)
        .where('created_at_ms', '<=', nowMs - KEY_LIFE_MS),
    },
    {
      query: sql
        .insertInto('idempotency_keys')
        .values(row)
        .onConflict((conflict) => conflict.doNothing()),
      expect: { rows: 1, otherwise: () => new KeyTaken() },
    },
  ]
}

/** Finds the call of a key; null for a key that is free, or free again. */
export async function findKey(db: Database, { projectId, family, key }: KeyScope, nowMs: number): Promise<IdempotencyKeyRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('family', '=', family)
      .where('idempotency_key', '=', key)
      .where('created_at_ms', '>', nowMs - KEY_LIFE_MS),
  )
  return row ?? null
}

/** Finds the newest call of a key, in whichever family of routes it was used; null when there is none. */
export async function findKeyAnywhere(
  db: Database,
  { projectId, key }: Pick<KeyScope, 'projectId' | 'key'>,
  nowMs: number,
): Promise<IdempotencyKeyRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('idempotency_key', '=', key)
      .where('created_at_ms', '>', nowMs - KEY_LIFE_MS)
      .orderBy('created_at_ms', 'desc')
      .orderBy('generation_id', 'desc')
      .limit(1),
  )
  return row ?? null
}

/** Forgets keys whose time is over, at most so many. `changes` of the result says how many, so that a sweep knows whether to go on. */
export function forgetOldKeys({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('idempotency_keys')
    .select(['project_id', 'family', 'idempotency_key'])
    .where('created_at_ms', '<=', nowMs - KEY_LIFE_MS)
    .limit(limit)
  return {
    query: sql
      .deleteFrom('idempotency_keys')
      .where((when) =>
        when(when.refTuple('project_id', 'family', 'idempotency_key'), 'in', old.$asTuple('project_id', 'family', 'idempotency_key')),
      ),
  }
}
