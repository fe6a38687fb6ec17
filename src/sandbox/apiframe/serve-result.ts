import { type Call, whileConnected } from '../call.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendAnswer } from '../wire/send-answer.ts'
import { statusOf } from './job.ts'

/** `GET /results/:job/:number.:format`: a picture of a finished job, without a key, as a store would serve it. */
export async function serveResult(call: Call, { jobs, press, settings }: SandboxState): Promise<void> {
  const nowMs = settings.clock.nowMs()
  const [, id = '', number = ''] = /^\/results\/([^/]+)\/(\d{1,2})\.[a-z]+$/.exec(call.path) ?? []
  const job = jobs.find(id, nowMs)
  if (!job || statusOf(job, nowMs) !== 'COMPLETED' || Number(number) < 1 || Number(number) > job.run.n)
    throw invalidRequest('No such picture.', null, { status: 404 })

  const { run } = job
  const bytes = await whileConnected(call, press.render(run.order(Number(number) - 1)))
  call.script = run.script
  const sent = run.script.truncatedImage ? bytes.subarray(0, Math.floor(bytes.length * 0.6)) : bytes
  await sendAnswer(call, { status: 200, headers: { 'content-type': `image/${run.format}` } }, [[sent]])
}
