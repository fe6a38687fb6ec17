import { acceptEdit } from '../../contract/check-edit.ts'
import { checkEditPictures } from '../../contract/check-edit-pictures.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { InputRole } from '../../contract/input-picture.ts'
import type { Call } from '../call.ts'
import { type EditBody, readEditBody } from '../intake/edit-body.ts'
import { type ReadInput, readInput } from '../intake/input-facts.ts'
import { type ReceivedInput, receiveInputs } from '../intake/received-input.ts'
import { planRun } from '../picture-run.ts'
import { Refusal, refusalOf, refusingAsUpstream } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { servePictures, takeFaults } from '../serve-pictures.ts'

/** `POST /v1/images/edits`: check the fields, then the pictures, decide, then charge, paint and answer. */
export async function edits(call: Call, sandbox: SandboxState): Promise<void> {
  const { settings, files } = sandbox
  const body = await readEditBody(call, settings.maxEditBodyBytes)
  const request = checkAsUpstream(body, sandbox)
  const received = receiveInputs(request.references, body.carried, files, settings.clock.nowMs())
  call.record.inputs = received.map(shownInput)
  const inputs = await readPictures(received, request, sandbox)
  const marked = takeFaults(call, request.prompt, sandbox)
  await servePictures(call, planRun(request, marked, settings, inputs), sandbox)
}

function checkAsUpstream({ fields, inputs }: EditBody, { settings }: SandboxState): ImageRequest {
  const { catalogue, transparentPreview, clock } = settings
  const context = { catalogue, atMs: clock.nowMs(), as: 'upstream', transparentPreview } as const
  return refusingAsUpstream(() => acceptEdit(fields, inputs, context).request)
}

/** Decodes every input and checks what they hold, the first that cannot be read before anything else. */
async function readPictures(received: readonly ReceivedInput[], request: ImageRequest, { press }: SandboxState): Promise<ReadInput[]> {
  const read = await Promise.all(received.map((input) => readInput(input, press)))
  const inputs = read.map((input, index) => {
    if (!input) throw unreadable(received[index]!.role, index)
    return input
  })
  const pictures = inputs.map(({ picture }) => picture)
  const { refusals } = checkEditPictures(request, pictures, { strictMask: false, maskMode: 'alpha', maskSource: 'refuse', as: 'upstream' })
  if (refusals[0]) throw refusalOf(refusals[0])
  return inputs
}

/** Upstream's words for an image; for a mask and a markup nobody has shown them. */
function unreadable(role: InputRole, index: number): Refusal {
  const type = 'image_generation_user_error'
  if (role === 'mask')
    return new Refusal(400, { message: 'Invalid mask image format', type, param: null, code: 'invalid_mask_image_format' })
  const which = role === 'image' ? `image ${index + 1}` : role
  const message = `Invalid image file or mode for ${which}, please check your image file.`
  return new Refusal(400, { message, type, param: null, code: 'invalid_image_file' })
}

function shownInput({ name, role, sha256, bytes, mediaType }: ReceivedInput) {
  return { name, role, sha256, bytes: bytes.length, media_type: mediaType }
}
