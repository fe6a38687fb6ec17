import type { ClientBase } from 'pg'
import { ConfigurationError } from '../primitives/settings.ts'
import { type AppliedMigration, checkHistory, HISTORY_TABLE, type Migration } from './migration-history.ts'

/** Any number that nothing else in the database uses: who holds it changes the schema. */
const SCHEMA_LOCK = 7_278_114_005n

/**
 * Brings the schema up to date, one transaction a step, and returns the ids applied now. Safe to run in several processes at once: whoever
 * comes second waits for the first and finds the step done. A schema that is up to date is only read, so a role that may
 * not change it can run the program.
 * @throws Error naming the step and the way out when the history in the database does not fit this program; ConfigurationError when
 * there are steps to take and the role may not take them.
 */
export async function migratePostgres(client: ClientBase, migrations: readonly Migration[], nowMs: number): Promise<string[]> {
  const history = await readHistory(client)
  if (history) {
    checkHistory(history, migrations)
    if (pendingOf(history, migrations).length === 0) return []
  }
  const appliedNow: string[] = []
  try {
    await inTransaction(client, () => client.query(inPostgres(HISTORY_TABLE)))
    for (const migration of migrations) {
      await inTransaction(client, async () => {
        const applied = (await readHistory(client)) ?? []
        checkHistory(applied, migrations)
        if (applied.some(({ id }) => id === migration.id)) return
        await apply(client, migration, nowMs)
        appliedNow.push(migration.id)
      })
    }
  } catch (error) {
    throw (error as { code?: string }).code === INSUFFICIENT_PRIVILEGE ? mayNotMigrate(history ?? [], migrations) : error
  }
  return appliedNow
}

const INSUFFICIENT_PRIVILEGE = '42501'

function mayNotMigrate(history: readonly AppliedMigration[], migrations: readonly Migration[]): ConfigurationError {
  const steps = pendingOf(history, migrations).map(({ id }) => id)
  return new ConfigurationError(
    `DATABASE_URL: the schema lacks ${steps.join(', ')}, and this role may not change it. Nothing was changed. ` +
      'Run `darkroom database migrate` once with the DATABASE_URL of the owner, then start again.',
  )
}

const pendingOf = (history: readonly AppliedMigration[], migrations: readonly Migration[]) =>
  migrations.filter(({ id }) => !history.some((applied) => applied.id === id))

/** Null when the database has no history yet. */
async function readHistory(client: ClientBase): Promise<AppliedMigration[] | null> {
  const { rows } = await client.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`)
  if (!rows[0]!.there) return null
  return (await client.query<AppliedMigration>('select id, sha256, breaking from schema_migrations order by id')).rows
}

async function apply(client: ClientBase, migration: Migration, nowMs: number): Promise<void> {
  await client.query(inPostgres(migration.sql))
  await client.query('insert into schema_migrations (id, applied_at_ms, sha256, breaking) values ($1, $2, $3, $4)', [
    migration.id,
    nowMs,
    migration.sha256,
    migration.breaking ? 1 : 0,
  ])
}

/**
 * The steps as PostgreSQL takes them. Text sorts and compares by its bytes, as SQLite does it, whatever the database's own collation is: pages go
 * on after the last id, and an upgrade of the system's collations cannot spoil an index.
 */
function inPostgres(sql: string): string {
  return sql.replace(/^((?:alter table \w+ add column | {2})\w+) text\b/gm, '$1 text collate "C"')
}

async function inTransaction(client: ClientBase, work: () => Promise<unknown>): Promise<void> {
  await client.query('begin')
  try {
    await client.query('select pg_advisory_xact_lock($1)', [SCHEMA_LOCK])
    await work()
    await client.query('commit')
  } catch (error) {
    // A connection that is gone has rolled back already.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
