import { dataUrlPlaceholder } from '../../contract/edit-inputs.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { KeptInput } from '../keep-inputs.ts'
import type { PlacedPicture, SentBody } from './response-run.ts'

/**
 * Puts every input in its place: whatever a caller named by address or id goes upstream as bytes, so that what was judged and recorded is
 * what the model sees.
 * @param body without `darkroom`; it is not changed.
 */
export function placeInputs(body: JsonObject, inputs: readonly KeptInput[]): SentBody {
  const placed: JsonObject = structuredClone(body)
  const pictures = inputs.map((input): PlacedPicture => {
    const { param, role } = input.reference
    const parent = param.replace(/\.(?:image_url|file_id)$/, '')
    const holder = valueAt(placed, parent)
    if (!isJsonObject(holder)) throw new Error(`no picture belongs at ${param}`)
    delete holder['file_id']
    holder['image_url'] = dataUrlPlaceholder
    const { sent, picture, sentPath } = input
    const as = role === 'mask' ? 'mask' : 'image'
    const size = { width: picture.width, height: picture.height }
    return { place: `${parent}.image_url`, role: as, path: sentPath, sha256: sent.sha256, bytes: sent.bytes, format: picture.format, size }
  })
  return { body: placed, pictures, replayedImages: [] }
}

/** Steps of a place: `input[0].content[1]` → `input`, `0`, `content`, `1`. */
function valueAt(root: JsonObject, place: string): JsonValue | undefined {
  const steps = place.match(/[^.[\]]+/g) ?? []
  let value: JsonValue | undefined = root
  for (const step of steps) value = typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined
  return value
}
