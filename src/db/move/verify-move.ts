import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { failure } from '../../contract/failure.ts'
import type { Database } from '../database.ts'
import type { SqliteThread } from '../sqlite-thread.ts'
import { rawQuery } from '../statement-builder.ts'
import type { MovedTable } from './moved-table.ts'
import { canonical, pages, type RowReader } from './row-reader.ts'
import type { MoveSides } from './sync-table.ts'

/** A table that is the same on both sides. */
export interface VerifiedTable {
  name: string
  rows: number
  /** Of all its rows in the order of their keys, each as a JSON list of its columns as text, and a line end. */
  sha256: string
}

/** The ledger's sum of one book, biller and kind; decimal nanos. */
export interface LedgerSum {
  book: string
  route_owner: string
  kind: string
  entries: number
  nanos: string
}

/** Reads a table whole on both sides. @throws Failure `integrity_error` when they differ */
export async function verifyTable({ source, target }: MoveSides, table: MovedTable): Promise<VerifiedTable> {
  const [there, here] = await Promise.all([contentOf(source, table), contentOf(target, table)])
  if (!isDeepStrictEqual(there, here))
    throw differs(`${table.name} has ${there.rows} rows in the data folder and ${here.rows} in DATABASE_URL, or other contents`)
  return { name: table.name, ...here }
}

async function contentOf(reader: RowReader, table: MovedTable): Promise<Omit<VerifiedTable, 'name'>> {
  const hash = createHash('sha256')
  let rows = 0
  for await (const page of pages(reader, table)) {
    for (const row of page) hash.update(`${canonical(table, row)}\n`)
    rows += page.length
  }
  return { rows, sha256: hash.digest('hex') }
}

const SUMS = `select book, route_owner, kind, count(*) as entries, sum(nanos) as nanos from ledger_entries
  group by book, route_owner, kind order by book, route_owner, kind`

type Sum = Omit<LedgerSum, 'nanos'> & { nanos: bigint }

/** Has both engines add the ledger up. @throws Failure `integrity_error` when they differ by a nano */
export async function verifyLedger(source: SqliteThread, target: Database): Promise<LedgerSum[]> {
  const query = rawQuery<Sum>(SUMS)
  const [[there], here] = await Promise.all([source.readAll<[Sum]>([query]), target.read(query)])
  if (!isDeepStrictEqual(plain(there), plain(here))) throw differs('the sums of the ledger are not the same')
  return plain(here)
}

const plain = (sums: readonly Sum[]) => sums.map(({ nanos, ...sum }) => ({ ...sum, nanos: `${nanos}` }))

function differs(what: string): Error {
  return failure('integrity_error', {
    message: `The move is not right: ${what}. The data folder is as it was and can be used; run the move again, and tell us should it end like this again.`,
  })
}
