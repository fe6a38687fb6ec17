import type { Database, RolloutRow, Statement, StatementContext } from '../db/index.ts'
import type { Walk } from './walk.ts'

/** A walk that begins. */
export interface NewRollout {
  id: string
  routeId: string
  configSha256: string
  projectId: string
  actor: string
  /** The process that walks. */
  owner: string
  budgetNanos: bigint
  walk: Walk
}

/** Puts a walk on record, before anything is sent. */
export function recordRollout({ sql, nowMs }: StatementContext, rollout: NewRollout): Statement {
  return {
    query: sql.insertInto('rollouts').values({
      id: rollout.id,
      route_id: rollout.routeId,
      config_sha256: rollout.configSha256,
      project_id: rollout.projectId,
      actor: rollout.actor,
      owner: rollout.owner,
      state: 'running',
      started_at_ms: nowMs,
      finished_at_ms: null,
      budget_nanos: rollout.budgetNanos,
      report_json: JSON.stringify(rollout.walk),
    }),
  }
}

/** Notes how far it has come. One that is over stays as it is; `changes` says whether it was noted. @param from states that it may be in */
export function advanceRollout(
  { sql, nowMs }: StatementContext,
  { id, walk, state, from = ['running'] }: { id: string; walk: Walk; state: RolloutRow['state']; from?: readonly RolloutRow['state'][] },
): Statement {
  const isOver = state === 'passed' || state === 'failed'
  return {
    query: sql
      .updateTable('rollouts')
      .set({ state, finished_at_ms: isOver ? nowMs : null, report_json: JSON.stringify(walk) })
      .where('id', '=', id)
      .where('state', 'in', from),
  }
}

/** A walk as it was found: `isAbandoned` when the process that walked has ended. */
export type FoundRollout = RolloutRow & { isAbandoned: boolean }

/** Walks, the newest first. */
export async function listRollouts(
  db: Database,
  { routeId, before, limit }: { routeId?: string | undefined; before: string | null; limit: number },
): Promise<FoundRollout[]> {
  const rows = await db.read(
    withOwner(db)
      .$if(routeId !== undefined, (query) => query.where('rollouts.route_id', '=', routeId!))
      .$if(before !== null, (query) => query.where('rollouts.id', '<', before!))
      .orderBy('rollouts.id', 'desc')
      .limit(limit),
  )
  return rows.map(foundFrom)
}

/** One walk; null when there is none of this id. */
export async function findRollout(db: Database, id: string): Promise<FoundRollout | null> {
  const [row] = await db.read(withOwner(db).where('rollouts.id', '=', id))
  return row ? foundFrom(row) : null
}

/** Nodes that ended are forgotten after a while; one that is not there has ended. */
function withOwner(db: Database) {
  return db.sql
    .selectFrom('rollouts')
    .leftJoin('nodes', 'nodes.id', 'rollouts.owner')
    .selectAll('rollouts')
    .select('nodes.state as owner_state')
}

function foundFrom({ owner_state, ...row }: RolloutRow & { owner_state: string | null }): FoundRollout {
  return { ...row, isAbandoned: row.state === 'running' && owner_state !== 'live' }
}
