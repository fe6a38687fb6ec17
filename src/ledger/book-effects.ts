import type { Nanos } from '../primitives/money.ts'
import { HOLD_BUCKET, type LedgerKind } from './ledger-entry.ts'

/**
 * The three accounts that every event of the ledger touches:
 * - `provider_cost` is what the operator owes upstream,
 * - `tenant_usage` is what a project has used up of its budget,
 * - `tenant_invoice` is what a project is charged; a call that gave no picture is not.
 */
export type MoneyBook = 'provider_cost' | 'tenant_usage' | 'tenant_invoice'

/** Which way an amount counts in a book: what is settled there, and what is open because the call has not ended or is not known. */
export interface Direction {
  settled: -1 | 0 | 1
  open: -1 | 0 | 1
}

/** Which lines of a kind are meant: all, those that close a hold, the others, or those that raise or lower a cost. */
export type BucketSort = 'any' | 'hold' | 'cost' | 'more' | 'less'

/** What lines of one kind do in each book. */
export interface BookEffect extends Record<MoneyBook, Direction> {
  kind: LedgerKind
  buckets: BucketSort
}

const nothing: Direction = { settled: 0, open: 0 }
const settles: Direction = { settled: 1, open: 0 }
const lowers: Direction = { settled: -1, open: 0 }
const opens: Direction = { settled: 0, open: 1 }
const closes: Direction = { settled: 0, open: -1 }

const withPicture = { provider_cost: settles, tenant_usage: settles, tenant_invoice: settles }
const withoutPicture = { provider_cost: settles, tenant_usage: settles, tenant_invoice: nothing }
const holdEnds = { buckets: 'hold', provider_cost: closes, tenant_usage: closes, tenant_invoice: nothing } as const

/**
 * The one place that says what an event means for whom; every report is made from it. A reservation only binds a budget: until the call was
 * made upstream is owed nothing. A hold binds both, so a crash lifts no limit.
 */
export const bookEffects: readonly BookEffect[] = [
  { kind: 'reserve', buckets: 'any', provider_cost: nothing, tenant_usage: opens, tenant_invoice: nothing },
  { kind: 'release', buckets: 'any', provider_cost: nothing, tenant_usage: closes, tenant_invoice: nothing },
  { kind: 'settle', buckets: 'any', ...withPicture },
  { kind: 'loss', buckets: 'any', ...withoutPicture },
  { kind: 'hold_unknown', buckets: 'any', provider_cost: opens, tenant_usage: opens, tenant_invoice: nothing },
  { kind: 'resolve_charged', ...holdEnds },
  { kind: 'resolve_charged', buckets: 'cost', ...withoutPicture },
  { kind: 'resolve_free', ...holdEnds },
  { kind: 'presume', ...holdEnds },
  { kind: 'presume', buckets: 'cost', ...withoutPicture },
  { kind: 'adjust', buckets: 'more', ...withoutPicture },
  { kind: 'adjust', buckets: 'less', provider_cost: lowers, tenant_usage: lowers, tenant_invoice: nothing },
]

/** What one line does to one book, in nanos. */
export interface BookAmount {
  settled: Nanos
  open: Nanos
}

/** What a line of the ledger does to each of the three books. */
export function effectsOf(line: { kind: LedgerKind; bucket: string; nanos: Nanos }): Record<MoneyBook, BookAmount> {
  const effect = bookEffects.find(({ kind, buckets }) => kind === line.kind && isOfSort(line.bucket, buckets))
  const amount = (book: MoneyBook): BookAmount => {
    const { settled, open } = effect?.[book] ?? nothing
    return { settled: BigInt(settled) * line.nanos, open: BigInt(open) * line.nanos }
  }
  return { provider_cost: amount('provider_cost'), tenant_usage: amount('tenant_usage'), tenant_invoice: amount('tenant_invoice') }
}

function isOfSort(bucket: string, sort: BucketSort): boolean {
  switch (sort) {
    case 'any':
      return true
    case 'hold':
      return bucket === HOLD_BUCKET
    case 'cost':
      return bucket !== HOLD_BUCKET
    case 'more':
    case 'less':
      return bucket.startsWith(`${sort}-`)
  }
}
