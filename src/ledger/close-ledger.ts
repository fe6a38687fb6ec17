import { type Expression, sql } from 'kysely'
import type { Database, LedgerSumRow, Statement, StatementContext } from '../db/index.ts'
import { spanMs } from './closed-spans.ts'
import { isOpenLine, settledAmounts } from './line-amounts.ts'

/** So long after an hour's end nothing of it is on its way any more. What comes later all the same is kept beside its sums. */
const LAG_MS = 15 * 60 * 1000

const shared = ['day', 'project_id', 'key_id', 'route_id', 'route_owner', 'model', 'project_tag', 'book'] as const
const amounts = ['calls', 'images', 'charged_nanos', 'lost_nanos', 'invoiced_nanos'] as const

/** Somebody else has closed it. */
class ClosedMeanwhile extends Error {}

/**
 * Sums up the next hour or day that is over and has anything in it, as one transaction.
 * @returns false when there is none, or another process is doing the same
 */
export async function closeNextSpan(db: Database, context: StatementContext): Promise<boolean> {
  const statements = (await nextHour(db, context)) ?? (await nextDay(db, context))
  if (statements === null) return false
  try {
    await db.transact(statements)
    return true
  } catch (error) {
    if (error instanceof ClosedMeanwhile) return false
    throw error
  }
}

async function nextHour(db: Database, context: StatementContext): Promise<Statement[] | null> {
  const untilMs = await closedUntil(db, 'hour')
  const overMs = Math.floor((context.nowMs - LAG_MS) / spanMs.hour) * spanMs.hour
  const entries = db.sql.selectFrom('ledger_entries').where('at_ms', '>=', untilMs).where('at_ms', '<', overMs)
  const fromMs = startOf(
    'hour',
    await earliest(
      db,
      entries.select(({ fn }) => fn.min<number | null>('at_ms').as('at_ms')),
    ),
  )
  if (fromMs === null) return null
  const toMs = fromMs + spanMs.hour
  const ofHour = db.sql.selectFrom('ledger_entries').where('at_ms', '>=', fromMs).where('at_ms', '<', toMs)
  const open = ofHour.where(isOpenLine(db)).select(['id as entry_id', 'at_ms'])
  return [
    moveOn(context, 'hour', untilMs, toMs),
    insertSums(context, 'hour', fromMs, ofHour.select(shared).select(settledAmounts())),
    { query: db.sql.insertInto('ledger_open_entries').columns(['entry_id', 'at_ms']).expression(open) },
  ]
}

/** A day is added up from its hours, once the last of them is closed. */
async function nextDay(db: Database, context: StatementContext): Promise<Statement[] | null> {
  const untilMs = await closedUntil(db, 'day')
  const overMs = startOf('day', await closedUntil(db, 'hour'))!
  const hours = db.sql.selectFrom('ledger_sums').where('span', '=', 'hour').where('from_ms', '>=', untilMs).where('from_ms', '<', overMs)
  const fromMs = startOf(
    'day',
    await earliest(
      db,
      hours.select(({ fn }) => fn.min<number | null>('from_ms').as('at_ms')),
    ),
  )
  if (fromMs === null) return null
  const toMs = fromMs + spanMs.day
  const ofDay = db.sql.selectFrom('ledger_sums').where('span', '=', 'hour').where('from_ms', '>=', fromMs).where('from_ms', '<', toMs)
  return [moveOn(context, 'day', untilMs, toMs), insertSums(context, 'day', fromMs, ofDay.select(shared).select(amounts))]
}

/** Forgets which entries were open when their hour was closed and are not any more. */
export function forgetEndedEntries({ sql: from }: StatementContext, limit: number): Statement {
  const ended = from
    .selectFrom('ledger_entries')
    .innerJoin('ledger_open_entries', 'ledger_open_entries.entry_id', 'ledger_entries.id')
    .where((line) => line.not(isOpenLine({ sql: from })(line as never)))
    .select('ledger_entries.id')
    .limit(limit)
  return { query: from.deleteFrom('ledger_open_entries').where('entry_id', 'in', ended) }
}

async function closedUntil(db: Database, span: 'hour' | 'day'): Promise<number> {
  const [row] = await db.read(db.sql.selectFrom('ledger_closings').select('until_ms').where('span', '=', span))
  return row?.until_ms ?? 0
}

async function earliest(db: Database, query: { compile(): unknown }): Promise<number | null> {
  const [row] = await db.read<{ at_ms: number | null }>(query as never)
  return row!.at_ms
}

function startOf(span: 'hour' | 'day', atMs: number | null): number | null {
  return atMs === null ? null : Math.floor(atMs / spanMs[span]) * spanMs[span]
}

/** Stands only where nobody has closed the span since it was looked at. */
function moveOn({ sql: from }: StatementContext, span: 'hour' | 'day', untilMs: number, toMs: number): Statement {
  return {
    query: from
      .insertInto('ledger_closings')
      .values({ span, until_ms: toMs })
      .onConflict((known) => known.column('span').doUpdateSet({ until_ms: toMs }).where('ledger_closings.until_ms', '=', untilMs)),
    expect: { rows: 1, otherwise: () => new ClosedMeanwhile() },
  }
}

type Sums = Pick<LedgerSumRow, (typeof shared)[number] | (typeof amounts)[number]>

/** A row for all lines that have in common what reports tell apart. */
function insertSums({ sql: from }: StatementContext, span: 'hour' | 'day', fromMs: number, lines: Expression<unknown>): Statement {
  const grouped = from
    .selectFrom(sql<Sums>`(${lines})`.as('lines'))
    .select([
      sql<'hour' | 'day'>`cast(${span} as text)`.as('span'),
      sql<number>`cast(${fromMs} as bigint)`.as('from_ms'),
      sql<number>`row_number() over (order by ${sql.join(shared.map((name) => sql.ref(name)))})`.as('n'),
    ])
    .select(shared)
    .select(amounts.map((name) => sql<bigint>`cast(sum(${sql.ref(name)}) as bigint)`.as(name)))
    .groupBy(shared)
  return {
    query: from
      .insertInto('ledger_sums')
      .columns(['span', 'from_ms', 'n', ...shared, ...amounts])
      .expression(grouped as never),
  }
}
