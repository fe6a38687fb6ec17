import { dataUrlPlaceholder } from '../../contract/image-url.ts'
import { inputLimits } from '../../contract/input-limits.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { BatchLineRequest, SentContent } from '../batch-calls.ts'
import type { ProviderInput } from '../image-provider.ts'
import { batchEndpoints } from './batch-endpoints.ts'
import { jsonBodyWithInputs } from './json-body.ts'

const lineBreak = Buffer.from('\n')
/** `data:image/jpeg;base64,` is the longest. */
const DATA_URL_HEAD_CHARACTERS = 23

/** The line of a batch for one request, see `BatchCalls.writeBatchLine`. Edits go in their JSON form, the only one that a line can hold. */
export function batchLine({ customId, operation, body, inputs }: BatchLineRequest): SentContent | null {
  if (body['stream'] === true) throw new TypeError('a line of a batch is no stream')
  if (inputs.some(hasNoForm)) return null
  const images = inputs.filter(({ role }) => role === 'image')
  const line: JsonObject = {
    custom_id: customId,
    method: 'POST',
    url: batchEndpoints[operation],
    body: {
      ...body,
      ...(images.length > 0 && { images: images.map(() => ({ image_url: dataUrlPlaceholder })) }),
      ...(inputs.some(({ role }) => role === 'mask') && { mask: { image_url: dataUrlPlaceholder } }),
    },
  }
  return withLineBreak(jsonBodyWithInputs(line, placed(inputs)))
}

/** Nobody has shown how JSON would name a markup (OpenAPI description of 2026-08); the length of an address is upstream's. */
function hasNoForm({ role, byteLength }: ProviderInput): boolean {
  const characters = DATA_URL_HEAD_CHARACTERS + Math.ceil(byteLength / 3) * 4
  return role === 'markup' || characters > inputLimits.imageUrlCharacters
}

function placed(inputs: readonly ProviderInput[]): ProviderInput[] {
  let images = 0
  return inputs.map((input) => {
    const { role, format, byteLength, sha256 } = input
    const place = role === 'image' ? `body.images[${images++}].image_url` : 'body.mask.image_url'
    return { role, format, byteLength, sha256, place, open: () => input.open() }
  })
}

function withLineBreak(body: ReturnType<typeof jsonBodyWithInputs>): SentContent {
  const isWhole = Buffer.isBuffer(body)
  return {
    byteLength: (isWhole ? body.length : body.byteLength) + lineBreak.length,
    async *open() {
      if (isWhole) yield body
      else yield* body.open()
      yield lineBreak
    },
  }
}
