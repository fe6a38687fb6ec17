import { type Failure, failure } from '../contract/failure.ts'
import type { FailureCode } from '../contract/failure-catalogue.ts'
import type { PictureProblem } from '../pixels/index.ts'

const codes: Partial<Record<PictureProblem, FailureCode>> = {
  too_many_pixels: 'image_too_many_pixels',
  animated: 'animated_image',
  multi_frame_jpeg: 'animated_image',
  unsupported_format: 'unsupported_image_format',
  not_an_image: 'unsupported_image_format',
}

/** Why a picture is not taken. Upstream reads these no better than we do, and says so after it was sent twenty megabytes. */
export function refusalOfPicture(problem: PictureProblem, found: string, param: string): Failure {
  return failure(codes[problem] ?? 'invalid_image_file', {
    param,
    message: `${found} Nothing was sent or charged; send a PNG, JPEG or WebP still of 8 bits per channel.`,
  })
}
