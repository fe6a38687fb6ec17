import { type Expression, type ExpressionBuilder, type OnConflictBuilder, type SqlBool, sql } from 'kysely'
import type { LedgerEntryRow, Statement, StatementContext, Tables } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import type { Nanos } from '../primitives/money.ts'
import { holdInBudgets, reserveInBudgets, settleInBudgets } from './budgets/move-budgets.ts'
import { type LedgerCall, LedgerConflict, type LedgerKind, type LedgerLine } from './ledger-entry.ts'

/*
 * Each function returns statements for a transaction that somebody else runs: an amount is booked together with the state it
 * belongs to, or not at all. The unique key (attempt, book, kind, bucket) makes each of them happen once; a second time fails the
 * whole transaction with a LedgerConflict.
 *
 * Every amount moves the budgets that hold for the call in the same transaction: whoever books, now or later, need not know of them.
 *
 * Everything after the reservation copies what the call is about from the reservation's own entry, so that no later line can
 * come under another owner, book or project.
 */

const TOTAL = 'total'

/**
 * Sets aside what the attempt may cost at most, here and in every budget that holds for the call. Run it in the transaction that records
 * the attempt, before its socket opens.
 * @throws (through `transact`) `Failure('budget_exceeded')` when a budget has not that much left.
 */
export function reserve(context: StatementContext, call: LedgerCall, nanos: Nanos): Statement[] {
  const entry: LedgerEntryRow = {
    id: context.newId('led'),
    at_ms: context.nowMs,
    day: utcDay(context.nowMs),
    project_id: call.projectId,
    key_id: call.keyId,
    generation_id: call.generationId,
    attempt_id: call.attemptId,
    route_id: call.routeId,
    route_owner: call.routeOwner,
    model: call.model,
    project_tag: call.projectTag || null,
    book: call.book,
    kind: 'reserve',
    bucket: TOTAL,
    nanos,
    images: 0,
    price_card: call.priceCard,
    actor: call.actor,
  }
  return [
    {
      query: context.sql.insertInto('ledger_entries').values(entry).onConflict(keepFirst),
      expect: { rows: 1, otherwise: () => new LedgerConflict(call.attemptId, 'the call was reserved before') },
    },
    ...reserveInBudgets(context, call, nanos),
  ]
}

/** How an attempt that was charged ended. */
export interface Settlement {
  /** At least one; a call that cost nothing settles a line of zero. More than was reserved is booked as it is, never clamped. */
  lines: readonly LedgerLine[]
  /** Pictures delivered. */
  images: number
  /** Who settles. @default the reservation's actor */
  actor?: string
}

/** Releases the reservation and books what the call cost. */
export function settle(context: StatementContext, attemptId: string, { lines, images, actor }: Settlement): Statement[] {
  if (lines.length === 0) throw new RangeError('a settlement needs at least one line, of zero when the call cost nothing')
  const settled = lines.map((line, index) => ({ ...line, kind: 'settle' as const, images: index === 0 ? images : 0 }))
  return [...endCall(context, attemptId, settled, actor), ...settleInBudgets(context, attemptId, lines)]
}

/** Gives the reservation back: the call was refused, or never sent. */
export function release(context: StatementContext, attemptId: string, { actor }: { actor?: string } = {}): Statement[] {
  return [...endCall(context, attemptId, [], actor), ...settleInBudgets(context, attemptId, [])]
}

/** Releases the reservation and holds what the call may have cost: it was sent, and nobody knows what became of it. */
export function holdUnknown(context: StatementContext, attemptId: string, { nanos, actor }: { nanos: Nanos; actor?: string }): Statement[] {
  const held: EndingLine = { kind: 'hold_unknown', bucket: TOTAL, nanos, images: 0 }
  return [...endCall(context, attemptId, [held], actor), ...holdInBudgets(context, attemptId, nanos)]
}

