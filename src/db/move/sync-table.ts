import { createHash } from 'node:crypto'
import { fp } from '../../primitives/fail-point.ts'
import type { Database } from '../database.ts'
import { rawQuery } from '../statement-builder.ts'
import { forgetRanges, type MovedRange, movedRanges, notKept } from './move-record.ts'
import type { MovedTable } from './moved-table.ts'
import { canonical, type Key, keyOf, pages, type Row, type RowReader, rowsAtOnce } from './row-reader.ts'

/** Both sides of a move. */
export interface MoveSides {
  source: RowReader
  target: RowReader
  database: Database
}

/** What one look at a table came to. */
export interface SyncedTable {
  /** Rows that were read of the source. */
  read: number
  /** Rows that were written to the target, and that were taken away there. */
  written: number
  removed: number
  /** False where the source changed meanwhile, or a value was still taken: to be looked at again. */
  isClean: boolean
}

/** A piece that has grown by so much is made anew in pieces of the usual size. */
const MOST_GROWTH = 4

/**
 * Makes the target's table what the source's is, piece by piece in the order of keys. A piece whose rows have the hash on record is passed over, so what is done
 * is done once however often the move is begun anew, and the same look finds what has changed since. Rows of the target that are not the source's
 * go first, then what is missing comes.
 */
export async function syncTable(sides: MoveSides, table: MovedTable, tell: (rows: number) => void): Promise<SyncedTable> {
  const done: SyncedTable = { read: 0, written: 0, removed: 0, isClean: true }
  const look = async (range: Omit<MovedRange, 'sha256'>, after: Key | null, rows: readonly Row[], known: string | null, isLast = false) => {
    done.read += rows.length
    const sha256 = hashOf(table, rows)
    if (sha256 !== known) {
      const { written, removed, isClean } = await rewrite(sides, table, { ...range, sha256 }, after, rows, isLast)
      done.written += written
      done.removed += removed
      done.isClean &&= isClean
    }
    tell(rows.length)
  }
  const limit = rowsAtOnce(table)
  let after: Key | null = null
  let n = 0
  for (const { upTo, sha256 } of await movedRanges(sides.database, table)) {
    const rows = await sides.source.page(table, after, upTo, limit * MOST_GROWTH + 1)
    if (rows.length > limit * MOST_GROWTH) {
      await sides.database.transact([forgetRanges(table, n)])
      break
    }
    await look({ n, upTo }, after, rows, sha256)
    after = upTo
    n += 1
  }
  for (;;) {
    const rows = await sides.source.page(table, after, null, limit)
    const isLast = rows.length < limit
    if (rows.length > 0) await look({ n, upTo: keyOf(table, rows.at(-1)!) }, after, rows, null, isLast)
    else done.removed += await removeBeyond(sides, table, after)
    if (isLast) return done
    after = keyOf(table, rows.at(-1)!)
    n += 1
  }
}

function hashOf(table: MovedTable, rows: readonly Row[]): string {
  const hash = createHash('sha256')
  for (const row of rows) hash.update(`${canonical(table, row)}\n`)
  return hash.digest('hex')
}

/** One transaction: what does not belong there goes, what is missing comes, and the piece is on record with it. */
async function rewrite(
  { target, database }: MoveSides,
  table: MovedTable,
  range: MovedRange,
  after: Key | null,
  rows: readonly Row[],
  isLast: boolean,
): Promise<Omit<SyncedTable, 'read'>> {
  const wanted = new Map(rows.map((row) => [canonical(table, row), row]))
  const doomed: Row[] = []
  for await (const page of pages(target, table, after, isLast ? null : range.upTo))
    for (const row of page) if (!wanted.delete(canonical(table, row))) doomed.push(row)
  const missing = [...wanted.values()]
  fp('move_before_batch')
  const statements = [...(doomed.length > 0 ? [remove(table, doomed)] : []), insertAndNote(table, missing, range)]
  const results = await database.transact(statements).catch((error) => {
    throw notKept(`a row of ${table.name} is not one that PostgreSQL keeps`, error)
  })
  fp('move_after_batch')
  const written = Number(results.at(-1)!.rows[0]!['written'])
  return { written, removed: doomed.length, isClean: written === missing.length }
}

/** Rows of the target behind the last of the source. */
async function removeBeyond({ target, database }: MoveSides, table: MovedTable, after: Key | null): Promise<number> {
  let removed = 0
  for await (const rows of pages(target, table, after)) {
    await database.transact([remove(table, rows)])
    removed += rows.length
  }
  return removed
}

function remove({ name, key }: MovedTable, rows: readonly Row[]) {
  const same = key.map((column) => `t.${column} = r.${column}`).join(' and ')
  return {
    query: rawQuery(`delete from ${name} t using json_populate_recordset(null::${name}, $1::json) r where ${same}`, [jsonOf(rows)]),
  }
}

/** A unique value that a row of another piece still has is left for the next look, and so is the hash of this piece. */
function insertAndNote({ name }: MovedTable, rows: readonly Row[], { n, upTo, sha256 }: MovedRange) {
  return {
    query: rawQuery(
      `with added as (insert into ${name} select * from json_populate_recordset(null::${name}, $1::json) on conflict do nothing returning 1),
       noted as (
         insert into move_ranges (table_name, n, up_to_json, sha256)
         values ($2, $3, $4, case when (select count(*) from added) = $5 then $6 end)
         on conflict (table_name, n) do update set up_to_json = excluded.up_to_json, sha256 = excluded.sha256
       )
       select count(*) as written from added`,
      [jsonOf(rows), name, n, JSON.stringify(upTo), rows.length, sha256],
    ),
  }
}

/** Every value as text, which the target reads as the type of its column: no amount passes through floating point. */
function jsonOf(rows: readonly Row[]): string {
  return JSON.stringify(rows, (_name, value: unknown) => (typeof value === 'bigint' || typeof value === 'number' ? `${value}` : value))
}
