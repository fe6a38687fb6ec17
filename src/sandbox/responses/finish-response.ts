import type { FaultScript } from '../faults/fault-script.ts'
import type { SandboxState } from '../sandbox-state.ts'
import type { KeptResponse, ResponseStatus } from './response-shelf.ts'

/** Ends a response with its pictures. It is kept from here on if its caller wants that, and no script says otherwise. */
export function finishResponse(kept: KeptResponse, painted: readonly (Buffer | null)[], { responses, settings }: SandboxState): void {
  const { plan, progress } = kept
  progress.status = finalStatus(plan.script)
  progress.completedAtMs = settings.clock.nowMs()
  progress.painted = progress.status === 'failed' ? [] : painted
  if (!plan.request.store) return
  if (plan.script.forget === 'response') responses.forget(plan.id)
  else responses.keep(kept)
}

function finalStatus({ failResponse, incomplete }: FaultScript): ResponseStatus {
  if (failResponse !== undefined) return 'failed'
  return incomplete ? 'incomplete' : 'completed'
}
