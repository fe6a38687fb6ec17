import type { EditPicturesContext } from './check-edit-pictures.ts'
import { type Failure, failure } from './failure.ts'
import type { ImageRequest } from './image-request.ts'
import { inputLimits } from './input-limits.ts'
import type { InputPicture } from './input-picture.ts'
import { formatSize, hasShapeOf, legalSizeOfShape } from './size-rules.ts'

/**
 * What a strict mask needs of the first image and of the size: pixels that can be given back exactly as they were, and a result that
 * scales onto them without distortion. Format and background of the result are rules of the request (`edit-rules.ts`).
 */
export function checkStrictMaskSource(request: ImageRequest, image: InputPicture, { maskSource }: EditPicturesContext): Failure[] {
  const converted = maskSource === 'convert'
  return [
    formatFault(image, converted),
    colourFault(image),
    orientationFault(image),
    pixelsFault(request, image),
    sizeFault(request, image),
  ].filter((fault) => fault !== null)
}

function impossible(param: string, fault: string, wayOut: string): Failure {
  return failure('strict_mask_impossible', {
    param,
    message: `A strict mask is not possible: ${fault}. Nothing was charged; ${wayOut}, or send x-darkroom-mask: guide.`,
  })
}

function formatFault({ param, format }: InputPicture, converted: boolean): Failure | null {
  if (format !== 'jpeg' || converted) return null
  return impossible(param, 'found a jpeg image, expected png or webp', 'send a PNG, or x-darkroom-mask-source: convert')
}

/** Deeper pixels and other profiles were refused or would be converted: then they are no longer the source's. */
function colourFault({ param, colourSpace, bitDepth }: InputPicture): Failure | null {
  const isPlain = bitDepth <= 8 && (colourSpace === 'srgb' || colourSpace === 'grey')
  if (isPlain) return null
  return impossible(
    param,
    `found ${bitDepth} bits a channel in colour space '${colourSpace}', expected 8-bit sRGB`,
    'convert the image to sRGB',
  )
}

function orientationFault({ param, orientation }: InputPicture): Failure | null {
  if (orientation === 1) return null
  return impossible(param, `found orientation tag ${orientation}, expected an upright image`, 'turn its pixels and drop the tag')
}

function pixelsFault({ outputFormat }: ImageRequest, { param, width, height }: InputPicture): Failure | null {
  const most = inputLimits.strictMaskPixels[outputFormat === 'webp' ? 'webp' : 'png']
  if (width * height <= most) return null
  const wayOut = outputFormat === 'webp' ? 'scale it down, ask png' : 'scale it down'
  return impossible(param, `found an image of ${formatSize({ width, height })}, expected at most ${most} pixels`, wayOut)
}

/** An auto size follows the shape of the image only nearly, and nobody knows by how much before it is drawn. */
function sizeFault({ size, model }: ImageRequest, image: InputPicture): Failure | null {
  if (size !== 'auto' && hasShapeOf(size, image)) return null
  const fitting = legalSizeOfShape(model.sizes, image)
  const wayOut = fitting ? `ask size ${formatSize(fitting)}` : `crop the image to a shape that the model draws`
  return impossible('size', `found size ${formatSize(size)}, expected exactly the shape of the image (${formatSize(image)})`, wayOut)
}
