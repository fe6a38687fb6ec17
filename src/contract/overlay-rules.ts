import type { EditPicturesCheck, EditPicturesContext } from './check-edit-pictures.ts'
import { type Failure, failure } from './failure.ts'
import type { PixelSize } from './image-request.ts'
import type { InputPicture } from './input-picture.ts'
import { formatSize } from './size-rules.ts'

/**
 * Checks a mask against the first image. OpenAI's types want a PNG of the same size, its guide an alpha channel and the image's own
 * format; what is not known of them stands in `unknowns.ts`.
 */
export function checkMask(mask: InputPicture, image: InputPicture, context: EditPicturesContext): EditPicturesCheck {
  const byBrightness = context.maskMode === 'luminance'
  const fault =
    (byBrightness ? null : maskIsNoPng(mask, context)) ??
    maskOfOtherSize(mask, image, context) ??
    (byBrightness ? null : maskWithoutHole(mask, context)) ??
    imageOfOtherFormat(image, context)
  const warnings = !byBrightness && mask.opaqueShare === 0 ? [nothingOpaque] : []
  return fault ? { refusals: [fault], warnings: [] } : { refusals: [], warnings }
}

const nothingOpaque = {
  code: 'mask_without_opaque_pixels',
  param: 'mask',
  message: 'No pixel of the mask is opaque, so nothing is marked to be kept: the whole picture may be drawn anew.',
}

/** Upstream's words come first; where they are not known, ours stand alone. */
function badMask(fault: string, wayOut: string, { as }: EditPicturesContext, upstreamWords = fault): Failure {
  const message = `Invalid mask image format - ${as === 'upstream' ? upstreamWords : `${fault}. Nothing was charged; ${wayOut}.`}`
  return failure('invalid_mask_image_format', { message })
}

function maskIsNoPng(mask: InputPicture, context: EditPicturesContext): Failure | null {
  if (mask.format === 'png') return null
  return badMask(
    `found ${mask.format}, expected a PNG with an alpha channel`,
    'send a PNG whose transparent pixels mark where to draw',
    context,
    'mask must be a PNG',
  )
}

function maskOfOtherSize(mask: InputPicture, image: InputPicture, context: EditPicturesContext): Failure | null {
  if (mask.width === image.width && mask.height === image.height) return null
  const turned = sameSize(mask, uprightSize(image)) ? ` as stored, before its orientation tag ${image.orientation} turns it` : ''
  return badMask(
    `mask size does not match image size: found ${formatSize(mask)}, image is ${formatSize(image)}${turned}`,
    'send a mask with the pixels of the first image',
    context,
    'mask size does not match image size',
  )
}

function maskWithoutHole(mask: InputPicture, context: EditPicturesContext): Failure | null {
  if (!mask.alpha) {
    return badMask(
      'found a mask without an alpha channel, expected transparent pixels where to draw',
      'add one, or send a black and white mask with darkroom.mask_mode: luminance',
      context,
      'mask has no alpha channel',
    )
  }
  if (mask.transparentShare > 0) return null
  return badMask(
    'found no fully transparent pixel, so nothing may be drawn anew',
    'make the pixels transparent where to draw',
    context,
    'mask has no transparent pixel',
  )
}

function imageOfOtherFormat(image: InputPicture, context: EditPicturesContext): Failure | null {
  if (image.format === 'png' || context.maskSource === 'convert') return null
  return badMask(
    `found a PNG mask over a ${image.format} image, expected one format`,
    `send the image as PNG, or x-darkroom-mask-source: convert to have it converted here`,
    context,
    'mask and image must have the same format',
  )
}

/** Checks a markup against the first image: a transparent PNG laid over it, of its size as people see it (openai 7.55.0 types). */
export function checkMarkup(markup: InputPicture, image: InputPicture): Failure[] {
  if (markup.format !== 'png') return [badMarkup(`found ${markup.format}, expected a PNG`)]
  const [found, expected] = [uprightSize(markup), uprightSize(image)]
  if (!sameSize(found, expected)) return [badMarkup(`found ${formatSize(found)}, image is ${formatSize(expected)}`)]
  if (!markup.alpha || markup.transparentShare === 0)
    return [badMarkup('found no transparent pixel, expected hints on a transparent ground')]
  return []
}

function badMarkup(fault: string): Failure {
  return failure('invalid_markup_image', {
    param: 'markup',
    message: `Invalid markup image: ${fault}. Nothing was charged; send a transparent PNG of the size of the first image.`,
  })
}

const sameSize = (one: PixelSize, other: PixelSize) => one.width === other.width && one.height === other.height

/** Width and height after the orientation tag: 5 to 8 lay the picture on its side. */
function uprightSize({ width, height, orientation }: InputPicture): PixelSize {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}
