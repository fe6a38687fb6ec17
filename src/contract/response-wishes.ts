import { rightsBeyondImages } from './edit-rules.ts'
import { type Failure, failure } from './failure.ts'
import type { DarkroomExtension } from './image-request.ts'
import type { ResponseCheckContext } from './response-check-context.ts'

/**
 * What is asked of Darkroom and cannot be kept in an assistant flow, where the main model goes on with the picture as it was drawn.
 * Such wishes are refused: one that is silently ignored would cost money or trust.
 * @param images how many pictures the input brings.
 */
export function unkeptWishes(extension: DarkroomExtension, images: number, { headers, as }: ResponseCheckContext): Failure[] {
  if (as === 'upstream') return []
  const tooManyNotes = rightsBeyondImages(extension, images)
  const refusals: Failure[] = tooManyNotes ? [tooManyNotes] : []
  if (headers?.strictMask || extension.mask === 'strict') refusals.push(strictMask())
  if (headers?.keyTransparency) refusals.push(ofImageApi('x-darkroom-transparency'))
  if (headers?.convertMaskSource) refusals.push(ofImageApi('x-darkroom-mask-source'))
  for (const name of ['mask_mode', 'feather_px', 'protect', 'subject']) {
    if (extension[name] !== undefined) refusals.push(ofImageApi(`darkroom.${name}`))
  }
  return refusals
}

function strictMask(): Failure {
  return failure('strict_mask_impossible', {
    param: 'mask',
    message:
      'A strict mask is not possible in a Responses call: the main model goes on with the picture as it was drawn. Nothing was charged; edit by POST /v1/images/edits, or drop the wish.',
  })
}

function ofImageApi(param: string): Failure {
  const code = param.startsWith('x-') ? 'invalid_parameter_header' : 'unsupported_combination'
  return failure(code, {
    param,
    message: `'${param}' is for the Image API only. Nothing was sent or charged; leave it out, or edit by POST /v1/images/edits.`,
  })
}
