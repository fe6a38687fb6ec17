import { sql } from 'kysely'
import type { Database, JobSetItemRow, JobSetRow } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'

/** Finds a set; null when there is none that the caller may see. @param projectId null = every project's */
export async function findSet(db: Database, { id, projectId }: { id: string; projectId: string | null }): Promise<JobSetRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('job_sets')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
  )
  return row ?? null
}

/** The set that a key of a project names; null when none. */
export async function findSetOfKey(db: Database, { projectId, key }: { projectId: string; key: string }): Promise<JobSetRow | null> {
  const [row] = await db.read(
    db.sql.selectFrom('job_sets').selectAll().where('project_id', '=', projectId).where('idempotency_key', '=', key),
  )
  return row ?? null
}

/** Sets of a kind, the newest first. */
export function listSets(
  db: Database,
  { projectId, kind, before, limit }: { projectId: string | null; kind: string; before: string | null; limit: number },
): Promise<JobSetRow[]> {
  return db.read(
    db.sql
      .selectFrom('job_sets')
      .selectAll()
      .where('kind', '=', kind)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .$if(before !== null, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit),
  )
}

/** Sets that have not ended, the oldest first. */
export function findOpenSets(db: Database): Promise<JobSetRow[]> {
  return db.read(db.sql.selectFrom('job_sets').selectAll().where('ended_at_ms', 'is', null).orderBy('id'))
}

/** The next items of which jobs are to be made. */
export function waitingItems(db: Database, setId: string, limit: number): Promise<JobSetItemRow[]> {
  return db.read(
    db.sql
      .selectFrom('job_set_items')
      .selectAll()
      .where('set_id', '=', setId)
      .where('state', '=', sql.lit('waiting'))
      .orderBy('place')
      .limit(limit),
  )
}

/** An item with how its job stands; null where no job was made of it. */
export type FoundSetItem = JobSetItemRow & { status: string | null; settled_nanos: Nanos | null; job_error_json: string | null }

/** Items of a set in order, from a place on. */
export function itemsOf(
  db: Database,
  { setId, from, limit, states = [] }: { setId: string; from: number; limit: number; states?: readonly string[] },
): Promise<FoundSetItem[]> {
  return db.read(
    db.sql
      .selectFrom('job_set_items')
      .leftJoin('generations', 'generations.id', 'job_set_items.job_id')
      .selectAll('job_set_items')
      .select(['generations.status', 'generations.settled_nanos', 'generations.error_json as job_error_json'])
      .where('set_id', '=', setId)
      .where('place', '>=', from)
      .$if(states.length > 0, (query) =>
        query.where((when) => when.or([when('generations.status', 'in', states), when('job_set_items.state', 'in', states)])),
      )
      .orderBy('place')
      .limit(limit),
  )
}

/** How far a set has come. Money in nano-USD. */
export interface SetProgress {
  /** Items by state: those without a job by their own, the others by their job's. */
  counts: Record<'waiting' | 'refused' | 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown', number>
  estimatedNanos: Nanos
  reservedNanos: Nanos
  settledNanos: Nanos
  heldNanos: Nanos
}

/** Counts the items of a set by state, and adds up their money. */
export async function progressOf(db: Database, setId: string): Promise<SetProgress> {
  const rows = await db.read(
    db.sql
      .selectFrom('job_set_items')
      .leftJoin('generations', 'generations.id', 'job_set_items.job_id')
      .where('set_id', '=', setId)
      .select([
        sql<string>`coalesce(generations.status, job_set_items.state)`.as('standing'),
        sql<number>`count(*)`.as('items'),
        sql<Nanos>`coalesce(sum(generations.estimated_nanos), 0)`.as('estimated_nanos'),
        sql<Nanos>`coalesce(sum(case when generations.completed_at_ms is null then generations.reserved_nanos end), 0)`.as(
          'reserved_nanos',
        ),
        sql<Nanos>`coalesce(sum(generations.settled_nanos), 0)`.as('settled_nanos'),
        sql<Nanos>`coalesce(sum(generations.held_unknown_nanos), 0)`.as('held_nanos'),
      ])
      .groupBy('standing'),
  )
  const counts = { waiting: 0, refused: 0, queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, outcome_unknown: 0 }
  const sum = (of: (row: (typeof rows)[number]) => Nanos) => rows.reduce((total, row) => total + BigInt(of(row)), 0n)
  for (const { standing, items } of rows) counts[standing as keyof typeof counts] += items
  return {
    counts,
    estimatedNanos: sum((row) => row.estimated_nanos),
    reservedNanos: sum((row) => row.reserved_nanos),
    settledNanos: sum((row) => row.settled_nanos),
    heldNanos: sum((row) => row.held_nanos),
  }
}

/** Ids of the jobs of a set, in order. */
export async function jobsOfSet(db: Database, setId: string): Promise<string[]> {
  const rows = await db.read(
    db.sql.selectFrom('job_set_items').select('job_id').where('set_id', '=', setId).where('job_id', 'is not', null).orderBy('place'),
  )
  return rows.map(({ job_id }) => job_id!)
}

/** How many jobs of a set have ended since a time: what its pace is counted from. */
export async function endedSince(db: Database, setId: string, sinceMs: number): Promise<{ ended: number; firstMs: number | null }> {
  const [row] = await db.read(
    db.sql
      .selectFrom('job_set_items')
      .innerJoin('generations', 'generations.id', 'job_set_items.job_id')
      .where('set_id', '=', setId)
      .where('generations.completed_at_ms', '>=', sinceMs)
      .select([sql<number>`count(*)`.as('ended'), sql<number | null>`min(generations.completed_at_ms)`.as('first_ms')]),
  )
  return { ended: row!.ended, firstMs: row!.first_ms }
}
