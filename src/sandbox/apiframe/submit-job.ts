import { randomUUID } from 'node:crypto'
import { isoTime } from '../../primitives/clock.ts'
import type { Call } from '../call.ts'
import { type ChargePhase, chargePhase, type FaultScript, replacesAnswer } from '../faults/fault-script.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { type PictureRun, planRun, sizeText } from '../picture-run.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { answerInstead, sendJson } from '../scripted-answer.ts'
import { takeFaults } from '../serve-pictures.ts'
import { type Job, jobError } from './job.ts'
import { creditsOf, priceOfCredits } from './job-credits.ts'
import { readJobOrder } from './read-job-order.ts'

/** How much of the whole time a job waits in the queue. */
const QUEUED_SHARE = 0.25

/**
 * `POST /v2/images/generate`: check, decide, charge, then answer 202 with the job's id. Words that stand in for a picture meet this answer;
 * a policy refusal and a failure meet the job, and words about the wire meet its pictures.
 */
export async function submitJob(call: Call, sandbox: SandboxState): Promise<void> {
  const { settings, limiter, jobs } = sandbox
  const body = await readJsonBody(call.request, settings.maxBodyBytes)
  const request = readJobOrder(body, sandbox)
  const run = planRun(request, takeFaults(call, request.prompt, sandbox), settings)
  const job = newJob(call, run, sandbox)

  const answersInstead = replacesAnswer(withoutModeration(run.script))
  if (!answersInstead) limiter.take({ model: run.model.id, images: run.n, tokens: 0 })
  const phase = phaseOf(job)
  if (phase !== null) charge(call, job, phase, sandbox)
  if (answersInstead) return answerInstead(call, 0)
  jobs.keep(job)
  call.script = {}
  await sendJson(call, 202, { jobId: job.id, status: 'QUEUED' })
}

function withoutModeration({ moderation: _, ...script }: FaultScript): FaultScript {
  return script
}

/** Credits of a job that fails come back: it is free unless a script says otherwise. */
function phaseOf(job: Job): ChargePhase | null {
  const { script } = job.run
  if (jobError(job)) return script.charge ? 'failure_answer' : null
  return chargePhase(withoutModeration(script))
}

function newJob(call: Call, run: PictureRun, { settings }: SandboxState): Job {
  const { script, quality, n } = run
  const latencyMs = script.latencyMs ?? settings.latencyMs[quality]
  const { queuedMs = latencyMs * QUEUED_SHARE, slowBackgroundMs: runningMs = latencyMs * (1 - QUEUED_SHARE) } = script
  const createdAtMs = settings.clock.nowMs()
  const beginsAtMs = createdAtMs + queuedMs
  const endsAtMs = beginsAtMs + runningMs
  return { id: randomUUID(), run, requestId: call.record.request_id, createdAtMs, beginsAtMs, endsAtMs, credits: creditsOf(quality, n) }
}

function charge(call: Call, { run, credits }: Job, phase: ChargePhase, { invoice, settings }: SandboxState): void {
  invoice.add({
    book: 'image_api',
    at: isoTime(settings.clock.nowMs()),
    request_id: call.record.request_id,
    client_request_id: call.record.client_request_id,
    response_id: null,
    model: run.model.id,
    operation: 'job',
    size: sizeText(run.size),
    quality: run.quality,
    n: run.n,
    text_in: 0,
    text_cached_in: 0,
    image_in: 0,
    image_cached_in: 0,
    image_out: 0,
    text_out: 0,
    partial_images: 0,
    credits,
    nanos: String(priceOfCredits(credits)),
    charged_at_phase: phase,
  })
  call.record.charged = true
}
