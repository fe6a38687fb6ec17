import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Statement, StatementContext, Tables } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { correctSpent, resolveHold } from './budgets/move-budgets.ts'
import { HOLD_BUCKET, type LedgerLine } from './ledger-entry.ts'
import { type ContinuedLine, continueCall } from './ledger-statements.ts'

/*
 * How a hold ends: it is known that the call was charged, known that it was not, or taken to have been charged because nobody found out.
 * Each begins with a line that closes the hold, and a hold can be closed only once, whatever the kind. What is found out later is booked
 * beside it as an adjustment; no line is ever changed.
 */

const TOTAL = 'total'

/** What a call is now known to have cost. */
export interface ChargedResolution {
  /** At least one. */
  lines: readonly LedgerLine[]
  /** Pictures that were brought home after all. @default 0 */
  images?: number
  /** Who found out. */
  actor: string
}

/**
 * Closes the hold and books what the call turned out to cost. With pictures its lines are those of a settlement like any other; without,
 * they are `resolve_charged`: paid for, and nothing to show for it.
 */
export function resolveCharged(context: StatementContext, attemptId: string, { lines, images = 0, actor }: ChargedResolution): Statement[] {
  if (lines.length === 0) throw new RangeError('a charged call needs at least one line')
  const kind = images > 0 ? 'settle' : 'resolve_charged'
  const charged = lines.map((line, index) => ({ ...line, kind, images: index === 0 ? images : 0 }) as const)
  return endHold(context, attemptId, 'resolve_charged', charged, actor)
}

/** Closes the hold: the call was not charged. */
export function resolveFree(context: StatementContext, attemptId: string, { actor }: { actor: string }): Statement[] {
  return endHold(context, attemptId, 'resolve_free', [], actor)
}

/** Closes the hold and books what the call is taken to have cost, because nobody found out. */
export function presume(context: StatementContext, attemptId: string, { nanos, actor }: { nanos: Nanos; actor: string }): Statement[] {
  return endHold(context, attemptId, 'presume', [{ kind: 'presume', bucket: TOTAL, nanos, images: 0 }], actor)
}

/** A correction of what a hold ended with. */
export interface Adjustment {
  /** What is to be added to the booked cost; negative lowers it, zero confirms a presumption. */
  byNanos: Nanos
  /** 1 for the first correction of the call. */
  n: number
  actor: string
}

/** Corrects what was booked when the hold ended. The line's bucket says which way it counts: `more-1`, `less-2`. */
export function adjust(context: StatementContext, attemptId: string, { byNanos, n, actor }: Adjustment): Statement[] {
  const direction = byNanos < 0n ? 'less' : 'more'
  const line = {
    kind: 'adjust' as const,
    bucket: `${direction}-${n}`,
    nanos: byNanos < 0n ? -byNanos : byNanos,
    images: 0,
    onlyIf: holdIsClosed(context),
  }
  return [continueCall(context, attemptId, { ...line, id: context.newId('led'), actor }), ...correctSpent(context, attemptId, byNanos)]
}

type HoldEnd = 'resolve_charged' | 'resolve_free' | 'presume'
type EndLine = LedgerLine & { kind: 'settle' | 'resolve_charged' | 'presume'; images: number }

function endHold(context: StatementContext, attemptId: string, kind: HoldEnd, lines: readonly EndLine[], actor: string): Statement[] {
  const ids = [null, ...lines].map(() => context.newId('led')).sort()
  const isOpen: ContinuedLine['onlyIf'] = (line) => line.not(holdIsClosed(context)(line))
  const closing = { kind, bucket: HOLD_BUCKET, nanos: 'as reserved' as const, images: 0, from: 'hold_unknown' as const, onlyIf: isOpen }
  return [
    continueCall(context, attemptId, { ...closing, id: ids[0]!, actor }),
    ...lines.map((line, index) => continueCall(context, attemptId, { ...line, id: ids[index + 1]!, actor })),
    ...resolveHold(context, attemptId, { charged: lines.reduce((sum, { nanos }) => sum + nanos, 0n) }),
  ]
}

/** Whether a line of the same call has closed its hold. The offset keeps PostgreSQL to the unique key, as in `readLedger`. */
export function holdIsClosed({ sql: from }: Pick<StatementContext, 'sql'>) {
  return (line: ExpressionBuilder<Tables, 'ledger_entries'>): Expression<SqlBool> =>
    line.exists(
      from
        .selectFrom('ledger_entries as closing')
        .select('closing.id')
        .where('closing.attempt_id', '=', sql.ref<string>('ledger_entries.attempt_id'))
        .where('closing.book', '=', sql.ref<string>('ledger_entries.book'))
        .where('closing.bucket', '=', HOLD_BUCKET)
        .limit(1)
        .offset(0),
    )
}
