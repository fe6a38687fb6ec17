import { parseSize } from '../../contract/size-rules.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { UpstreamError } from '../image-provider.ts'

/** A request in the words of the job API, or why it has none: the refusal is the caller's to read. */
export type JobRequest = { ok: true; body: JsonObject } | { ok: false; error: UpstreamError }

/**
 * Says an image request of OpenAI's shape in the job API's words (its `gpt-image-2` page, 2026-11): `prompt` and `model` at the top, all else
 * in `gptImage2Params`. What those cannot say is refused, never left out: the picture would be paid for and be another than the one asked.
 * Left out are `stream` and `partial_images`, which the answer is made by, and `user` and `safety_identifier`, which change no picture.
 */
export function jobRequest(body: JsonObject): JobRequest {
  const parameters: JsonObject = {}
  for (const [name, value] of Object.entries(body)) {
    const words = translate(name, value)
    if (words === null) return refused(name, value)
    Object.assign(parameters, words)
  }
  // The two defaults differ: OpenAI's is png, the job API's is webp.
  const gptImage2Params = { output_format: 'png', ...parameters }
  const { prompt = '', model = 'gpt-image-2' } = body
  return { ok: true, body: { prompt, model, gptImage2Params } }
}

/** The parameters that a member becomes, `{}` for one that needs none; null where there are no words for it. */
function translate(name: string, value: JsonValue): JsonObject | null {
  if (value === null || carriedElsewhere.has(name)) return {}
  switch (name) {
    case 'size':
      return sizeWords(value)
    case 'n':
      return { number_of_images: value }
    case 'output_compression':
      return value === 100 ? {} : null
    case 'response_format':
      return value === 'b64_json' ? {} : null
    default:
      return offered[name]?.includes(value) ? { [name]: value } : null
  }
}

const carriedElsewhere = new Set(['prompt', 'model', 'stream', 'partial_images', 'user', 'safety_identifier'])

/** Values that the page offers, by member. */
const offered: Readonly<Record<string, readonly JsonValue[]>> = {
  quality: ['auto', 'low', 'medium', 'high'],
  background: ['auto', 'opaque'],
  output_format: ['png', 'jpeg', 'webp'],
  moderation: ['auto', 'low'],
}

/** "Up to 2K". */
const LONGEST_EDGE = 2048
const ratios = [
  { ratio: '1:1', wide: 1, high: 1 },
  { ratio: '3:2', wide: 3, high: 2 },
  { ratio: '2:3', wide: 2, high: 3 },
] as const

/** The API takes no pixels, only three shapes. A size of exactly such a shape is asked as it; what pixels come is for the evidence to say. */
function sizeWords(value: JsonValue): JsonObject | null {
  if (value === 'auto') return {}
  const size = typeof value === 'string' ? parseSize(value) : null
  if (!size || Math.max(size.width, size.height) > LONGEST_EDGE) return null
  const shape = ratios.find(({ wide, high }) => size.width * high === size.height * wide)
  return shape ? { aspect_ratio: shape.ratio } : null
}

const ways: Readonly<Record<string, string>> = {
  size: `It draws 1:1, 3:2 and 2:3 up to ${LONGEST_EDGE} pixels: ask 1024x1024, 1536x1024, 1024x1536 or auto.`,
  quality: 'Ask auto, low, medium or high.',
  background: 'Ask auto or opaque.',
  output_format: 'Ask png, jpeg or webp.',
  moderation: 'Ask auto or low.',
  output_compression: 'Leave it out.',
}

function refused(param: string, value: JsonValue): JobRequest {
  const shown = isJsonObject(value) || Array.isArray(value) ? '' : ` '${String(value).slice(0, 100)}'`
  const way = ways[param] ?? 'Leave it out, or choose another route.'
  const message = `The provider of this route has no ${param}${shown}. Nothing was sent or charged. ${way}`
  return { ok: false, error: { message, type: 'invalid_request_error', code: 'invalid_value', param } }
}
