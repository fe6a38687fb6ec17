import { MarkedPictures } from '../answers/marked-pictures.ts'
import { maybeBroken } from '../answers/picture-part.ts'
import { type Call, waitFor, whileConnected } from '../call.ts'
import { replacesAnswer } from '../faults/fault-script.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { answerInstead } from '../scripted-answer.ts'
import { sendAnswer } from '../wire/send-answer.ts'
import { type BackgroundJob, startBackgroundJob } from './background-job.ts'
import { chargeResponse } from './charge-response.ts'
import { finishResponse } from './finish-response.ts'
import { type ResponseWork, responseEvents } from './response-events.ts'
import { responseObject } from './response-object.ts'
import type { ResponsePlan } from './response-plan.ts'
import type { KeptResponse } from './response-shelf.ts'

/** What follows once it is decided what both models will do: charge, paint, keep, answer, in this order. */
export async function serveResponse(call: Call, plan: ResponsePlan, sandbox: SandboxState): Promise<void> {
  const { script, request } = plan
  if (!replacesAnswer(script)) takeFromLimits(call, plan, sandbox)
  const isLost = script.silence === true || script.resetBeforeHeaders === true
  if (request.background && (isLost || !replacesAnswer(script))) return serveBackground(call, plan, sandbox)
  chargeResponse(plan, call.record, sandbox)
  if (replacesAnswer(script)) return answerInstead(call, latencyOf(plan, sandbox))
  const kept: KeptResponse = { plan, progress: { status: 'in_progress', completedAtMs: null, painted: [] }, cancel: null }
  return request.stream ? answerStream(call, kept, sandbox) : answerJson(call, kept, sandbox)
}

/** Sends a response as it stands now, whole and as JSON. */
export async function sendResponse(call: Call, { plan, progress }: KeptResponse): Promise<void> {
  const marked = new MarkedPictures()
  const shown = plan.script.forget === 'pictures' && call.method === 'GET' ? { ...progress, painted: [] } : progress
  const text = `${JSON.stringify(responseObject(plan, shown, marked), null, 2)}\n`
  await sendAnswer(call, jsonHead, [marked.fill(maybeBroken(text, call.script))])
}

const jsonHead = { status: 200, headers: { 'content-type': 'application/json' } }
const streamHead = { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' } }

/** Images count as pictures asked; the main model's tokens have limits of their own upstream, which are not played. */
function takeFromLimits({ response }: Call, { pictures, main }: ResponsePlan, { limiter }: SandboxState): void {
  const tokens = pictures.reduce((sum, { counts }) => sum + counts.textIn + counts.imageIn + counts.pictureOut + counts.previewOut, 0)
  limiter.take({ model: pictures[0]?.run.model.id ?? main.model, images: pictures.length, tokens })
  for (const [name, value] of Object.entries(limiter.headers())) response.setHeader(name, value)
}

/** The pictures are painted one after another; a response without any takes as long as a low one. */
function latencyOf({ script, pictures }: ResponsePlan, { settings: { latencyMs } }: SandboxState): number {
  return script.latencyMs ?? (pictures.length === 0 ? latencyMs.low : pictures.reduce((sum, { run }) => sum + latencyMs[run.quality], 0))
}

async function answerJson(call: Call, kept: KeptResponse, sandbox: SandboxState): Promise<void> {
  const painting = kept.plan.pictures.map(({ run, isRefused }, index) => (isRefused ? null : sandbox.press.render(run.order(index))))
  const [painted] = await Promise.all([whileConnected(call, Promise.all(painting)), waitFor(call, latencyOf(kept.plan, sandbox))])
  finishResponse(kept, painted, sandbox)
  await sendResponse(call, kept)
}

/** The head goes out as the models begin; each picture and preview after its share of the time. */
async function answerStream(call: Call, kept: KeptResponse, sandbox: SandboxState): Promise<void> {
  const { plan, progress } = kept
  const steps = plan.pictures.reduce((sum, { run }) => sum + run.previewsEach + 1, 0)
  const stepMs = latencyOf(plan, sandbox) / Math.max(1, steps)
  const painted: (Buffer | null)[] = plan.pictures.map(() => null)
  const paint = async (index: number, stage: number) => {
    const painting = sandbox.press.render({ ...plan.pictures[index]!.run.order(index), stage })
    const [bytes] = await Promise.all([whileConnected(call, painting), waitFor(call, stepMs)])
    return bytes
  }
  const work: ResponseWork = {
    begun: async () => {},
    preview: paint,
    picture: async (index) => {
      painted[index] = await paint(index, 1)
      return painted[index]
    },
    ended: async () => finishResponse(kept, painted, sandbox),
  }
  await sendAnswer(call, streamHead, responseEvents(plan, progress, work))
}

/** The work goes on whatever becomes of the call: an answer that is lost, too, leaves a response that is made and charged. */
async function serveBackground(call: Call, plan: ResponsePlan, sandbox: SandboxState): Promise<void> {
  const job = startBackgroundJob(plan, call.record, latencyOf(plan, sandbox), sandbox)
  if (replacesAnswer(plan.script)) return answerInstead(call, 0)
  if (!plan.request.stream) return sendResponse(call, job.kept)
  await sendAnswer(call, streamHead, responseEvents(plan, job.kept.progress, workOf(call, job, sandbox)))
}

function workOf(call: Call, { kept: { plan, progress }, begun, ended }: BackgroundJob, { press }: SandboxState): ResponseWork {
  return {
    begun: () => whileConnected(call, begun),
    preview: (index, stage) => whileConnected(call, press.render({ ...plan.pictures[index]!.run.order(index), stage })),
    picture: async (index) => {
      await whileConnected(call, ended)
      return progress.painted[index] ?? press.render(plan.pictures[index]!.run.order(index))
    },
    ended: () => whileConnected(call, ended),
  }
}
