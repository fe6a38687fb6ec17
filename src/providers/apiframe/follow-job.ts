import { setTimeout as systemPause } from 'node:timers/promises'
import type { ProviderCall } from '../image-provider.ts'
import type { Redact } from '../redact.ts'
import type { Verdict } from '../verdict.ts'
import type { ApiframeProviderParts } from './apiframe-parts.ts'
import { askSmall } from './ask-small.ts'
import type { Deadline } from './deadline.ts'
import { failedJobVerdict } from './failed-job.ts'
import { type CompletedJob, readJobState } from './job-state.ts'

/** "Poll about every two seconds"; a job that takes longer than the usual fifteen is asked after less often. */
const FIRST_WAIT_MS = 2_000
const WAIT_GROWTH = 1.2
const LONGEST_WAIT_MS = 5_000
/** A look that is not answered by then is given up for the next one. */
const LOOK_TIMEOUT_MS = 15_000
/** A longer wait that upstream asks for would cost a paid picture. */
const LONGEST_ASKED_WAIT_MS = 30_000
/** So many definite refusals in a row, and nobody will say how the job stands. */
const MOST_REFUSED_LOOKS = 5

/**
 * Looks at a job until it is over. A look costs nothing, so one that fails is simply repeated; when the time is up, or upstream keeps
 * refusing to say, the outcome is unknown: the job may well be made and charged.
 */
export async function followJob(
  { outbound, clock, pause = pauseOnSystemTimer }: ApiframeProviderParts,
  call: ProviderCall,
  { jobId, redact, deadline }: { jobId: string; redact: Redact; deadline: Deadline },
): Promise<CompletedJob | { state: 'over'; verdict: Verdict }> {
  const { key, clientRequestId, signal } = call
  const url = `${call.baseUrl}/v2/jobs/${jobId}`
  let waitMs = FIRST_WAIT_MS
  let askedToWaitMs = 0
  for (let refusedLooks = 0; refusedLooks < MOST_REFUSED_LOOKS; ) {
    await pause(Math.min(Math.max(waitMs, askedToWaitMs), deadline.remainingMs()), signal).catch(() => undefined)
    const whyOver = deadline.whyOver()
    if (whyOver) return over({ class: 'lost', cause: whyOver })

    const timeoutMs = Math.min(LOOK_TIMEOUT_MS, deadline.remainingMs())
    const answer = await askSmall(outbound, { method: 'GET', url, key, clientRequestId, body: null, timeoutMs, signal })
    const job = readJobState(answer, redact, clock.nowMs())
    if (job.state === 'completed') return job
    if (job.state === 'failed') return over(failedJobVerdict(job.error))

    const unreadable = job.state === 'unreadable' ? job : null
    refusedLooks = unreadable?.definite ? refusedLooks + 1 : 0
    askedToWaitMs = Math.min(unreadable?.retryAfterMs ?? 0, LONGEST_ASKED_WAIT_MS)
    waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS)
  }
  return over({ class: 'lost', cause: 'unreadable' })
}

const over = (verdict: Verdict) => ({ state: 'over', verdict }) as const

function pauseOnSystemTimer(ms: number, signal?: AbortSignal): Promise<unknown> {
  return systemPause(ms, undefined, { signal })
}
