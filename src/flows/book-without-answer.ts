import { failure } from '../contract/failure.ts'
import type { ContractWarning } from '../contract/image-request.ts'
import { type BookedRun, type Booking, bookCall, type Settled } from './book-call.ts'
import type { RefusedCall } from './call-upstream.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { AttemptVerdict } from './read-outcome.ts'

type Run = BookedRun & { warnings: readonly ContractWarning[] }

const nothingCame = { images: [], previews: [], retouched: [], read: null, cost: null }

/** Books a call that brought no body: its reservation goes back, is held, or is lost, as the verdict says. `lost` is what a loss amounts to. */
export function bookRefusal(
  parts: GatewayParts,
  run: Run,
  { outcome }: RefusedCall,
  verdict: AttemptVerdict,
  lost: Partial<Pick<Booking, 'read' | 'cost' | 'with'>>,
): Promise<Settled | null> {
  return bookCall(parts, run, { ...nothingCame, ...lost, verdict, facts: refusalFacts({ outcome }), warnings: run.warnings })
}

/** What the record keeps of a call that brought no body. */
export function refusalFacts({ outcome }: Pick<RefusedCall, 'outcome'>): Booking['facts'] {
  return {
    outcome: 'cause' in outcome ? `${outcome.class}: ${outcome.cause}` : outcome.class,
    httpStatus: outcome.httpStatus,
    requestId: outcome.requestId,
    modelReported: null,
    firstByteMs: outcome.firstByteMs,
  }
}

/** Ends a generation that failed inside, if nothing has ended it yet: the call may have been made, so its reservation is held. */
export function bookFault(parts: GatewayParts, run: Run): Promise<Settled | null> {
  const error = failure('internal_error')
  const verdict: AttemptVerdict = { state: 'unknown', money: 'hold', failure: error, retryReason: 'unknown_outcome', nextAction: 'human' }
  const facts = { outcome: 'failed inside', httpStatus: null, requestId: null, modelReported: null, firstByteMs: null }
  return bookCall(parts, run, { ...nothingCame, verdict, facts, warnings: run.warnings })
}
