import type { FoundImage, GenerationResult } from '../../generations/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { ReplyOutline } from '../../relay/index.ts'
import { findTurnOfGeneration } from '../../threads/index.ts'
import { documentParts, imagePlace } from '../document-with-images.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { keptResponse } from '../respond/kept-response.ts'
import { asksForStream, type WholeAnswer } from './whole-answer.ts'

/** An image answer in OpenAI's shape, written from the record: for calls whose pictures were found without the text around them. */
export function imagesAnswer(rows: GenerationResult, images: readonly FoundImage[]): ReplyOutline {
  const { generation } = rows
  const shape = JSON.parse(generation.request_shape_json)
  const facts = withoutAuto({ quality: shape.quality, background: shape.background })
  const created = Math.floor(generation.created_at_ms / 1000)
  const usage = usageOf(rows)
  if (!asksForStream(rows)) {
    const [first] = images
    const data = images.map(() => ({ b64_json: imagePlace }))
    return documentParts({ created, data, ...facts, ...(first && pictureFacts(first)), ...usage })
  }
  const type = generation.operation === 'edit' ? 'image_edit.completed' : 'image_generation.completed'
  return images.flatMap((image, first) => {
    const event = { type, b64_json: imagePlace, created_at: created, ...facts, ...pictureFacts(image), ...usage }
    return documentParts(event, { first, before: `event: ${type}\ndata: `, after: '\n\n' })
  })
}

/** What came of `auto` is not on record. */
function withoutAuto(facts: Record<string, string>): JsonObject {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== 'auto'))
}

function pictureFacts({ width, height, format }: FoundImage): JsonObject {
  return { ...(width !== null && { size: `${width}x${height}` }), ...(format !== null && { output_format: format }) }
}

function usageOf({ generation: { usage_json } }: GenerationResult): { usage?: JsonObject } {
  if (usage_json === null) return {}
  const { text_in, text_cached_in, image_in, image_cached_in, image_out, text_out } = JSON.parse(usage_json)
  const [text_tokens, image_tokens] = [text_in + text_cached_in, image_in + image_cached_in]
  const [input_tokens, output_tokens] = [text_tokens + image_tokens, image_out + text_out]
  const input_tokens_details = { text_tokens, image_tokens }
  return { usage: { input_tokens, input_tokens_details, output_tokens, total_tokens: input_tokens + output_tokens } }
}

/** The answer of a Responses call from what was kept of its turn; null when that is gone. A stream gets its last event alone. */
export async function responseAnswer(parts: GatewayParts, rows: GenerationResult): Promise<WholeAnswer | null> {
  const turn = await findTurnOfGeneration(parts.database, rows.generation.id)
  const kept = turn === null || turn.deleted_at_ms !== null ? null : await keptResponse(parts, turn)
  if (kept === null) return null
  const { response, paths } = kept
  if (!asksForStream(rows)) return { kind: 'whole', outline: documentParts(response), paths }
  const type = `response.${String(response['status'])}`
  const event = { type, sequence_number: 0, response }
  return { kind: 'whole', outline: documentParts(event, { before: `event: ${type}\ndata: `, after: '\n\n' }), paths }
}
