import { type Failure, failure } from './failure.ts'
import type { ContractWarning, ImageRequest, RetouchSettings } from './image-request.ts'
import { inputLimits } from './input-limits.ts'
import type { InputPicture } from './input-picture.ts'
import { checkMarkup, checkMask } from './overlay-rules.ts'
import { checkStrictMaskSource } from './strict-mask-rules.ts'

/** What a check of an edit's pictures depends on beside them; `request.retouch` fits. */
export interface EditPicturesContext extends Pick<RetouchSettings, 'strictMask' | 'maskMode' | 'maskSource'> {
  /** As for `checkEdit`: `upstream` has the bare words of OpenAI and no ways out. @default 'gateway' */
  as?: 'gateway' | 'upstream'
}

/** Every reason to refuse the pictures (the call answers the first), and remarks. */
export interface EditPicturesCheck {
  refusals: Failure[]
  warnings: ContractWarning[]
}

/**
 * Checks what the decoded pictures of an accepted edit hold, before anything is paid for: bytes, frames, colours, then the mask or the
 * markup against the first image, then what a strict mask needs. A mask that was made here from brightness is judged once more,
 * with `maskMode: 'alpha'`.
 * @param pictures in the order of `request.references`.
 */
export function checkEditPictures(
  request: ImageRequest,
  pictures: readonly InputPicture[],
  context: EditPicturesContext,
): EditPicturesCheck {
  const faults = pictures.map((picture, index) => pictureFault(picture, index + 1, context)).filter((fault) => fault !== null)
  if (faults.length > 0) return { refusals: faults, warnings: [] }
  const [first] = pictures
  const mask = pictures.find((picture) => picture.role === 'mask')
  const markup = pictures.find((picture) => picture.role === 'markup')
  const check: EditPicturesCheck = { refusals: [], warnings: [] }
  if (first === undefined) return check
  if (markup) check.refusals.push(...checkMarkup(markup, first))
  if (mask) {
    const { refusals, warnings } = checkMask(mask, first, context)
    check.refusals.push(...refusals)
    check.warnings.push(...warnings)
    if (context.strictMask) check.refusals.push(...checkStrictMaskSource(request, first, context))
  }
  return check
}

/** What is wrong with a picture by itself. @param place counted from 1, as upstream's messages do. */
function pictureFault(picture: InputPicture, place: number, context: EditPicturesContext): Failure | null {
  return tooManyBytes(picture, context) ?? tooManyPixels(picture) ?? severalFrames(picture) ?? oddColours(picture, place, context)
}

/** A mask that is read by its brightness is made anew here, so upstream's bound on masks does not meet its file. */
function tooManyBytes({ role, param, bytes }: InputPicture, { maskMode }: EditPicturesContext): Failure | null {
  const most = role === 'mask' && maskMode === 'alpha' ? inputLimits.maskBytes : inputLimits.imageBytes
  if (bytes <= most) return null
  return failure('image_too_large', {
    param,
    message: `The file '${param}' is too large: found ${bytes} bytes, expected at most ${most}. Nothing was charged; send a smaller one.`,
  })
}

function tooManyPixels({ param, width, height }: InputPicture): Failure | null {
  if (width * height <= inputLimits.pixels) return null
  return failure('image_too_many_pixels', {
    param,
    message: `The picture '${param}' is too large: found ${width}x${height}, expected at most ${inputLimits.pixels} pixels. Nothing was charged; scale it down.`,
  })
}

function severalFrames({ param, frames }: InputPicture): Failure | null {
  if (frames === 1) return null
  return failure('animated_image', {
    param,
    message: `The file '${param}' holds several pictures: found ${frames}, expected 1. Nothing was charged; send one of them.`,
  })
}

/** Reported of upstream: it reads 8 bits a channel of grey or RGB, and refuses other modes. */
function oddColours({ param, colourSpace, bitDepth }: InputPicture, place: number, { as }: EditPicturesContext): Failure | null {
  const found = colourSpace === 'cmyk' ? 'CMYK' : bitDepth > 8 ? `${bitDepth} bits a channel` : null
  if (found === null) return null
  const waysOut = ` Found ${found}, expected RGB or grey with at most 8 bits a channel. Nothing was charged; convert it.`
  return failure('invalid_image_file', {
    param,
    message: `Invalid image file or mode for image ${place}, please check your image file.${as === 'upstream' ? '' : waysOut}`,
  })
}
