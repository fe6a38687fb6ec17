import type { Database } from '../db/index.ts'
import type { LedgerRange } from './ledger-query.ts'

/** Spans of time that there are sums of. */
export const spanMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Milliseconds, the end exclusive; empty where it is not behind the beginning. */
export interface TimeSpan {
  fromMs: number
  toMs: number
}

/** How a range of time is read: whole days that are closed, hours before and after them, and the rest line by line. */
export interface ClosedSpans {
  /** From whole hour to whole hour; the days are inside. */
  hours: TimeSpan
  days: TimeSpan
}

/** What of a range is closed. That grows but never changes: what is read of it afterwards fits. */
export async function closedSpans(db: Database, { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: LedgerRange): Promise<ClosedSpans> {
  const rows = await db.read(db.sql.selectFrom('ledger_closings').select(['span', 'until_ms']))
  const until = (span: 'hour' | 'day') => rows.find((row) => row.span === span)?.until_ms ?? 0
  const hours = wholeSpans('hour', { fromMs, toMs: Math.min(toMs, until('hour')) })
  return { hours, days: wholeSpans('day', { fromMs: hours.fromMs, toMs: Math.min(hours.toMs, until('day')) }) }
}

function wholeSpans(span: 'hour' | 'day', { fromMs, toMs }: TimeSpan): TimeSpan {
  const begin = Math.ceil(fromMs / spanMs[span]) * spanMs[span]
  return { fromMs: begin, toMs: Math.max(begin, Math.floor(toMs / spanMs[span]) * spanMs[span]) }
}
