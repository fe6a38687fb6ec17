import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { formatUsd } from '../../primitives/money.ts'
import type { Call } from '../call.ts'
import { listedFaces } from '../faces/find-face.ts'
import type { FaultOrder } from '../faults/fault-book.ts'
import { FaultSyntaxError } from '../faults/parse-faults.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'

/** `GET /_sandbox/invoice`: what was charged in this run. */
export async function readInvoice(call: Call, { invoice }: SandboxState): Promise<void> {
  const { calls, images, nanos } = invoice.totals()
  await sendJson(call, 200, { calls, images, nanos: String(nanos), usd: formatUsd(nanos), lines: invoice.lines() })
}

/** `GET /_sandbox/calls`: what was asked in this run. */
export async function readCalls(call: Call, { calls }: SandboxState): Promise<void> {
  await sendJson(call, 200, { posts: calls.posts(), by_client_request_id: calls.counts(), calls: calls.list() })
}

/** `GET /_sandbox/faces`: the faces there are. */
export async function readFaces(call: Call): Promise<void> {
  await sendJson(call, 200, { faces: listedFaces() })
}

/** `GET /_sandbox/faults`: the faults that lie in wait. */
export async function readFaults(call: Call, { faults }: SandboxState): Promise<void> {
  await sendJson(call, 200, { faults: faults.list() })
}

/** `POST /_sandbox/faults`: arms a fault. */
export async function armFault(call: Call, { faults, settings }: SandboxState): Promise<void> {
  const order = faultOrder(await readJsonBody(call.request, settings.maxBodyBytes))
  try {
    await sendJson(call, 201, faults.arm(order))
  } catch (error) {
    if (error instanceof FaultSyntaxError || error instanceof RangeError) throw refused(error.message)
    throw error
  }
}

/** `DELETE /_sandbox/faults`: disarms all. */
export async function clearFaults(call: Call, { faults }: SandboxState): Promise<void> {
  await sendJson(call, 200, { cleared: faults.clear() })
}

/** `GET /_sandbox/responses`: the responses that are kept. */
export async function readResponses(call: Call, { responses }: SandboxState): Promise<void> {
  await sendJson(call, 200, { responses: responses.list() })
}

/** `DELETE /_sandbox/responses` and `DELETE /_sandbox/responses/:id`: forgets all, or one. */
export async function forgetResponses(call: Call, { responses }: SandboxState): Promise<void> {
  const id = /^\/_sandbox\/responses\/([^/]+)$/.exec(call.path)?.[1]
  await sendJson(call, 200, { forgotten: responses.forget(id) })
}

/** Reads `{match?: {prompt?, call?, nth?}, fault, times?}`; a member it does not know is refused, as a typo would arm another fault than meant. */
function faultOrder(body: JsonObject): FaultOrder {
  const { match = {}, fault, times, ...unknown } = body
  if (typeof fault !== 'string') throw refused("Expected 'fault' as the words of the fault grammar.")
  if (!isJsonObject(match)) throw refused("Expected 'match' as an object.")
  const { prompt, call, nth, ...unknownMatch } = match
  const [stray] = [...Object.keys(unknown), ...Object.keys(unknownMatch)]
  if (stray !== undefined) throw refused(`Unknown member '${stray.slice(0, 100)}': expected match {prompt, call, nth}, fault and times.`)
  if (prompt !== undefined && typeof prompt !== 'string') throw refused("Expected 'match.prompt' as a text.")
  if (call !== undefined && typeof call !== 'string') throw refused("Expected 'match.call' as the name of a call.")
  if (nth !== undefined && typeof nth !== 'number') throw refused("Expected 'match.nth' as a whole number from 1.")
  if (times !== undefined && times !== null && typeof times !== 'number')
    throw refused("Expected 'times' as a whole number from 1, or null.")
  return { match: { prompt, call, nth }, fault, times }
}

function refused(message: string): Error {
  return invalidRequest(message, 'sandbox_bad_fault_order')
}
