import { failure } from '../../contract/failure.ts'
import type { Database } from '../database.ts'
import type { SqliteThread } from '../sqlite-thread.ts'
import { rawQuery } from '../statement-builder.ts'

/** A table whose rows are moved, as the target has it. */
export interface MovedTable {
  name: string
  columns: readonly string[]
  /** Columns of its primary key, in order. */
  key: readonly string[]
}

/** What each database has of its own: its history, marks of its transactions, secrets in common, and the move itself. */
const OWN = ['schema_migrations', 'transaction_marks', 'shared_secrets', 'move_into', 'move_ranges']

const TABLES = `
  select c.relname as name,
    (select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)::text as columns,
    (select json_agg(a.attname order by array_position(i.indkey::int[], a.attnum::int)) from pg_index i
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary)::text as key
  from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' order by c.relname`

/**
 * The tables to be moved, by name. What they refer to is checked when all rows are there, so their order does not matter.
 * @throws Failure `configuration_invalid` when source and target do not have the same columns
 */
export async function movedTables(source: SqliteThread, target: Database): Promise<MovedTable[]> {
  const rows = await target.read(rawQuery<{ name: string; columns: string; key: string }>(TABLES))
  const tables = rows
    .filter(({ name }) => !OWN.includes(name))
    .map(({ name, columns, key }) => ({ name, columns: JSON.parse(columns) as string[], key: JSON.parse(key) as string[] }))
  for (const table of tables) await assertSameColumns(source, table)
  return tables
}

async function assertSameColumns(source: SqliteThread, { name, columns }: MovedTable): Promise<void> {
  const [found] = await source.readAll<[{ name: string }]>([rawQuery('select name from pragma_table_info(?)', [name])])
  const names = new Set(found.map((column) => column.name))
  if (names.size === columns.length && columns.every((column) => names.has(column))) return
  throw failure('configuration_invalid', {
    message: `The table ${name} has other columns in the data folder than in DATABASE_URL. Nothing was moved; use one release for both.`,
  })
}
