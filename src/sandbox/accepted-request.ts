import { acceptEdit } from '../contract/check-edit.ts'
import { acceptGeneration } from '../contract/check-generation.ts'
import type { ImageRequest } from '../contract/image-request.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { EditBody } from './intake/edit-body.ts'
import type { ReadInput } from './intake/input-facts.ts'
import { readPictures } from './intake/read-pictures.ts'
import { type ReceivedInput, receiveInputs } from './intake/received-input.ts'
import { refusingAsUpstream } from './refusal.ts'
import type { SandboxState } from './sandbox-state.ts'

/** What a request for pictures asks, whichever way it came. @throws Refusal as upstream refuses */
export function acceptedGeneration(fields: JsonObject, sandbox: SandboxState): ImageRequest {
  return refusingAsUpstream(() => acceptGeneration(fields, contextOf(sandbox)).request)
}

/** An edit whose fields were accepted and whose pictures were read. */
export interface AcceptedEdit {
  request: ImageRequest
  /** In the order of the request's references. */
  inputs: ReadInput[]
}

/**
 * What an edit asks: the fields are judged first, then the pictures.
 * @param arrived told of the pictures once the fields are accepted
 * @throws Refusal as upstream refuses
 */
export async function acceptedEdit(
  { fields, inputs, carried }: EditBody,
  sandbox: SandboxState,
  arrived: (received: readonly ReceivedInput[]) => void = () => {},
): Promise<AcceptedEdit> {
  const { settings, files, press } = sandbox
  const { request } = refusingAsUpstream(() => acceptEdit(fields, inputs, contextOf(sandbox)))
  const received = receiveInputs(request.references, carried, files, settings.clock.nowMs())
  arrived(received)
  return { request, inputs: await readPictures(received, request, press) }
}

function contextOf({ settings }: SandboxState) {
  const { catalogue, transparentPreview, clock } = settings
  return { catalogue, atMs: clock.nowMs(), as: 'upstream', transparentPreview } as const
}
