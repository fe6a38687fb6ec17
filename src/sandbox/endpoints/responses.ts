import { acceptResponse } from '../../contract/check-response.ts'
import { Failure } from '../../contract/failure.ts'
import type { ResponseRequest } from '../../contract/response-request.ts'
import type { Call } from '../call.ts'
import { readPictures, shownInput } from '../intake/read-pictures.ts'
import { type ResponseBody, readResponseBody } from '../intake/response-body.ts'
import { invalidRequest, refusingAsUpstream } from '../refusal.ts'
import { recall } from '../responses/recall.ts'
import { lastWords, planResponse } from '../responses/response-plan.ts'
import type { KeptResponse } from '../responses/response-shelf.ts'
import { sendResponse, serveResponse } from '../responses/serve-response.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'
import { takeFaults } from '../serve-pictures.ts'
import { notSpoken } from './not-spoken.ts'

/** `POST /v1/responses`: check, recall what went before, read the pictures, decide, then charge, paint, keep and answer. */
export async function createResponse(call: Call, sandbox: SandboxState): Promise<void> {
  const body = await readResponseBody(call, sandbox.settings.maxEditBodyBytes)
  const request = checkAsUpstream(body, sandbox)
  const recalled = recall(request, body, sandbox)
  call.record.inputs = recalled.received.map(shownInput)
  const inputs = await readPictures(recalled.received, request.imageTool?.request ?? null, sandbox.press)
  const marked = takeFaults(call, lastWords(body.fields['input']), sandbox, 'input')
  const plan = await planResponse({ request, marked, recalled, inputs }, sandbox)
  call.record.response_id = plan.id
  await serveResponse(call, plan, sandbox)
}

/** `GET /v1/responses/:id`. Replaying a stream is not emulated. */
export async function retrieveResponse(call: Call, sandbox: SandboxState): Promise<void> {
  const { searchParams } = new URL(call.request.url ?? '/', 'http://sandbox')
  if (searchParams.get('stream') === 'true') throw notSpoken(call)
  await sendResponse(call, keptResponse(call, sandbox))
}

/** `DELETE /v1/responses/:id`: forgets a response; one that still runs is cancelled. */
export async function deleteResponse(call: Call, sandbox: SandboxState): Promise<void> {
  const { plan } = keptResponse(call, sandbox)
  sandbox.responses.forget(plan.id)
  await sendJson(call, 200, { id: plan.id, object: 'response', deleted: true })
}

/** `POST /v1/responses/:id/cancel`: stops a background response; one that is over is answered as it is. */
export async function cancelResponse(call: Call, sandbox: SandboxState): Promise<void> {
  const kept = keptResponse(call, sandbox)
  if (!kept.plan.request.background) throw invalidRequest('Cannot cancel a synchronous response.', null)
  if (kept.progress.completedAtMs === null) {
    kept.cancel?.()
    kept.progress.status = 'cancelled'
  }
  await sendResponse(call, kept)
}

function checkAsUpstream({ fields, inputs }: ResponseBody, { settings }: SandboxState): ResponseRequest {
  const { catalogue, mainModels, transparentPreview, clock } = settings
  const context = { catalogue, mainModels, transparentPreview, atMs: clock.nowMs(), as: 'upstream', unknownModels: 'refuse' } as const
  return refusingAsUpstream(() => {
    try {
      return acceptResponse(fields, inputs, context).request
    } catch (error) {
      throw error instanceof Failure && error.code === 'model_not_found' && error.param === 'model' ? noSuchModel(fields['model']) : error
    }
  })
}

/** The Responses API's own words for a main model that it does not know. */
function noSuchModel(model: unknown): Error {
  return invalidRequest(`The requested model '${String(model).slice(0, 100)}' does not exist.`, 'model_not_found', { param: 'model' })
}

function keptResponse(call: Call, { responses, settings }: SandboxState): KeptResponse {
  const id = /^\/v1\/responses\/([^/]+)/.exec(call.path)?.[1] ?? ''
  const kept = responses.find(id, settings.clock.nowMs())
  if (!kept) throw invalidRequest(`Response with id '${id.slice(0, 100)}' not found.`, null, { status: 404 })
  return kept
}
