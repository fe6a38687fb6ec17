import { sql } from 'kysely'
import type { BatchItemRow, BatchRow, Database } from '../db/index.ts'

/** Batches that have not ended, the oldest first. */
export function findOpenBatches(db: Database): Promise<BatchRow[]> {
  return db.read(db.sql.selectFrom('batches').selectAll().where('ended_at_ms', 'is', null).orderBy('id'))
}

/** A batch by its id; null when there is none. */
export async function findBatch(db: Database, id: string): Promise<BatchRow | null> {
  const [row] = await db.read(db.sql.selectFrom('batches').selectAll().where('id', '=', id))
  return row ?? null
}

/** The batch that upstream knows by this id; null when it is none of ours. */
export async function findBatchOfUpstream(db: Database, { routeId, upstreamId }: { routeId: string; upstreamId: string }) {
  const [row] = await db.read(
    db.sql.selectFrom('batches').selectAll().where('upstream_id', '=', upstreamId).where('route_id', '=', routeId),
  )
  return row ?? null
}

/** Which batches are listed. */
export interface BatchFilter {
  /** Null = open ones and others. */
  isOpen: boolean | null
  /** Older than this one; null = from the newest on. */
  before: string | null
  limit: number
}

/** Batches, the newest first. */
export function listBatches(db: Database, { isOpen, before, limit }: BatchFilter): Promise<BatchRow[]> {
  return db.read(
    db.sql
      .selectFrom('batches')
      .selectAll()
      .$if(isOpen !== null, (query) => query.where('ended_at_ms', isOpen ? 'is' : 'is not', null))
      .$if(before !== null, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit),
  )
}

/** A line that is not over. */
export type OpenItem = BatchItemRow & { sealed: string }

/** Lines that are not over, in their order, behind a place. */
export async function openItems(
  db: Database,
  { batchId, afterPlace = -1, limit }: { batchId: string; afterPlace?: number; limit: number },
): Promise<OpenItem[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('batch_items')
      .selectAll()
      .where('batch_id', '=', batchId)
      .where('line', 'is', null)
      .where('place', '>', afterPlace)
      .orderBy('place')
      .limit(limit),
  )
  return rows as OpenItem[]
}

/** The batch in which a job is a line that has not come back; null when it is none. */
export async function findBatchOfJob(db: Database, jobId: string): Promise<string | null> {
  const [row] = await db.read(
    db.sql.selectFrom('batch_items').select('batch_id').where('job_id', '=', jobId).where('line', 'is', null).limit(1),
  )
  return row?.batch_id ?? null
}

/** The line of an attempt in a batch, over or not; null when it has none. */
export async function findItem(db: Database, { batchId, attemptId }: { batchId: string; attemptId: string }): Promise<BatchItemRow | null> {
  const [row] = await db.read(
    db.sql.selectFrom('batch_items').selectAll().where('attempt_id', '=', attemptId).where('batch_id', '=', batchId),
  )
  return row ?? null
}

/**
 * Attempts that are lines of batches which have not come back: upstream goes on with them, or will be asked to.
 * @param notOwnedBy leaves out those that this process has already
 */
export async function openLineAttempts(db: Database, { notOwnedBy }: { notOwnedBy?: string } = {}): Promise<string[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('batch_items')
      .select('attempt_id')
      .where('line', 'is', null)
      .$if(notOwnedBy !== undefined, (items) =>
        items.where(
          'attempt_id',
          'in',
          db.sql.selectFrom('attempts').select('id').where('owner', '<>', notOwnedBy!).where('state', '=', 'dispatching'),
        ),
      ),
  )
  return rows.map(({ attempt_id }) => attempt_id)
}

/** How often a job was a line of a batch that came to nothing as a whole. */
export async function countUnmade(db: Database, jobId: string): Promise<number> {
  const [row] = await db.read(
    db.sql.selectFrom('batch_items').select(sql<number>`count(*)`.as('lines')).where('job_id', '=', jobId).where('line', '=', 'unmade'),
  )
  return row!.lines
}

/** Places of the lines that were sent, in the order in which they stood in the file. */
export async function sentPlaces(db: Database, batchId: string): Promise<number[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('batch_items')
      .select('place')
      .where('batch_id', '=', batchId)
      .where((when) => when.or([when('line', 'is', null), when('line', '<>', 'withdrawn')]))
      .orderBy('place'),
  )
  return rows.map(({ place }) => place)
}

/** What is wished of the lines of a batch that are not over. */
export interface LineWishes {
  open: number
  /** Those of them that nobody wants any more. */
  unwanted: number
  /** The earliest deadline of their jobs; null where none is open. */
  earliest_deadline_ms: number | null
}

/** Reads what is wished of the lines of a batch. */
export async function lineWishes(db: Database, batchId: string): Promise<LineWishes> {
  const [row] = await db.read(
    db.sql
      .selectFrom('batch_items')
      .innerJoin('jobs', 'jobs.id', 'batch_items.job_id')
      .select([
        sql<number>`count(*)`.as('open'),
        sql<number>`count(jobs.cancel_requested_at_ms)`.as('unwanted'),
        sql<number | null>`min(jobs.deadline_ms)`.as('earliest_deadline_ms'),
      ])
      .where('batch_items.batch_id', '=', batchId)
      .where('batch_items.line', 'is', null),
  )
  return row!
}

/** What the lines of a batch came to. */
export interface BatchSums {
  batch_id: string
  /** Null for those that are open. */
  line: BatchItemRow['line']
  lines: number
  /** What was booked for them. */
  cost_nanos: bigint
  /** What is set aside for them still, or held. */
  reserved_nanos: bigint
  held_nanos: bigint
  /** The earliest deadline of their jobs. */
  deadline_ms: number
}

/** Sums of the lines of batches, by what became of them. */
export function sumItems(db: Database, batchIds: readonly string[]): Promise<BatchSums[]> {
  return db.read(
    db.sql
      .selectFrom('batch_items')
      .innerJoin('attempts', 'attempts.id', 'batch_items.attempt_id')
      .innerJoin('generations', 'generations.id', 'batch_items.job_id')
      .innerJoin('jobs', 'jobs.id', 'batch_items.job_id')
      .select([
        'batch_items.batch_id',
        'batch_items.line',
        sql<number>`count(*)`.as('lines'),
        sql<bigint>`coalesce(sum(attempts.cost_nanos), 0)`.as('cost_nanos'),
        sql<bigint>`coalesce(sum(case when attempts.state = 'dispatching' then generations.reserved_nanos else 0 end), 0)`.as(
          'reserved_nanos',
        ),
        sql<bigint>`coalesce(sum(case when attempts.state = 'unknown' then generations.held_unknown_nanos else 0 end), 0)`.as('held_nanos'),
        sql<number>`min(jobs.deadline_ms)`.as('deadline_ms'),
      ])
      .where('batch_items.batch_id', 'in', batchIds)
      .groupBy(['batch_items.batch_id', 'batch_items.line']),
  )
}
