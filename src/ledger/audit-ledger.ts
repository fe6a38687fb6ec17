import { type Expression, sql } from 'kysely'
import { AUDIT_ROWS, type AuditQuery, type Database } from '../db/index.ts'
import { spanMs } from './closed-spans.ts'
import { settledIn, settledOf } from './line-amounts.ts'
import { holdIsClosed } from './resolution-statements.ts'

const noAmounts = [sql<bigint | null>`null`.as('expected_nanos'), sql<bigint | null>`null`.as('found_nanos')] as const

/** What must hold between ledger, attempts and budgets, whatever happened. */
export function ledgerAudits(db: Database): AuditQuery[] {
  return [
    { name: 'costs', holds: 'what the ledger settled of each upstream call is what the call cost', query: unequalCosts(db) },
    { name: 'reservations', holds: 'nothing is set aside for calls that have ended', query: leftReservations(db) },
    { name: 'holds', holds: 'exactly the calls of unknown outcome are held', query: unequalHolds(db) },
    { name: 'orphaned money', holds: 'every amount belongs to a call on record', query: orphanedMoney(db) },
    { name: 'budgets set aside', holds: 'what budgets have set aside is the sum of what their calls hold', query: unequalBudgets(db) },
    { name: 'budgets spent', holds: 'what budgets have spent is the sum of what their calls cost', query: unequalSpending(db) },
    {
      name: 'closed hours',
      holds: 'the sums of hours that are over are those of their entries',
      query: unequalSums(db, hourOf, entriesOfHours(db)),
    },
    {
      name: 'closed days',
      holds: 'the sums of days that are over are those of their hours',
      query: unequalSums(db, dayOf, hoursOfDays(db)),
    },
  ]
}

const settledOfAttempts = (db: Database) =>
  db.sql
    .selectFrom('ledger_entries')
    .select(['attempt_id', settledIn('provider_cost').as('settled_nanos')])
    .groupBy('attempt_id')

function unequalCosts(db: Database): AuditQuery['query'] {
  return db.sql
    .selectFrom('attempts')
    .leftJoin(settledOfAttempts(db).as('booked'), 'booked.attempt_id', 'attempts.id')
    .select(['attempts.id', sql<bigint>`coalesce(attempts.cost_nanos, 0)`.as('expected_nanos')])
    .select(sql<bigint>`coalesce(booked.settled_nanos, 0)`.as('found_nanos'))
    .where(sql<boolean>`coalesce(attempts.cost_nanos, 0) <> coalesce(booked.settled_nanos, 0)`)
    .orderBy('attempts.id')
    .limit(AUDIT_ROWS)
}

function leftReservations(db: Database): AuditQuery['query'] {
  const released = db.sql
    .selectFrom('ledger_entries as later')
    .select('later.id')
    .where('later.attempt_id', '=', sql.ref<string>('ledger_entries.attempt_id'))
    .where('later.kind', '=', 'release')
  return db.sql
    .selectFrom('ledger_entries')
    .innerJoin('attempts', 'attempts.id', 'ledger_entries.attempt_id')
    .select(['attempts.id', sql<bigint>`0`.as('expected_nanos'), 'ledger_entries.nanos as found_nanos'])
    .where('ledger_entries.kind', '=', 'reserve')
    .where('attempts.state', '<>', 'dispatching')
    .where((entry) => entry.not(entry.exists(released)))
    .orderBy('attempts.id')
    .limit(AUDIT_ROWS)
}

function unequalHolds(db: Database): AuditQuery['query'] {
  const open = db.sql
    .selectFrom('ledger_entries')
    .select('attempt_id')
    .where('kind', '=', 'hold_unknown')
    .where((entry) => entry.not(holdIsClosed(db)(entry)))
  return db.sql
    .selectFrom('attempts')
    .select(['id', ...noAmounts])
    .where((attempt) =>
      attempt.or([
        attempt.and([attempt('state', '=', 'unknown'), attempt('id', 'not in', open)]),
        attempt.and([attempt('state', '<>', 'unknown'), attempt('id', 'in', open)]),
      ]),
    )
    .orderBy('id')
    .limit(AUDIT_ROWS)
}

/** A reservation may be given back before its call is on record: what is queued has one. Anything else was caused by a call. */
function orphanedMoney(db: Database): AuditQuery['query'] {
  return db.sql
    .selectFrom('ledger_entries')
    .leftJoin('attempts', 'attempts.id', 'ledger_entries.attempt_id')
    .leftJoin('generations', 'generations.id', 'ledger_entries.generation_id')
    .select(['ledger_entries.id', sql<bigint | null>`null`.as('expected_nanos'), 'ledger_entries.nanos as found_nanos'])
    .where((entry) =>
      entry.or([
        entry('generations.id', 'is', null),
        entry.and([entry('attempts.id', 'is', null), entry('ledger_entries.kind', 'not in', ['reserve', 'release'])]),
      ]),
    )
    .orderBy('ledger_entries.id')
    .limit(AUDIT_ROWS)
}

