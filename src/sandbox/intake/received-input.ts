import type { InputReference, InputRole } from '../../contract/input-picture.ts'
import { type FileShelf, wholeFile } from '../file-shelf.ts'
import { invalidRequest } from '../refusal.ts'
import type { CarriedInput } from './edit-body.ts'
import { sha256Of } from './input-facts.ts'

/** An input whose bytes are here, wherever they came from. */
export interface ReceivedInput {
  param: string
  role: InputRole
  /** The name it was sent under. */
  name: string
  mediaType: string | null
  bytes: Buffer
  sha256: string
}

/**
 * The bytes of every reference, in the order of the references: those that came along, and those of uploaded files.
 * @throws Refusal for an address, which upstream would download and the sandbox does not, and for a file that is not there.
 */
export function receiveInputs(
  references: readonly InputReference[],
  carried: readonly CarriedInput[],
  files: FileShelf,
  nowMs: number,
): ReceivedInput[] {
  return references.map((reference) => {
    const input = bytesFor(reference, carried, files, nowMs)
    return { ...input, param: reference.param, role: reference.role, sha256: sha256Of(input.bytes) }
  })
}

function bytesFor({ from, param }: InputReference, carried: readonly CarriedInput[], files: FileShelf, nowMs: number) {
  switch (from.kind) {
    case 'bytes': {
      const { name, mediaType, bytes } = carried.find((input) => input.param === param)!
      return { name, mediaType, bytes }
    }
    case 'url':
      throw invalidRequest('Failed to download the image. The sandbox fetches nothing; send a data URL.', 'failed_to_download_image', {
        param,
      })
    case 'file_id': {
      const file = files.find(from.id, nowMs)
      if (!file) throw invalidRequest(`No such File object: ${from.id}`, 'image_file_not_found', { status: 404, param })
      return { name: param, mediaType: file.mediaType, bytes: wholeFile(file) }
    }
  }
}
