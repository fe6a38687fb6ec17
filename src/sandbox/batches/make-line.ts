import { setTimeout as pause } from 'node:timers/promises'
import { isoTime } from '../../primitives/clock.ts'
import { newId } from '../../primitives/ids.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { acceptedEdit, acceptedGeneration } from '../accepted-request.ts'
import { jsonAnswer } from '../answers/json-answer.ts'
import { type Bill, billFor } from '../billing/bill.ts'
import { imageCharge } from '../billing/image-charge.ts'
import { usageReport } from '../billing/usage.ts'
import type { CallRecord } from '../call-log.ts'
import type { Face } from '../faces/face.ts'
import { type ChargePhase, type FaultScript, replacesAnswer } from '../faults/fault-script.ts'
import { jsonEdit } from '../intake/edit-body.ts'
import { type PictureRun, planRun } from '../picture-run.ts'
import { moderationRefusal, Refusal, scriptedRefusal } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { takeFaults } from '../serve-pictures.ts'
import type { Frame } from '../wire/send-answer.ts'
import type { BatchUsage } from './batch-object.ts'
import { type BatchEndpoint, type BatchLine, readLine } from './check-input.ts'

/** What became of a line: an answer as the endpoint would give it, or (`error`) none at all. */
export interface MadeLine {
  requestId: string
  script: FaultScript
  answer: { statusCode: number; body: Frame } | { error: { code: string; message: string } }
  /** Null unless the line was completed. */
  usage: Pick<BatchUsage, 'input_tokens' | 'output_tokens'> | null
}

/** What a line is made for. */
export interface LineContext {
  batchId: string
  endpoint: BatchEndpoint
  face: Face | null
  sandbox: SandboxState
  /** The sandbox closes. */
  signal: AbortSignal
}

/**
 * Makes one line as its endpoint would: judged, painted, and charged at the prices of batches once it is done.
 * @throws AbortError when the sandbox closes
 */
export async function makeLine(line: BatchLine, context: LineContext): Promise<MadeLine> {
  const { sandbox, face } = context
  const call = { face, script: {} as FaultScript, record: lineRecord(context) }
  try {
    const run = await plannedRun(line, call, context)
    return await paintedLine(line, run, call, context)
  } catch (error) {
    if (context.signal.aborted) throw error
    const refusal = error instanceof Refusal ? error : failedInside(error)
    return { requestId: call.record.request_id, script: call.script, answer: refusedWith(refusal), usage: null }
  } finally {
    sandbox.swaps.release(call.record)
  }
}

/** The part of a call that a line has, too. */
interface LineCall {
  face: Face | null
  script: FaultScript
  record: CallRecord
}

async function plannedRun(line: BatchLine, call: LineCall, { endpoint, sandbox }: LineContext): Promise<PictureRun> {
  const { line: members, urls } = readLine(line.bytes)!
  const body = isJsonObject(members['body']) ? members['body'] : ({} as JsonObject)
  const { request, inputs } =
    endpoint === '/v1/images/edits'
      ? await acceptedEdit(jsonEdit(body, urls), sandbox)
      : { request: acceptedGeneration(body, sandbox), inputs: [] }
  return planRun(request, takeFaults(call, request.prompt, sandbox), sandbox.settings, inputs)
}

async function paintedLine(line: BatchLine, run: PictureRun, call: LineCall, context: LineContext): Promise<MadeLine> {
  const { sandbox, signal } = context
  const { model, size, quality, n, inputSizes, script } = run
  const bill = await billFor({ model, prompt: run.request.prompt, inputSizes, size, quality, n, previews: 0, tier: 'batch' })
  const made = { requestId: call.record.request_id, script }
  const latencyMs = script.latencyMs ?? sandbox.settings.latencyMs[quality]
  if (replacesAnswer(script)) {
    await pause(latencyMs, undefined, { signal })
    if (script.charge) charge(line, run, bill, call, 'failure_answer', context)
    return { ...made, answer: answerInstead(script, call.record.request_id), usage: null }
  }
  const painting = Array.from({ length: n }, (_, index) => sandbox.press.render(run.order(index)))
  const [pictures] = await Promise.all([Promise.all(painting), pause(latencyMs, undefined, { signal })])
  if (script.charge !== false) charge(line, run, bill, call, 'model_run', context)
  const facts = { createdAt: Math.floor(sandbox.settings.clock.nowMs() / 1000), bill, previewsInUsage: false, compact: true }
  return { ...made, answer: { statusCode: 200, body: jsonAnswer(run, pictures, facts) }, usage: usageReport(bill, false) }
}

function charge(
  { customId }: BatchLine,
  run: PictureRun,
  bill: Bill,
  { record }: LineCall,
  phase: ChargePhase,
  { batchId, sandbox }: LineContext,
): void {
  const line = imageCharge(run, bill, { atMs: sandbox.settings.clock.nowMs(), record, phase })
  sandbox.invoice.add({ ...line, batch_id: batchId, custom_id: customId })
  record.charged = true
}

/** The words that stand in for a picture, in place of a line's answer. What would be no answer on the wire is one that upstream itself missed. */
function answerInstead(script: FaultScript, requestId: string): MadeLine['answer'] {
  if (script.silence) return { error: { code: 'request_timeout', message: 'The underlying call to the model timed out.' } }
  if (script.resetBeforeHeaders) return { error: { code: 'server_error', message: 'The request could not be completed.' } }
  if (script.redirect !== undefined) return { statusCode: 302, body: [JSON.stringify('<a href>Moved</a>')] }
  if (script.html) return { statusCode: script.status ?? 502, body: [JSON.stringify('<html><body>sandbox edge</body></html>')] }
  return refusedWith(script.moderation ? moderationRefusal(script.moderation, requestId) : scriptedRefusal(script.status, script.code))
}

function refusedWith({ status, body }: Refusal): MadeLine['answer'] {
  return { statusCode: status, body: [JSON.stringify({ error: body })] }
}

/** A fault of the sandbox itself: says so, as nobody but its user reads it. */
function failedInside(error: unknown): Refusal {
  const message = `The sandbox failed inside: ${error instanceof Error ? error.message : String(error)}`
  return new Refusal(500, { message, type: 'server_error', param: null, code: 'sandbox_failed' })
}

/** Lines are no calls: they stand in no log, but take the place of one where faults and faces are decided. */
function lineRecord({ endpoint, face, sandbox }: LineContext): CallRecord {
  return {
    at: isoTime(sandbox.settings.clock.nowMs()),
    request_id: newId('req'),
    client_request_id: null,
    path: endpoint,
    face: face?.name ?? null,
    retry_count: null,
    status: null,
    state: 'running',
    charged: false,
  }
}
