import type { DispatchOutcome } from '../providers/index.ts'
import type { RouteCallEnd, RouteVerdict } from '../routes/index.ts'
import type { AttemptVerdict } from './read-outcome.ts'

/** How the end of a call looks to whoever watches over its route. */
export function placeEnd(outcome: DispatchOutcome, { state, failure, retryReason }: AttemptVerdict): RouteCallEnd {
  const retryAfterMs = 'retryAfterMs' in outcome ? outcome.retryAfterMs : null
  return { verdict: verdictOf(), rateLimits: outcome.rateLimits, retryAfterMs }

  function verdictOf(): RouteVerdict {
    if (retryReason === 'auth' || retryReason === 'quota') return retryReason
    if (retryReason === 'rate_limit') return 'rate_limited'
    if (outcome.class === 'not_sent' && outcome.cause === 'aborted') return 'abandoned'
    if (failure === null || (outcome.class === 'ok' && state === 'ok')) return 'healthy'
    return state === 'rejected' ? 'refused' : 'unhealthy'
  }
}
