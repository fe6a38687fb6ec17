import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import type { Database } from './database.ts'
import { openPostgresDatabase } from './postgres-database.ts'
import { openSqliteDatabase } from './sqlite-database.ts'
import { rawQuery } from './statement-builder.ts'
import { makeTestDatabase } from './test-postgres-databases.ts'

/** A clock that a test moves by hand. */
export interface ManualClock extends Clock {
  advance(milliseconds: number): void
  /** Back to where it stood at first. */
  reset(): void
}

/** A clock that stands at the given time until it is moved. */
export function manualClock(startMs = Date.UTC(2026, 10, 20, 12)): ManualClock {
  let passed = 0
  return {
    nowMs: () => startMs + passed,
    monotonicMs: () => passed,
    advance: (milliseconds) => {
      passed += milliseconds
    },
    reset: () => {
      passed = 0
    },
  }
}

/** Ids that count, so that rows made in the same millisecond sort as they were made. */
export function countingIds(): IdSource {
  let made = 0
  return (kind) => `${kind}_${(made++).toString(16).padStart(44, '0')}`
}

/** A database that a test may fill, and that is gone with it. */
export interface TestDatabase extends AsyncDisposable {
  db: Database
  clock: ManualClock
  newId: IdSource
  /** A folder of this test's own. */
  folder: string
  /** Empties every table and puts the clock back: cheaper than opening another, for files of many small tests. */
  clear(): Promise<void>
}

/** An engine that statements must run on. */
export interface TestEngine {
  name: Database['dialect']
  open(): Promise<TestDatabase>
}

/** Every engine there is: statement tests run once on each, `describe.each(engines)`. */
export const engines: readonly TestEngine[] = [
  { name: 'sqlite', open: openSqlite },
  { name: 'postgres', open: openPostgres },
]

async function openSqlite(): Promise<TestDatabase> {
  const [folder, clock] = [await ownFolder(), manualClock()]
  return testDatabase({ db: await openSqliteDatabase({ path: join(folder, 'darkroom.db'), clock }), clock, folder }, emptySqlite)
}

async function openPostgres(): Promise<TestDatabase> {
  const [folder, clock] = [await ownFolder(), manualClock()]
  const own = await makeTestDatabase()
  const db = await openPostgresDatabase({ url: own.url, clock, poolSize: 4, durabilityVouched: true })
  return testDatabase({ db, clock, folder }, emptyPostgres, own)
}

const ownFolder = () => mkdtemp(join(tmpdir(), 'darkroom-db-'))

/** @param also what is gone with it */
function testDatabase(
  { db, clock, folder }: Pick<TestDatabase, 'db' | 'clock' | 'folder'>,
  empty: (db: Database) => Promise<void>,
  also?: AsyncDisposable,
): TestDatabase {
  return {
    db,
    clock,
    newId: countingIds(),
    folder,
    clear: async () => {
      clock.reset()
      await empty(db)
    },
    [Symbol.asyncDispose]: async () => {
      await db.close()
      await also?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Referring tables before those they refer to. */
const tables = [
  'prompt_versions',
  'prompts',
  'duties',
  'nodes',
  'shared_secrets',
  'webhook_attempts',
  'webhook_messages',
  'webhook_endpoints',
  'batch_items',
  'batches',
  'events',
  'job_set_items',
  'job_sets',
  'job_orders',
  'jobs',
  'upstream_secrets',
  'call_attachments',
  'idempotency_keys',
  'call_identities',
  'stored_replies',
  'unknown_evidence',
  'budget_alerts',
  'budget_holds',
  'budget_periods',
  'budgets',
  'publications',
  'review_changes',
  'review_reads',
  'review_decisions',
  'review_items',
  'review_due',
  'credential_reports',
  'prompt_words',
  'generation_labels',
  'handoffs',
  'rollouts',
  'turn_documents',
  'image_calls',
  'response_turns',
  'thumbnails',
  'drift_reports',
  'guard_verdicts',
  'guard_texts',
  'generation_inputs',
  'files',
  'images',
  'attempts',
  'generations',
  'browser_sessions',
  'api_keys',
  'legal_holds',
  'projects',
  'objects',
  'object_locks',
  'ledger_entries',
  'ledger_closings',
  'ledger_sums',
  'ledger_open_entries',
  'ledger_late_entries',
  'gate_runs',
  'route_grants',
  'route_watch',
] as const

/** The triggers that keep the ledger append-only are taken off for the moment and put back as they were. */
async function emptySqlite(db: Database): Promise<void> {
  const triggers = await db.read(rawQuery<{ name: string; sql: string }>(`select name, sql from sqlite_schema where type = 'trigger'`))
  await db.transact([
    ...triggers.map(({ name }) => ({ query: rawQuery(`drop trigger ${name}`) })),
    ...tables.map((table) => ({ query: db.sql.deleteFrom(table) })),
    ...triggers.map(({ sql }) => ({ query: rawQuery(sql) })),
  ])
}

/** As a replica applies changes: without triggers. */
async function emptyPostgres(db: Database): Promise<void> {
  await db.transact([
    { query: rawQuery('set local session_replication_role = replica') },
    ...tables.map((table) => ({ query: db.sql.deleteFrom(table) })),
  ])
}
