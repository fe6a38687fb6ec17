import { sql } from 'kysely'
import type { Database } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import type { Nanos } from '../primitives/money.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { LedgerBook, LedgerKind } from './ledger-entry.ts'
import { within } from './ledger-lines.ts'
import { type LedgerRange, pageSize } from './ledger-query.ts'

/** One line of the ledger as `GET /v2/ledger/entries` shows it, the amount still in nanos. */
export interface LedgerEntry {
  id: string
  /** ISO 8601 UTC. */
  at: string
  generation_id: string
  attempt_id: string
  book: LedgerBook
  kind: LedgerKind
  bucket: string
  nanos: Nanos
  price_card: string
  actor: string
}

/**
 * Reads entries in the order they were booked, a page at a time.
 * @throws `Failure('invalid_value')` for a cursor or limit that cannot be used.
 */
export async function readEntries(
  db: Database,
  query: LedgerRange & { generationId?: string | undefined },
): Promise<{ entries: LedgerEntry[]; next_cursor: string | null }> {
  const limit = pageSize(query.limit)
  const mark = ['entries', query.fromMs ?? null, query.toMs ?? null, query.projectId ?? null, query.generationId ?? null]
  const after = query.cursor ? readCursor(mark, query.cursor, ['number', 'string']) : null

  const found = await db.read(
    within(db.sql.selectFrom('ledger_entries'), query)
      .select(['id', 'at_ms', 'generation_id', 'attempt_id', 'book', 'kind', 'bucket', 'nanos', 'price_card', 'actor'])
      .$if(query.generationId !== undefined, (entries) => entries.where('generation_id', '=', query.generationId!))
      .$if(after !== null, (entries) => entries.where(sql<boolean>`(at_ms, id) > (${sql.join(after!)})`))
      .orderBy('at_ms')
      .orderBy('id')
      .limit(limit + 1),
  )
  const page = found.slice(0, limit)
  const last = page.at(-1)
  return {
    entries: page.map(({ at_ms, book, kind, ...entry }) => ({
      ...entry,
      at: isoTime(at_ms),
      book: book as LedgerBook,
      kind: kind as LedgerKind,
    })),
    next_cursor: last && found.length > limit ? writeCursor(mark, [last.at_ms, last.id]) : null,
  }
}
