import type { Database, Statement, StatementContext } from '../db/index.ts'

/** What a process does: everything, answering callers, or the work that nobody waits for. */
export type NodeRole = 'all' | 'api' | 'worker'

/** A process that shares the database. */
export interface NewNode {
  /** The owner of the attempts it makes. */
  id: string
  role: NodeRole
  folderId: string
  version: string
}

/** Puts a process on record. Every earlier one of its data folder is dead: the folder's lock is with this one. */
export function registerNode({ sql, nowMs }: StatementContext, { id, role, folderId, version }: NewNode): Statement[] {
  const row = {
    id,
    role,
    folder_id: folderId,
    version,
    state: 'live',
    beats: 0,
    started_at_ms: nowMs,
    seen_at_ms: nowMs,
    ended_at_ms: null,
  }
  return [
    {
      query: sql
        .updateTable('nodes')
        .set({ state: 'dead', ended_at_ms: nowMs })
        .where('folder_id', '=', folderId)
        .where('state', '=', 'live'),
    },
    { query: sql.insertInto('nodes').values(row) },
  ]
}

/** Says that a process lives; also after others took it for dead. */
export function beat({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('nodes')
      .set((node) => ({ beats: node('beats', '+', 1), seen_at_ms: nowMs, state: 'live', ended_at_ms: null }))
      .where('id', '=', id),
  }
}

/** Says that a process has ended by itself, with nothing under way. */
export function endNode({ sql, nowMs }: StatementContext, id: string): Statement {
  return { query: sql.updateTable('nodes').set({ state: 'ended', ended_at_ms: nowMs }).where('id', '=', id) }
}

/** Says that a process is dead, unless its number has grown since it was seen. `changes` of the statement says whether that was so. */
export function declareDead({ sql, nowMs }: StatementContext, { id, beats }: Pick<LiveNode, 'id' | 'beats'>): Statement {
  return {
    query: sql
      .updateTable('nodes')
      .set({ state: 'dead', ended_at_ms: nowMs })
      .where('id', '=', id)
      .where('beats', '=', beats)
      .where('state', '=', 'live'),
  }
}

/** A process that is not known to have ended. */
export interface LiveNode {
  id: string
  role: NodeRole
  beats: number
}

/** All of them. */
export function liveNodes(db: Database): Promise<LiveNode[]> {
  const live = db.sql.selectFrom('nodes').select(['id', 'role', 'beats']).where('state', '=', 'live').orderBy('id')
  return db.read(live as never)
}

/** Which of these processes worked, or work, in another data folder. */
export async function nodesElsewhere(db: Database, { folderId, ids }: { folderId: string; ids: readonly string[] }): Promise<string[]> {
  const rows = await db.read(db.sql.selectFrom('nodes').select('id').where('id', 'in', ids).where('folder_id', '<>', folderId))
  return rows.map(({ id }) => id)
}

/** Takes a duty that nobody has who lives. Whoever has it is found by `dutyOf`. */
export function takeDuty({ sql, nowMs }: StatementContext, { name, nodeId }: { name: string; nodeId: string }): Statement {
  return {
    query: sql
      .insertInto('duties')
      .values({ name, node_id: nodeId, since_ms: nowMs })
      .onConflict((taken) =>
        taken
          .column('name')
          .doUpdateSet({ node_id: nodeId, since_ms: nowMs })
          .where('duties.node_id', 'not in', sql.selectFrom('nodes').select('id').where('state', '=', 'live')),
      ),
  }
}

/** The process that has a duty; null when none ever had. */
export async function dutyOf(db: Database, name: string): Promise<string | null> {
  const [row] = await db.read(db.sql.selectFrom('duties').select('node_id').where('name', '=', name))
  return row?.node_id ?? null
}

/** How long a process that has ended stays on record. */
const KEPT_FOR_MS = 90 * 24 * 60 * 60 * 1000

/** Forgets processes that ended long ago; those that are still named by a duty stay. */
export function forgetOldNodes({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('nodes')
    .select('id')
    .where('ended_at_ms', '<', nowMs - KEPT_FOR_MS)
    .where('id', 'not in', sql.selectFrom('duties').select('node_id'))
    .orderBy('id')
    .limit(limit)
  return { query: sql.deleteFrom('nodes').where('id', 'in', old) }
}
