import type { RefusedCall } from './call-upstream.ts'
import type { AttemptVerdict } from './read-outcome.ts'

/** What became of a call, as far as it decides whether another may follow. */
export type Situation =
  | 'unreachable'
  | 'tls'
  | 'unsendable'
  | 'shutdown'
  | 'rate_limit'
  | 'quota'
  | 'auth'
  | 'policy'
  | 'validation'
  | 'model_refused'
  | 'unexplained'
  | 'server_refused'
  | 'maybe_paid'

/** What may follow a call, tried in this order: another route, the same one again, less of it. */
export interface RetryRule {
  nextRoute: boolean
  /** How often the same route is called again. */
  sameRoute: number
  /** What may be given up, if the project allows it. */
  downgrade: boolean
  /** Only where the policy says `redispatch_500`, and once. */
  onlyIfAllowed: boolean
  /** A job goes back into the queue and is tried again later, until its deadline: nobody waits for it. */
  later: boolean
}

const rule = (allowed: Partial<RetryRule>): RetryRule => ({
  nextRoute: false,
  sameRoute: 0,
  downgrade: false,
  onlyIfAllowed: false,
  later: false,
  ...allowed,
})
const stop = rule({})
const turnAway = rule({ nextRoute: true })
const turnAwayOrWait = rule({ nextRoute: true, later: true })

/**
 * The one table of retries (docs/retries.md, held equal by test). A call that may have been paid for is never followed by another, and a
 * refusal of what was asked is not shopped around.
 */
export const retryRules: Readonly<Record<Situation, RetryRule>> = {
  unreachable: rule({ nextRoute: true, sameRoute: 2, later: true }),
  tls: turnAway,
  unsendable: turnAway,
  shutdown: rule({ later: true }),
  rate_limit: rule({ nextRoute: true, downgrade: true, later: true }),
  quota: turnAwayOrWait,
  auth: turnAwayOrWait,
  policy: stop,
  validation: stop,
  model_refused: turnAway,
  unexplained: turnAway,
  server_refused: rule({ nextRoute: true, sameRoute: 1, onlyIfAllowed: true }),
  maybe_paid: stop,
}

/** Which row of the table a call that brought no body stands in. */
export function situationOf(
  { outcome }: Pick<RefusedCall, 'outcome'>,
  { state, retryReason }: Pick<AttemptVerdict, 'state' | 'retryReason'>,
): Situation {
  switch (outcome.class) {
    case 'not_sent':
      return notSent[outcome.cause]
    case 'rejected':
      return rejected(outcome, retryReason)
    case 'server_refused':
      return 'server_refused'
    default:
      // A redirect is proven not to have been made, and yet something is wrong with the address: nobody is asked in its place.
      return state === 'rejected' ? 'validation' : 'maybe_paid'
  }
}

const notSent = {
  dns: 'unreachable',
  connect: 'unreachable',
  request_cut: 'unreachable',
  tls: 'tls',
  invalid_request: 'unsendable',
  aborted: 'shutdown',
} as const

type Rejected = Extract<RefusedCall['outcome'], { class: 'rejected' }>

function rejected({ error }: Rejected, reason: AttemptVerdict['retryReason']): Situation {
  if (reason === 'rate_limit' || reason === 'quota' || reason === 'auth' || reason === 'policy') return reason
  if (error.param === 'model' || error.code === 'model_not_found') return 'model_refused'
  return error.message === null && error.code === null && error.type === null ? 'unexplained' : 'validation'
}
