import { type Failure, failure } from '../contract/failure.ts'
import type { JsonStep } from './json-place.ts'
import { MalformedReply } from './malformed-reply.ts'

/** Where the reading stopped, and the bounds it was held to. */
export interface BodyPlace {
  path: readonly JsonStep[]
  limits: { images: number; dataUrlCharacters: number; skeletonBytes: number; depth: number }
}

/** Characters of one key that an error shows. */
const KEY_SHOWN = 64

/** A place in a body as errors name it: `images[3].image_url`. */
export function pathText(path: readonly JsonStep[]): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += `${text === '' ? '' : '.'}${step.slice(0, KEY_SHOWN)}`
  }
  return text
}

/** What a caller is told about a body that the scanner could not read on. Other errors pass unchanged. */
export function bodyFailure(error: unknown, place: BodyPlace): unknown {
  if (!(error instanceof MalformedReply)) return error
  const { limits } = place
  const param = pathText(place.path)
  switch (error.reason) {
    case 'bad_base64':
      return notBase64(param)
    case 'image_too_large':
      return dataUrlTooLong(param, limits)
    case 'too_many_images':
      return tooManyImages(limits.images)
    case 'duplicate_image':
      return failure('duplicate_key', {
        param,
        message: `The body names '${param}' twice, so its meaning is not clear. Nothing was sent or charged; name it once.`,
      })
    case 'nested_too_deep':
      return failure('invalid_body')
    case 'skeleton_too_large':
      return failure('body_too_large', {
        message: `The body holds more than ${limits.skeletonBytes} bytes beside its data URLs. Nothing was sent or charged; send a smaller one.`,
      })
    default:
      return failure('invalid_json')
  }
}

/** A data URL of more characters than upstream takes. */
export function dataUrlTooLong(param: string, limits: { dataUrlCharacters: number }): Failure {
  return failure('string_above_max_length', {
    param,
    message:
      `Invalid '${param}': string too long. Expected a data URL of at most ${limits.dataUrlCharacters} characters. ` +
      'Nothing was sent or charged; send the image as multipart, by URL or by file_id.',
  })
}

function notBase64(param: string): Failure {
  return failure('invalid_value', {
    param,
    message:
      `Invalid '${param}': a data URL must read 'data:<type>;base64,' followed by padded standard base64 and nothing else. ` +
      'Nothing was sent or charged; correct it and send the request again.',
  })
}

function tooManyImages(most: number): Failure {
  return failure('too_many_images', {
    param: 'images',
    message: `Invalid 'images': the body holds more than ${most} data URLs. Nothing was sent or charged; send fewer.`,
  })
}