function unequalBudgets(db: Database): AuditQuery['query'] {
  const held = db.sql
    .selectFrom('budget_holds')
    .select(['budget_id', 'period', sql<bigint>`cast(sum(nanos) as bigint)`.as('all_nanos')])
    .select(sql<bigint>`cast(sum(case when state = 'held' then nanos else 0 end) as bigint)`.as('held_nanos'))
    .where('state', 'in', ['reserved', 'held'])
    .groupBy(['budget_id', 'period'])
  return db.sql
    .selectFrom('budget_periods')
    .leftJoin(held.as('holds'), (join) =>
      join.onRef('holds.budget_id', '=', 'budget_periods.budget_id').onRef('holds.period', '=', 'budget_periods.period'),
    )
    .select([periodName, sql<bigint>`coalesce(holds.all_nanos, 0)`.as('expected_nanos'), 'budget_periods.reserved_nanos as found_nanos'])
    .where(
      sql<boolean>`budget_periods.reserved_nanos <> coalesce(holds.all_nanos, 0) or budget_periods.held_nanos <> coalesce(holds.held_nanos, 0)`,
    )
    .orderBy('id')
    .limit(AUDIT_ROWS)
}

function unequalSpending(db: Database): AuditQuery['query'] {
  const spent = db.sql
    .selectFrom('budget_holds')
    .innerJoin(settledOfAttempts(db).as('booked'), 'booked.attempt_id', 'budget_holds.attempt_id')
    .select(['budget_holds.budget_id', 'budget_holds.period', sql<bigint>`cast(sum(booked.settled_nanos) as bigint)`.as('spent_nanos')])
    .where('budget_holds.state', '=', 'ended')
    .groupBy(['budget_holds.budget_id', 'budget_holds.period'])
  return db.sql
    .selectFrom('budget_periods')
    .leftJoin(spent.as('calls'), (join) =>
      join.onRef('calls.budget_id', '=', 'budget_periods.budget_id').onRef('calls.period', '=', 'budget_periods.period'),
    )
    .select([periodName, sql<bigint>`coalesce(calls.spent_nanos, 0)`.as('expected_nanos'), 'budget_periods.spent_nanos as found_nanos'])
    .where(sql<boolean>`budget_periods.spent_nanos <> coalesce(calls.spent_nanos, 0)`)
    .orderBy('id')
    .limit(AUDIT_ROWS)
}

const hourOf = { span: 'hour', name: sql<string>`'hour ' || from_ms` } as const
const dayOf = { span: 'day', name: sql<string>`'day ' || from_ms` } as const

/** What stored sums come to beside what they were added up from. */
function unequalSums(db: Database, { span, name }: typeof hourOf | typeof dayOf, from: Expression<unknown>): AuditQuery['query'] {
  const both = db.sql
    .selectFrom(sql<{ from_ms: number; expected: bigint }>`(${from})`.as('added'))
    .select(['from_ms', 'expected', sql<bigint>`cast(0 as bigint)`.as('found')])
    .unionAll(
      db.sql
        .selectFrom('ledger_sums')
        .where('span', '=', span)
        .select(['from_ms', sql<bigint>`cast(0 as bigint)`.as('expected'), 'charged_nanos as found']),
    )
  const [expected, found] = [sql<bigint>`cast(sum(expected) as bigint)`, sql<bigint>`cast(sum(found) as bigint)`]
  return db.sql
    .selectFrom(both.as('sums'))
    .select([name.as('id'), expected.as('expected_nanos'), found.as('found_nanos')])
    .groupBy('from_ms')
    .having(sql<boolean>`${expected} <> ${found}`)
    .orderBy('from_ms')
    .limit(AUDIT_ROWS)
}

function entriesOfHours(db: Database) {
  const until = db.sql.selectFrom('ledger_closings').select('until_ms').where('span', '=', 'hour')
  const late = db.sql.selectFrom('ledger_late_entries').select('entry_id')
  return db.sql
    .selectFrom('ledger_entries')
    .select(sql<number>`at_ms / ${sql.lit(spanMs.hour)} * ${sql.lit(spanMs.hour)}`.as('from_ms'))
    .select(settledOf('provider_cost').as('expected'))
    .where('at_ms', '<', until)
    .where('id', 'not in', late)
}

function hoursOfDays(db: Database) {
  const until = db.sql.selectFrom('ledger_closings').select('until_ms').where('span', '=', 'day')
  return db.sql
    .selectFrom('ledger_sums')
    .select(sql<number>`from_ms / ${sql.lit(spanMs.day)} * ${sql.lit(spanMs.day)}`.as('from_ms'))
    .select('charged_nanos as expected')
    .where('span', '=', 'hour')
    .where('from_ms', '<', until)
}

const periodName = sql<string>`budget_periods.budget_id || ' ' || budget_periods.period`.as('id')
