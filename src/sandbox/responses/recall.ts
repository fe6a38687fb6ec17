import type { ImageCallReference, ResponseRequest } from '../../contract/response-request.ts'
import { sha256Of } from '../intake/input-facts.ts'
import { type ReceivedInput, receiveInputs } from '../intake/received-input.ts'
import type { ResponseBody } from '../intake/response-body.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import type { KeptPicture, KeptResponse } from './response-shelf.ts'

/** What a call goes on from. */
export interface Recollection {
  previous: KeptResponse | null
  /** The pictures to edit, those of earlier calls first, then those of the input, the tool's mask last. */
  received: ReceivedInput[]
  /** True when the call names no picture itself and `received` begins with the last one of the conversation. */
  usesLatest: boolean
}

/**
 * Finds the turn and the pictures that a call refers to.
 * @throws Refusal as upstream for what was never kept, is forgotten or has expired.
 */
export function recall(request: ResponseRequest, body: ResponseBody, sandbox: SandboxState): Recollection {
  refuseForeignState(request)
  const { files, settings, responses } = sandbox
  const nowMs = settings.clock.nowMs()
  const previous = request.previousResponseId === null ? null : responses.find(request.previousResponseId, nowMs)
  if (previous === undefined || (previous && !isOver(previous))) throw noPreviousResponse(request.previousResponseId!)
  const earlier = request.imageCallRefs.flatMap((reference) => earlierPicture(reference, body, sandbox))
  const brought = receiveInputs(request.inputImages, body.carried, files, nowMs)
  const mask = request.mask ? receiveInputs([request.mask], body.carried, files, nowMs) : []
  const named = [...earlier, ...brought]
  const latest = previous ? responses.latestOf(previous) : null
  if (named.length > 0 || !latest) return { previous, received: [...named, ...mask], usesLatest: false }
  return { previous, received: [asInput('previous_response_id', 'previous_response_id', latest), ...mask], usesLatest: true }
}

function isOver({ progress: { status } }: KeptResponse): boolean {
  return status !== 'queued' && status !== 'in_progress'
}

/** The picture of one item: the bytes it carries, else those kept under its id. Items of other kinds have none. */
function earlierPicture(
  { param, id }: ImageCallReference,
  { results }: ResponseBody,
  { responses, settings }: SandboxState,
): ReceivedInput[] {
  const carried = results.get(param)
  if (carried && carried.length > 0) return [asInput(param, id, { bytes: carried, mediaType: null })]
  const item = responses.item(id, settings.clock.nowMs())
  if (!item) throw noSuchItem(id)
  return item.picture ? [asInput(param, id, item.picture)] : []
}

function asInput(param: string, name: string, { bytes, mediaType }: KeptPicture): ReceivedInput {
  return { param, role: 'image', name, mediaType, bytes, sha256: sha256Of(bytes) }
}

/** Conversations and stored prompts are made by calls that the sandbox does not have, so there are none. */
function refuseForeignState({ conversationId, wire }: ResponseRequest): void {
  if (conversationId !== null) throw notFound(`Conversation with id '${conversationId}' not found.`, 'conversation')
  if ((wire['prompt'] ?? null) !== null) throw notFound('Prompt not found: the sandbox keeps none.', 'prompt')
}

function notFound(message: string, param: string): Error {
  return invalidRequest(message, null, { status: 404, param })
}

/** Status, code and text as live upstream was seen to answer (public reports, 2026): 400, not 404. */
function noPreviousResponse(id: string): Error {
  return invalidRequest(`Previous response with id '${id}' not found.`, 'previous_response_not_found', { param: 'previous_response_id' })
}

/** Text as live upstream was seen to answer (public reports, 2025 and 2026); the status is 404. */
function noSuchItem(id: string): Error {
  return notFound(
    `Item with id '${id}' not found. Items are not persisted when \`store\` is set to false. ` +
      'Try again with `store` set to true, or remove this item from your input.',
    'input',
  )
}
