import type { JsonObject } from '../../primitives/json.ts'
import type { BatchGoal } from '../batches/batch-run.ts'
import type { Call } from '../call.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'
import { newBatchId } from './batches.ts'

/** `GET /_sandbox/batches`: all batches, newest first. */
export async function readBatches(call: Call, { batches }: SandboxState): Promise<void> {
  await sendJson(call, 200, { batches: batches.list() })
}

/** `POST /_sandbox/batches`: puts a batch there, with the status, `request_counts` and metadata of the body. */
export async function shelveBatch(call: Call, { batches, settings }: SandboxState): Promise<void> {
  const told = await readJsonBody(call.request, settings.maxBodyBytes)
  await sendJson(call, 201, batches.tell(newBatchId(), told, settings.clock.nowMs()))
}

/** `POST /_sandbox/batches/:id/advance`: lets a batch go on; answers when it has come as far as it may. */
export async function advanceBatch(call: Call, { batches, settings }: SandboxState): Promise<void> {
  const id = /^\/_sandbox\/batches\/([^/]+)/.exec(call.path)?.[1] ?? ''
  const goal = goalIn(await readJsonBody(call.request, settings.maxBodyBytes))
  try {
    await sendJson(call, 200, await batches.advance(id, goal))
  } catch (error) {
    if (error instanceof RangeError) throw invalidRequest(`No batch found with id '${id.slice(0, 100)}'.`, null, { status: 404 })
    throw error
  }
}

const targets: readonly string[] = ['in_progress', 'finalizing', 'ended', 'expired']

/** Reads `{to, lines?}`; a member it does not know is refused, as a typo would let a batch go elsewhere than meant. */
function goalIn(body: JsonObject): BatchGoal {
  const { to, lines = 0, ...unknown } = body
  const isKnown = typeof to === 'string' && targets.includes(to)
  const isCount = typeof lines === 'number' && Number.isInteger(lines) && lines >= 0
  if (isKnown && isCount && Object.keys(unknown).length === 0) return { to: to as BatchGoal['to'], lines }
  throw invalidRequest(`Expected {to, lines?}: 'to' is one of ${targets.join(', ')}.`, 'sandbox_bad_batch_goal')
}
