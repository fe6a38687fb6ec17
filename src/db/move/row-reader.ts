import { failure } from '../../contract/failure.ts'
import type { Database } from '../database.ts'
import type { SqliteThread } from '../sqlite-thread.ts'
import { rawQuery } from '../statement-builder.ts'
import type { MovedTable } from './moved-table.ts'

/** A row as both databases give it: text, numbers, bigint where it is money. */
export type Row = Record<string, unknown>
/** The values of a primary key. */
export type Key = readonly (string | number)[]

/** Reads the rows of a table in the order of their keys. */
export interface RowReader {
  /** At most so many rows behind a key (null = from the first) and up to one, that included (null = to the last). */
  page(table: MovedTable, after: Key | null, upTo: Key | null, limit: number): Promise<Row[]>
}

/** A sealed text has up to some megabytes; rows that may be long are read fewer at a time. */
export function rowsAtOnce({ columns }: MovedTable): number {
  if (columns.some((name) => name.startsWith('sealed'))) return 25
  return columns.some((name) => name.endsWith('_json')) ? 250 : 1000
}

export const keyOf = ({ key }: MovedTable, row: Row) => key.map((column) => row[column] as string | number)

/** A row in one way of writing, which is the same whichever database it came from. */
export const canonical = ({ columns }: MovedTable, row: Row) =>
  JSON.stringify(columns.map((column) => (row[column] === null ? null : `${row[column]}`)))

/** All rows between two keys, a page at a time. */
export async function* pages(
  reader: RowReader,
  table: MovedTable,
  from: Key | null = null,
  upTo: Key | null = null,
): AsyncGenerator<Row[]> {
  const limit = rowsAtOnce(table)
  let after = from
  for (;;) {
    const rows = await reader.page(table, after, upTo, limit)
    if (rows.length > 0) yield rows
    if (rows.length < limit) return
    after = keyOf(table, rows.at(-1)!)
  }
}

/** What moving changes in rows, and how often it did. */
export interface RowChanges {
  /** Name of the data folder among those that share the database. */
  folderId: string
  /** Texts whose NUL characters became U+FFFD. */
  nulTexts: number
}

/** Rows of the data folder, as they are to be in the target. */
export function sourceReader(source: SqliteThread, changes: RowChanges): RowReader {
  return {
    async page(table, after, upTo, limit) {
      const { sql, values } = pageQuery(table, after, upTo, limit, () => '?')
      const [rows] = await source.readAll<[Row]>([rawQuery(sql, values)])
      for (const row of rows) change(table, row, changes)
      return rows
    },
  }
}

/** Rows as they are in the target. */
export function targetReader(target: Database): RowReader {
  return {
    page(table, after, upTo, limit) {
      const { sql, values } = pageQuery(table, after, upTo, limit, (n) => `$${n}`)
      return target.read(rawQuery<Row>(sql, values))
    },
  }
}

function pageQuery({ name, columns, key }: MovedTable, after: Key | null, upTo: Key | null, limit: number, place: (n: number) => string) {
  const values: unknown[] = []
  const bound = (value: unknown) => place(values.push(value))
  const bounds = [
    ...(after ? [`(${key.join(', ')}) > (${after.map(bound).join(', ')})`] : []),
    ...(upTo ? [`(${key.join(', ')}) <= (${upTo.map(bound).join(', ')})`] : []),
  ]
  const where = bounds.length > 0 ? `where ${bounds.join(' and ')}` : ''
  const sql = `select ${columns.join(', ')} from ${name} ${where} order by ${key.join(', ')} limit ${bound(limit)}`
  return { sql, values }
}

/** The name that every folder with a database of its own has. */
const OWN_FOLDER = 'own'

function change(table: MovedTable, row: Row, changes: RowChanges): void {
  if (table.name === 'nodes' && row['folder_id'] === OWN_FOLDER) row['folder_id'] = changes.folderId
  for (const column of table.columns) {
    const value = row[column]
    if (typeof value !== 'string' || !value.includes('\0')) continue
    if (table.key.includes(column)) throw nulInKey(table.name, column)
    row[column] = value.replaceAll('\0', '\uFFFD')
    changes.nulTexts += 1
  }
}

/** Another name would sort elsewhere, and be another name. */
function nulInKey(table: string, column: string): Error {
  return failure('integrity_error', {
    message: `${table}.${column} holds a name with the character NUL, which PostgreSQL cannot hold. The move stopped; the data folder is as it was.`,
  })
}
