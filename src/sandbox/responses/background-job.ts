import { setTimeout as pause } from 'node:timers/promises'
import type { CallRecord } from '../call-log.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { chargeResponse } from './charge-response.ts'
import { finishResponse } from './finish-response.ts'
import type { ResponsePlan } from './response-plan.ts'
import type { KeptResponse } from './response-shelf.ts'

/** Work on a response that goes on without its call. */
export interface BackgroundJob {
  kept: KeptResponse
  /** Resolves when the models begin, or the job ends before. */
  begun: Promise<void>
  /** Resolves when the job is over, however it ended. */
  ended: Promise<void>
}

/** How much of the whole time a response waits in the queue. */
const QUEUED_SHARE = 0.25

/**
 * Starts the work on a background response and keeps it: `queued` at once, `in_progress` (and charged) after a quarter of the time, then
 * finished. It ends early when it is cancelled, forgotten, or the sandbox closes.
 */
export function startBackgroundJob(plan: ResponsePlan, record: CallRecord, latencyMs: number, sandbox: SandboxState): BackgroundJob {
  const stopped = new AbortController()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const kept: KeptResponse = {
    plan,
    progress: { status: 'queued', completedAtMs: null, painted: [] },
    cancel: () => stopped.abort(),
  }
  sandbox.responses.keep(kept)
  sandbox.swaps.keep(record)
  const { signal } = stopped
  const ended = work(kept, { record, latencyMs, begin, signal }, sandbox)
    .catch(() => endEarly(kept, signal, sandbox))
    .finally(begin)
  sandbox.responses.running.add(ended)
  void ended.finally(() => sandbox.responses.running.delete(ended))
  return { kept, begun, ended }
}

async function work(
  kept: KeptResponse,
  { record, latencyMs, begin, signal }: { record: CallRecord; latencyMs: number; begin: () => void; signal: AbortSignal },
  sandbox: SandboxState,
): Promise<void> {
  const { plan, progress } = kept
  const { queuedMs = latencyMs * QUEUED_SHARE, slowBackgroundMs: runningMs = latencyMs * (1 - QUEUED_SHARE) } = plan.script
  await pause(queuedMs, undefined, { signal })
  chargeResponse(plan, record, sandbox)
  progress.status = 'in_progress'
  begin()
  const painting = plan.pictures.map(({ run, isRefused }, index) => (isRefused ? null : sandbox.press.render(run.order(index))))
  const [painted] = await Promise.all([Promise.all(painting), pause(runningMs, undefined, { signal })])
  signal.throwIfAborted()
  finishResponse(kept, painted, sandbox)
}

/** Stopped, or failed inside: either way nothing more comes. */
function endEarly({ progress }: KeptResponse, { aborted }: AbortSignal, { settings }: SandboxState): void {
  progress.status = aborted ? 'cancelled' : 'failed'
  progress.completedAtMs = settings.clock.nowMs()
}
