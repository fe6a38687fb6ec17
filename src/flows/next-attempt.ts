import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../contract/failure.ts'
import { statementContext } from '../db/index.ts'
import { endAttempt, recordAttempt, reroute } from '../generations/index.ts'
import { release, reserve } from '../ledger/index.ts'
import { pricesName } from '../pricing/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { ledgerCall, newAttempt } from './accept-generation.ts'
import { refusalFacts } from './book-without-answer.ts'
import type { RefusedCall } from './call-upstream.ts'
import { contractNow } from './contract-now.ts'
import { downgraded } from './downgrade.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { type PlacedRoute, takePlace } from './plan-routes.ts'
import { priceRequest } from './price-call.ts'
import type { AttemptVerdict } from './read-outcome.ts'
import { namingBudget } from './record-within-limits.ts'
import { retryRules, type Situation, situationOf } from './retry-table.ts'

/** Less is not worth beginning another call with. */
const SHORTEST_CALL_MS = 1000
const FIRST_PAUSE_MS = 200

/**
 * The attempt that follows a call without a body, recorded and reserved, as the table of retries has it; null where none may follow, where
 * no route has a place, no time is left or a budget has no room. The attempt before ends in the same transaction: at no moment is the
 * generation open without a reservation.
 */
export async function nextAttempt(
  parts: GatewayParts,
  run: GenerationRun,
  call: RefusedCall,
  verdict: AttemptVerdict,
): Promise<GenerationRun | null> {
  const situation = situationOf(call, verdict)
  const next = (await findNext(parts, run, situation)) ?? (await findLess(parts, run, call, situation))
  if (next === null) return null
  const again: GenerationRun = {
    ...run,
    ...next.changes,
    attemptId: parts.newId('att'),
    attempt: run.attempt + 1,
    startedMonotonicMs: parts.clock.monotonicMs(),
  }
  const isOpen = await open(parts, { run, again }, call, verdict).catch((error: unknown) => {
    again.place.end(nothingKnown)
    if (error instanceof Failure && error.code === 'budget_exceeded') return false
    throw error
  })
  if (!isOpen) return null
  parts.logger.warn(
    {
      generation_id: run.id,
      route_id: again.choice.route.id,
      from_route_id: run.choice.route.id,
      retry_reason: verdict.retryReason,
      situation,
    },
    'a call that was not made is made again',
  )
  return again
}

const nothingKnown = { verdict: 'abandoned', rateLimits: {}, retryAfterMs: null } as const

interface Next {
  changes: Partial<GenerationRun>
}

async function findNext(parts: GatewayParts, run: GenerationRun, situation: Situation): Promise<Next | null> {
  const { nextRoute, sameRoute, onlyIfAllowed } = retryRules[situation]
  if (onlyIfAllowed && (!run.policy.redispatch500 || run.attempt > 1)) return null
  if (timeLeft(parts, run) < SHORTEST_CALL_MS || parts.running.closing) return null
  const placed = nextRoute ? takePlace(parts, run.others, run.request) : null
  if (placed !== null && !(placed instanceof Failure)) return { changes: { ...onRoute(placed), repeats: 0 } }
  if (run.repeats >= sameRoute || !parts.retryBudget.spend()) return null
  const pauseMs = FIRST_PAUSE_MS * 2 ** run.repeats * (0.5 + parts.chance() / 2)
  if (timeLeft(parts, run) < SHORTEST_CALL_MS + pauseMs) return null
  await wait(pauseMs)
  const same = takePlace(parts, [run], run.request)
  return same instanceof Failure ? null : { changes: { place: same.place, repeats: run.repeats + 1 } }
}

function onRoute({ taken, place, others }: PlacedRoute): Partial<GenerationRun> {
  return { ...taken, book: taken.card.book, place, others }
}

/** Asks the same route for less, where upstream has no tokens left for what was asked and the project would rather have less than nothing. */
async function findLess(parts: GatewayParts, run: GenerationRun, { outcome }: RefusedCall, situation: Situation): Promise<Next | null> {
  if (!retryRules[situation].downgrade || run.keyColour !== null || timeLeft(parts, run) < SHORTEST_CALL_MS || parts.running.closing)
    return null
  if (outcome.class !== 'rejected' || outcome.error.type !== 'tokens') return null
  const less = downgraded(run.request, run.policy.downgrade)
  if (less === null) return null
  const priced = await priceRequest(parts, { ...run, request: less.request })
  const placed = takePlace(parts, [priced], less.request)
  if (placed instanceof Failure) return null
  return { changes: { ...onRoute(placed), others: [], request: less.request, warnings: [...run.warnings, less.warning] } }
}

/** Milliseconds until the caller's time for the whole call is over. */
export function timeLeft(parts: GatewayParts, { deadlineMonotonicMs }: Pick<GenerationRun, 'deadlineMonotonicMs'>): number {
  return deadlineMonotonicMs - parts.clock.monotonicMs()
}

async function open(
  parts: GatewayParts,
  { run, again }: { run: GenerationRun; again: GenerationRun },
  call: RefusedCall,
  { state, retryReason }: AttemptVerdict,
): Promise<true> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const card = pricesName(again.estimate)
  const nanos = again.estimate.reserve
  const booked = ledgerCall({ ...again, model: again.request.model.id, priceCard: card })
  const { outcome, httpStatus, requestId: upstreamRequestId, firstByteMs } = refusalFacts(call)
  fp('next_attempt_before_open')
  const opening = parts.database.transact([
    ...release(context, run.attemptId),
    endAttempt(context, {
      attemptId: run.attemptId,
      owner: parts.bootId,
      state,
      outcome,
      retryReason,
      httpStatus,
      upstreamRequestId,
      modelReported: null,
      firstByteMs,
      totalMs: call.outcome.totalMs,
      costNanos: 0n,
    }),
    ...recordAttempt(context, run.id, { ...newAttempt(parts, again), reservedNanos: nanos }),
    reroute(context, {
      generationId: run.id,
      routeId: again.choice.route.id,
      routeOwner: again.choice.route.owner,
      routeContract: contractNow(parts, again.choice.route, card),
      book: again.book,
      priceCard: card,
      estimatedNanos: again.estimate.expected,
      warnings: again.warnings,
    }),
    ...reserve(context, booked, nanos),
  ])
  await namingBudget(parts, { call: booked, nanos }, opening)
  fp('next_attempt_after_open')
  return true
}
