import { type Database, rawQuery } from '../../src/db/index.ts'

/** One value of one row, as text. */
export interface DatabaseValue {
  /** `table.column`. */
  column: string
  text: string
}

const tablesOf = {
  sqlite: `select '"' || name || '"' as name from sqlite_schema where type = 'table'`,
  postgres: `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
}

/** The tables of a database as statements name them, the queue's own among them. */
export async function tablesIn(database: Database): Promise<string[]> {
  return (await database.read(rawQuery<{ name: string }>(tablesOf[database.dialect]))).map(({ name }) => name)
}

/** Everything that stands in a database. */
export async function valuesIn(database: Database): Promise<DatabaseValue[]> {
  const values: DatabaseValue[] = []
  for (const name of await tablesIn(database))
    for (const row of await database.read(rawQuery<Record<string, unknown>>(`select * from ${name}`)))
      for (const [column, value] of Object.entries(row)) values.push({ column: `${name}.${column}`, text: textOf(value) })
  return values
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
