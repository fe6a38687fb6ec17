import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this program's migrations. */
export const ownMigrations = fileURLToPath(new URL('./migrations/', import.meta.url))

/** One step of the schema's history. Files are never edited once released; a mistake is corrected by the next file. */
export interface Migration {
  /** File name without its ending: `000001-foundation`. */
  id: string
  sql: string
  /** Programs that do not know this step must not work on the database any more. */
  breaking: boolean
  /** SHA-256 of the text with Unix line ends, so that a checkout on Windows has the same. */
  sha256: string
}

const MIGRATION_FILE = /^(\d{6}-[a-z0-9-]+)\.sql$/
/** Where a database keeps its history, in words that every engine knows. */
export const HISTORY_TABLE = `create table if not exists schema_migrations (
  id text not null primary key,
  applied_at_ms bigint not null,
  sha256 text not null,
  breaking integer not null check (breaking in (0, 1))
)`

/**
 * Reads a folder of migrations in order. `000001-name.sql` holds what every engine runs, its first line says `-- compatible` or
 * `-- breaking`; `000001-name.sqlite.sql` beside it adds what only that engine can say (triggers).
 * @throws Error when a file is misnamed or its first line is missing.
 */
export function readMigrations(folder: string, dialect: 'sqlite' | 'postgres'): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'))
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n')
  return names
    .filter((name) => !/\.(sqlite|postgres)\.sql$/.test(name))
    .sort()
    .map((name) => {
      const id = MIGRATION_FILE.exec(name)?.[1]
      if (!id) throw new Error(`${name} is no name for a migration: expected six digits, a dash and words, like 000002-budgets.sql`)
      const engineFile = `${id}.${dialect}.sql`
      const sql = read(name) + (names.includes(engineFile) ? read(engineFile) : '')
      const mark = /^-- (compatible|breaking)\n/.exec(sql)?.[1]
      if (!mark) throw new Error(`the first line of ${name} must say "-- compatible" or "-- breaking"`)
      return { id, sql, breaking: mark === 'breaking', sha256: createHash('sha256').update(sql).digest('hex') }
    })
}

/** A step as the history of a database has it. */
export interface AppliedMigration {
  id: string
  sha256: string
  breaking: number
}

/**
 * Holds the history of a database against the steps this program knows.
 * @throws Error naming the step and the way out when they do not fit.
 */
export function checkHistory(history: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  for (const applied of history) {
    const known = migrations.find(({ id }) => id === applied.id)
    if (!known && applied.breaking)
      throw new Error(
        `The database was taken over by a newer Darkroom (${applied.id}, breaking) that this version does not know. ` +
          'Nothing was changed. Start that version or a newer one, or restore a backup made before the upgrade.',
      )
    if (known && known.sha256 !== applied.sha256)
      throw new Error(
        `Migration ${applied.id} is not the one that was applied to this database: its file was changed afterwards. ` +
          'Nothing was changed. Put the released file back; corrections go into a new migration.',
      )
  }
  const last = history.at(-1)?.id ?? ''
  const overtaken = migrations.find(({ id }) => id < last && !history.some((applied) => applied.id === id))
  if (overtaken)
    throw new Error(
      `Migration ${overtaken.id} is older than ${last}, which was already applied, so it can no longer run in order. ` +
        'Nothing was changed. Give it the next free number.',
    )
}
