import { type Database, rawQuery } from '../../src/db/index.ts'

/** Columns that differ from copy to copy; all others stay as they are. */
interface Multiplied {
  table: string
  /** Ids, and what is made of them. */
  ids: readonly string[]
  hashes?: readonly string[]
  times: readonly string[]
  /** A number that the engine gives anew. */
  numbered?: string
}

/** Referred ones before those that refer to them. */
const multiplied: readonly Multiplied[] = [
  { table: 'objects', ids: [], hashes: ['sha256'], times: ['created_at_ms'] },
  { table: 'generations', ids: ['id'], times: ['created_at_ms', 'completed_at_ms', 'started_at_ms'] },
  { table: 'attempts', ids: ['id', 'generation_id', 'client_request_id'], times: ['started_at_ms', 'sent_at_ms'] },
  { table: 'images', ids: ['id', 'generation_id', 'attempt_id'], hashes: ['sha256'], times: ['created_at_ms'] },
  // Small versions are those of the original: bytes are there once.
  { table: 'thumbnails', ids: ['image_id'], times: ['created_at_ms'] },
  { table: 'prompt_words', ids: ['generation_id'], times: ['created_at_ms'] },
  { table: 'generation_labels', ids: ['generation_id'], times: ['created_at_ms'] },
  { table: 'call_identities', ids: ['generation_id'], hashes: ['fingerprint'], times: ['created_at_ms'] },
  { table: 'stored_replies', ids: ['generation_id'], times: ['created_at_ms'] },
  { table: 'jobs', ids: ['id', 'attempt_id'], times: ['created_at_ms', 'ready_at_ms', 'deadline_ms', 'heartbeat_at_ms'] },
  { table: 'credential_reports', ids: ['image_id'], times: ['created_at_ms', 'finished_at_ms'] },
  { table: 'ledger_entries', ids: ['id', 'generation_id', 'attempt_id'], times: ['at_ms'] },
  { table: 'events', ids: ['id', 'subject_id'], times: ['at_ms', 'handed_out_at_ms'], numbered: 'seq' },
]

/** Between two copies: 2,000 of them fill four weeks. */
const STEP_MS = 20 * 60_000
const HEX_TIME_LENGTH = 12

/**
 * Copies all that a gateway has recorded, `copies` times, each twenty minutes before the one after it: the same shapes and proportions, ids and
 * hashes of their own. No gateway may be open on the database.
 * @returns how many generations there are now
 */
export async function multiplyRecords(db: Database, copies: number): Promise<number> {
  const nowMs = Date.now()
  for (const rules of multiplied) await copyTable(db, rules, { copies, nowMs })
  if (db.dialect === 'postgres') await db.read(rawQuery('analyze'))
  const [row] = await db.read(rawQuery<{ made: number }>('select count(*) as made from generations'))
  return row!.made
}

async function copyTable(db: Database, rules: Multiplied, { copies, nowMs }: { copies: number; nowMs: number }): Promise<void> {
  const [sample] = await db.read(rawQuery<Record<string, unknown>>(`select * from ${rules.table} limit 1`))
  if (sample === undefined) return
  const columns = Object.keys(sample).filter((column) => column !== rules.numbered)
  const terms = columns.map((column) => termOf(db.dialect, rules, { column, nowMs }))
  // The series is closed before the rows it is joined with: what is inserted is not copied again.
  const text = `with recursive series(k) as (select cast(1 as bigint) union all select k + 1 from series where k < ${copies}),
    originals as materialized (select * from ${rules.table})
    insert into ${rules.table} (${columns.join(', ')}) select ${terms.join(', ')} from series cross join originals`
  await db.transact([...unlimited(db), { query: rawQuery(text) }])
}

/** A statement of a gateway is ended after half a minute; this one is none. */
const unlimited = (db: Database) => (db.dialect === 'postgres' ? [{ query: rawQuery('set local statement_timeout = 0') }] : [])

function termOf(
  dialect: Database['dialect'],
  { table, ids, hashes = [], times }: Multiplied,
  { column, nowMs }: { column: string; nowMs: number },
): string {
  if (times.includes(column)) return `${column} - k * ${STEP_MS}`
  const [hex, position] =
    dialect === 'postgres'
      ? [(value: string) => `lpad(to_hex(cast(${value} as bigint)), 12, '0')`, 'strpos']
      : [(value: string) => `printf('%012x', ${value})`, 'instr']
  const moment = hex(`${nowMs} - k * ${STEP_MS}`)
  if (hashes.includes(column)) return `${moment} || substr(${column}, ${HEX_TIME_LENGTH + 1})`
  if (ids.includes(column)) {
    const at = `${position}(${column}, '_')`
    return `substr(${column}, 1, ${at}) || ${moment} || substr(${column}, ${at} + ${HEX_TIME_LENGTH + 1})`
  }
  if (table === 'ledger_entries' && column === 'day') return dayOf(dialect, `at_ms - k * ${STEP_MS}`)
  return column
}

const dayOf = (dialect: Database['dialect'], ms: string) =>
  dialect === 'postgres'
    ? `to_char(to_timestamp((${ms}) / 1000.0) at time zone 'utc', 'YYYY-MM-DD')`
    : `strftime('%Y-%m-%d', (${ms}) / 1000, 'unixepoch')`