/** Releases the reservation and books what the call cost although it gave no picture that could be kept. */
export function loss(context: StatementContext, attemptId: string, { lines, actor }: Omit<Settlement, 'images'>): Statement[] {
  if (lines.length === 0) throw new RangeError('a loss needs at least one line')
  const lost = lines.map((line) => ({ ...line, kind: 'loss' as const, images: 0 }))
  return [...endCall(context, attemptId, lost, actor), ...settleInBudgets(context, attemptId, lines)]
}

interface EndingLine {
  kind: LedgerKind
  bucket: string
  nanos: Nanos | 'as reserved'
  images: number
}

/** One more line of a call, and what it continues. */
export interface ContinuedLine extends EndingLine {
  id: string
  actor: string | undefined
  /** The line it is made from, whose amount `as reserved` takes. @default 'reserve' */
  from?: 'reserve' | 'hold_unknown'
  /** What must hold of the call, beside there being such a line. */
  onlyIf?: (line: ExpressionBuilder<Tables, 'ledger_entries'>) => Expression<SqlBool>
}

/** All lines carry one time; their ids are sorted, so that the journal shows them in this order. */
function endCall(context: StatementContext, attemptId: string, lines: EndingLine[], actor: string | undefined): Statement[] {
  const released: EndingLine = { kind: 'release', bucket: TOTAL, nanos: 'as reserved', images: 0 }
  const ids = [released, ...lines].map(() => context.newId('led')).sort()
  return [released, ...lines].map((line, index) => continueCall(context, attemptId, { ...line, id: ids[index]!, actor }))
}

const COPIED = [
  'project_id',
  'key_id',
  'generation_id',
  'attempt_id',
  'route_id',
  'route_owner',
  'model',
  'project_tag',
  'book',
  'price_card',
] as const

/** One more entry for a call, made from its reservation. Finds it by the unique key; PostgreSQL needs the casts to type the values. */
export function continueCall(context: StatementContext, attemptId: string, line: ContinuedLine): Statement {
  const { id, kind, bucket, nanos, images, actor, from: source = 'reserve', onlyIf } = line
  return {
    query: context.sql
      .insertInto('ledger_entries')
      .columns(['id', 'at_ms', 'day', 'kind', 'bucket', 'nanos', 'images', 'actor', ...COPIED])
      .expression((from) =>
        from
          .selectFrom('ledger_entries')
          .where('attempt_id', '=', attemptId)
          .where('kind', '=', source)
          .$if(onlyIf !== undefined, (lines) => lines.where(onlyIf!))
          .select((reserved) => [
            sql<string>`cast(${id} as text)`.as('id'),
            sql<number>`cast(${context.nowMs} as bigint)`.as('at_ms'),
            sql<string>`cast(${utcDay(context.nowMs)} as text)`.as('day'),
            sql<string>`cast(${kind} as text)`.as('kind'),
            sql<string>`cast(${bucket} as text)`.as('bucket'),
            nanos === 'as reserved' ? reserved.ref('nanos').as('nanos') : sql<bigint>`cast(${nanos} as bigint)`.as('nanos'),
            sql<number>`cast(${images} as integer)`.as('images'),
            actor === undefined ? reserved.ref('actor').as('actor') : sql<string>`cast(${actor} as text)`.as('actor'),
            ...COPIED,
          ]),
      )
      .onConflict(keepFirst),
    expect: {
      rows: 1,
      otherwise: () => new LedgerConflict(attemptId, `cannot book ${kind} ${bucket}: nothing to book it on, or booked before`),
    },
  }
}

/** A conflict is reported by the number of rows, which every engine counts alike, and not by an error, which none names alike. */
function keepFirst(conflict: OnConflictBuilder<Tables, 'ledger_entries'>) {
  return conflict.columns(['attempt_id', 'book', 'kind', 'bucket']).doNothing()
}

function utcDay(epochMs: number): string {
  return isoTime(epochMs).slice(0, 10)
}
