import { checkEditPictures } from '../../contract/check-edit-pictures.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { InputRole } from '../../contract/input-picture.ts'
import type { InputRecord } from '../call-log.ts'
import { Refusal, refusalOf } from '../refusal.ts'
import type { PicturePress } from '../render/index.ts'
import { type ReadInput, readInput } from './input-facts.ts'
import type { ReceivedInput } from './received-input.ts'

/**
 * Decodes every input and, for the request they are to be edited by, checks what they hold.
 * @param request null where nothing is drawn: the main model alone looks at the pictures.
 * @throws Refusal for the first that cannot be read, before anything else; then as the contract refuses.
 */
export async function readPictures(
  received: readonly ReceivedInput[],
  request: ImageRequest | null,
  press: PicturePress,
): Promise<ReadInput[]> {
  const read = await Promise.all(received.map((input) => readInput(input, press)))
  const inputs = read.map((input, index) => {
    if (!input) throw unreadable(received[index]!.role, index)
    return input
  })
  if (request === null) return inputs
  const pictures = inputs.map(({ picture }) => picture)
  const { refusals } = checkEditPictures(request, pictures, { strictMask: false, maskMode: 'alpha', maskSource: 'refuse', as: 'upstream' })
  if (refusals[0]) throw refusalOf(refusals[0])
  return inputs
}

/** An input as the call log shows it. */
export function shownInput({ name, role, sha256, bytes, mediaType }: ReceivedInput): InputRecord {
  return { name, role, sha256, bytes: bytes.length, media_type: mediaType }
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
