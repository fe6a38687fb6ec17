import { type AppliedMigration, checkHistory, HISTORY_TABLE, type Migration } from './migration-history.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/**
 * Brings the schema up to date, one transaction a step, and returns the ids applied now. Safe to run in two processes at once:
 * the second waits for the first's lock and then finds the step done.
 * @throws Error naming the step and the way out when the history in the database does not fit this program.
 */
export function migrateSqlite(connection: SqliteConnection, migrations: readonly Migration[], nowMs: number): string[] {
  inTransaction(connection, () => connection.execute(HISTORY_TABLE))
  const appliedNow: string[] = []
  for (const migration of [null, ...migrations]) {
    inTransaction(connection, () => {
      const history = readHistory(connection)
      checkHistory(history, migrations)
      if (!migration || history.some(({ id }) => id === migration.id)) return
      apply(connection, migration, nowMs)
      appliedNow.push(migration.id)
    })
  }
  return appliedNow
}

function readHistory(connection: SqliteConnection): AppliedMigration[] {
  const { rows } = connection.run({ sql: 'select id, sha256, breaking from schema_migrations order by id', parameters: [] })
  return rows as unknown as AppliedMigration[]
}

function apply(connection: SqliteConnection, migration: Migration, nowMs: number): void {
  connection.execute(migration.sql)
  connection.run({
    sql: 'insert into schema_migrations (id, applied_at_ms, sha256, breaking) values (?, ?, ?, ?)',
    parameters: [migration.id, nowMs, migration.sha256, migration.breaking ? 1 : 0],
  })
}

function inTransaction(connection: SqliteConnection, work: () => void): void {
  connection.execute('begin immediate')
  try {
    work()
    connection.execute('commit')
  } catch (error) {
    if (connection.inTransaction) connection.execute('rollback')
    throw error
  }
}
