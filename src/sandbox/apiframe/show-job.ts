import { isoTime } from '../../primitives/clock.ts'
import { maybeBroken } from '../answers/picture-part.ts'
import type { Call } from '../call.ts'
import { facePrefix } from '../faces/face-path.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendAnswer } from '../wire/send-answer.ts'
import { type Job, type JobStatus, jobError, statusOf } from './job.ts'

/** `GET /v2/jobs/:id`: the job as it stands. */
export async function showJob(call: Call, { jobs, settings }: SandboxState): Promise<void> {
  const nowMs = settings.clock.nowMs()
  const job = jobs.find(call.path.slice(call.path.lastIndexOf('/') + 1), nowMs)
  if (!job) throw invalidRequest('Job not found.', 'job_not_found', { status: 404 })
  const text = `${JSON.stringify(jobObject(call, job, nowMs), null, 2)}\n`
  await sendAnswer(call, { status: 200, headers: { 'content-type': 'application/json' } }, [[maybeBroken(text, job.run.script)]])
}

function jobObject(call: Call, job: Job, nowMs: number) {
  const { run, credits } = job
  const status = statusOf(job, nowMs)
  const isOver = status === 'COMPLETED' || status === 'FAILED'
  return {
    id: job.id,
    status,
    model: run.script.modelEcho ?? run.request.modelAsked,
    progress: progressOf(job, nowMs),
    result: status === 'COMPLETED' ? resultOf(call, job) : null,
    error: status === 'FAILED' ? jobError(job) : null,
    creditCost: creditCost(status, credits, run.script.charge),
    webhookStatus: null,
    createdAt: isoTime(job.createdAtMs),
    completedAt: isOver ? isoTime(job.endsAtMs) : null,
  }
}

function progressOf({ beginsAtMs, endsAtMs }: Job, nowMs: number): number {
  if (nowMs >= endsAtMs) return 100
  return Math.max(0, Math.floor((100 * (nowMs - beginsAtMs)) / (endsAtMs - beginsAtMs)))
}

function creditCost(status: JobStatus, credits: number, isChargedAnyway: boolean | undefined): number {
  return status === 'FAILED' && !isChargedAnyway ? 0 : credits
}

/** One address, or a list of several: the documentation shows the shape for one picture only. */
function resultOf({ request, face }: Call, { id, run }: Job): string | string[] | null {
  if (run.script.noData) return null
  const origin = `http://${request.headers.host ?? 'sandbox.invalid'}`
  const names = Array.from({ length: run.n }, (_, index) => `${run.script.url ? 'gone-' : ''}${index + 1}.${run.format}`)
  const addresses = names.map((name) => `${origin}${facePrefix(face)}/results/${id}/${name}`)
  return addresses.length === 1 ? addresses[0]! : addresses
}
