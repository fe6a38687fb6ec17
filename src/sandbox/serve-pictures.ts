import { jsonAnswer } from './answers/json-answer.ts'
import { streamAnswer } from './answers/stream-answer.ts'
import { type Bill, billFor } from './billing/bill.ts'
import { imageCharge } from './billing/image-charge.ts'
import { type Call, waitFor, whileConnected } from './call.ts'
import { type ChargePhase, chargePhase, replacesAnswer } from './faults/fault-script.ts'
import { FaultSyntaxError, type MarkedPrompt } from './faults/parse-faults.ts'
import type { PictureRun } from './picture-run.ts'
import { invalidRequest } from './refusal.ts'
import type { SandboxState } from './sandbox-state.ts'
import { answerInstead } from './scripted-answer.ts'
import { sendAnswer } from './wire/send-answer.ts'

/**
 * Takes the fault words off a prompt; from here on the call's script rules. What its face does to every call lies under it.
 * @param param where the prompt stands, for the refusal.
 * @throws Refusal 400 `sandbox_unknown_fault` for a word that is not in the grammar.
 */
export function takeFaults(
  call: Pick<Call, 'face' | 'record' | 'script'>,
  prompt: string,
  { faults, swaps }: SandboxState,
  param = 'prompt',
): MarkedPrompt {
  try {
    const { drawn, script } = faults.take(prompt)
    if (call.face) call.script = { ...call.face.script, ...swaps.take(call.record, call.face, script), ...script }
    else call.script = script
    return { drawn, script: call.script }
  } catch (error) {
    if (error instanceof FaultSyntaxError) throw invalidRequest(error.message, 'sandbox_unknown_fault', { param })
    throw error
  }
}

/** What follows once it is decided what the model will do: charge, paint, answer, in this order. */
export async function servePictures(call: Call, run: PictureRun, sandbox: SandboxState): Promise<void> {
  const { model, size, quality, n, previewsEach, inputSizes } = run
  const bill = await billFor({ model, prompt: run.request.prompt, inputSizes, size, quality, n, previews: previewsEach * n })

  if (!replacesAnswer(run.script)) takeFromLimits(call, run, bill, sandbox)
  const phase = chargePhase(run.script)
  if (phase !== null) charge(call, run, bill, phase, sandbox)
  if (replacesAnswer(run.script)) return answerInstead(call, latencyOf(run, sandbox))
  return run.request.stream ? answerStream(call, run, bill, sandbox) : answerJson(call, run, bill, sandbox)
}

function takeFromLimits({ response }: Call, run: PictureRun, bill: Bill, { limiter }: SandboxState): void {
  limiter.take({ model: run.model.id, images: run.n, tokens: bill.textIn + bill.imageIn + bill.pictureOut + bill.previewOut })
  for (const [name, value] of Object.entries(limiter.headers())) response.setHeader(name, value)
}

/** The moment the model would run: from here on the call costs money, whatever becomes of its answer. */
function charge({ record }: Call, run: PictureRun, bill: Bill, phase: ChargePhase, { invoice, settings }: SandboxState): void {
  invoice.add(imageCharge(run, bill, { atMs: settings.clock.nowMs(), record, phase }))
  record.charged = true
}

async function answerJson(call: Call, run: PictureRun, bill: Bill, sandbox: SandboxState): Promise<void> {
  const indices = Array.from({ length: run.n }, (_, index) => index)
  const painting = Promise.all(indices.map((index) => sandbox.press.render(run.order(index))))
  const [pictures] = await Promise.all([whileConnected(call, painting), waitFor(call, latencyOf(run, sandbox))])
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  await sendAnswer(call, head, [jsonAnswer(run, pictures, factsOf(bill, sandbox))])
}

/** The head goes out as the model starts; each picture and preview after its share of the latency. */
async function answerStream(call: Call, run: PictureRun, bill: Bill, sandbox: SandboxState): Promise<void> {
  const stepMs = latencyOf(run, sandbox) / (run.n * (run.previewsEach + 1))
  const paint = async (index: number, stage: number) => {
    const painting = sandbox.press.render({ ...run.order(index), stage })
    const [bytes] = await Promise.all([whileConnected(call, painting), waitFor(call, stepMs)])
    return bytes
  }
  const head = { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' } }
  await sendAnswer(call, head, streamAnswer(run, paint, factsOf(bill, sandbox)))
}

function latencyOf({ script, quality }: PictureRun, { settings }: SandboxState): number {
  return script.latencyMs ?? settings.latencyMs[quality]
}

function factsOf(bill: Bill, { settings }: SandboxState) {
  return { createdAt: Math.floor(settings.clock.nowMs() / 1000), bill, previewsInUsage: settings.previewsInUsage }
}
