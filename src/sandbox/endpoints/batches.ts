import { newId } from '../../primitives/ids.ts'
import { type BatchObject, isOver, newBatch } from '../batches/batch-object.ts'
import { type BatchGoal, BatchRun } from '../batches/batch-run.ts'
import { readBatchOrder } from '../batches/read-order.ts'
import type { Call } from '../call.ts'
import { wholeFile } from '../file-shelf.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { invalidRequest, type Refusal } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'

const USUAL_PAGE = 20
const LARGEST_PAGE = 100

/** `POST /v1/batches`: takes a batch in; what is wrong with its file shows later. */
export async function createBatch(call: Call, sandbox: SandboxState): Promise<BatchObject> {
  const { settings, batches } = sandbox
  const { inputFileId, endpoint, completionWindow, metadata, outputLifetimeMs } = readBatchOrder(
    await readJsonBody(call.request, settings.maxBodyBytes),
  )
  const asked = { id: newBatchId(), endpoint, input_file_id: inputFileId, completion_window: completionWindow, metadata }
  const run = new BatchRun({
    batch: newBatch(asked, settings.clock.nowMs()),
    endpoint,
    input: inputOf(inputFileId, sandbox),
    goal: goalOf(call, sandbox),
    failCode: call.script.failBatch ?? null,
    outputLifetimeMs,
    face: call.face,
    sandbox,
  })
  batches.add(run)
  return run.batch
}

/** `GET /v1/batches`: newest first; `after` and `limit` choose. */
export async function listBatches(call: Call, { batches }: SandboxState): Promise<object> {
  const { searchParams: asked } = new URL(call.request.url ?? '/', 'http://sandbox')
  const all = batches.list().slice(call.script.laggingBatches ?? 0)
  const rest = all.slice(all.findIndex(({ id }) => id === asked.get('after')) + 1)
  const data = rest.slice(0, limitOf(asked.get('limit')))
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: data.length < rest.length }
}

/** `GET /v1/batches/:id`. */
export async function retrieveBatch(call: Call, sandbox: SandboxState): Promise<BatchObject> {
  return batchOf(call, sandbox)
}

/** `POST /v1/batches/:id/cancel`: one that is cancelled, or about to be, is answered as it is (reported, 2025). */
export async function cancelBatch(call: Call, sandbox: SandboxState): Promise<BatchObject> {
  const batch = batchOf(call, sandbox)
  if (batch.status === 'cancelled') return batch
  if (isOver(batch)) throw invalidRequest(`Cannot cancel a batch with status '${batch.status}'.`, null, { status: 409 })
  sandbox.batches.cancel(batch.id)
  return batch
}

/** An id in the form of upstream's. */
export function newBatchId(): string {
  return newId('req').replace('req', 'batch')
}

function batchOf({ path }: Call, { batches }: SandboxState): BatchObject {
  const id = /^\/v1\/batches\/([^/]+)/.exec(path)?.[1] ?? ''
  const batch = batches.find(id)
  if (!batch) throw invalidRequest(`No batch found with id '${id.slice(0, 100)}'.`, null, { status: 404 })
  return batch
}

function inputOf(id: string, { files, settings }: SandboxState): Buffer | { missing: string } {
  const file = files.find(id, settings.clock.nowMs())
  const shown = id.slice(0, 100)
  if (!file) return { missing: `Cannot find file ${shown}, or organization sandbox does not have access to it.` }
  if (file.purpose !== 'batch') return { missing: `File ${shown} has the purpose '${file.purpose}', and not 'batch'.` }
  return wholeFile(file)
}

function goalOf({ script }: Call, { settings }: SandboxState): BatchGoal {
  if (script.expireAfterLines !== undefined) return { to: 'expired', lines: script.expireAfterLines }
  return { to: settings.holdBatches ? 'validating' : 'ended' }
}

function limitOf(text: string | null): number {
  if (text === null) return USUAL_PAGE
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= LARGEST_PAGE) return limit
  throw limitRefused()
}

function limitRefused(): Refusal {
  const message = `Invalid 'limit': expected a whole number from 1 to ${LARGEST_PAGE}.`
  return invalidRequest(message, 'invalid_value', { param: 'limit' })
}
