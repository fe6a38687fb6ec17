import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { type OutlinePart, type ReplyClient, rebuildReply, sendReply, streamHead } from '../relay/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import type { RetouchedImage } from './retouch-images.ts'

/**
 * Answers with the pictures that Darkroom made, in upstream's own words otherwise: what the answer says of size, format and background is
 * brought in line with what is in it. A stream gets its completed events and no previews: those would show what was promised not to come.
 * @param documents of upstream's answer, with null in place of pictures
 */
export async function deliverRetouched(
  parts: GatewayParts,
  run: GenerationRun,
  client: ReplyClient,
  { documents, images }: { documents: readonly JsonObject[]; images: readonly RetouchedImage[] },
): Promise<void> {
  const facts = images[0] ? factsOf(run, images[0]) : {}
  const outline = run.request.stream
    ? documents.flatMap((document, index) => eventParts({ ...document, ...facts }, index))
    : jsonParts({ ...(documents[0] ?? {}), ...facts })
  const read = async function* (index: number) {
    yield* await parts.store.open(images[index]!.object.path)
  }
  const head = run.request.stream ? streamHead : { contentType: 'application/json', headers: {} }
  await sendReply(client, head, rebuildReply(outline, read))
}

function factsOf({ keyColour }: GenerationRun, { width, height, format }: RetouchedImage): JsonObject {
  return { size: `${width}x${height}`, output_format: format, ...(keyColour === null ? {} : { background: 'transparent' }) }
}

function jsonParts(document: JsonObject): OutlinePart[] {
  const data = Array.isArray(document['data']) ? document['data'] : []
  return split(JSON.stringify({ ...document, data: data.map(withImage) }), 0)
}

function eventParts(document: JsonObject, index: number): OutlinePart[] {
  const event = `event: ${String(document['type'])}\ndata: ${JSON.stringify(withImage(document))}\n\n`
  return split(event, index)
}

/** Stands where an image belongs until the text is cut there; a character that JSON escapes can come from nowhere else. */
const PLACE = '\u0000'
const PLACE_IN_JSON = JSON.stringify(PLACE).slice(1, -1)

function withImage(item: JsonValue): JsonValue {
  return typeof item === 'object' && item !== null && !Array.isArray(item) ? { ...item, b64_json: PLACE } : item
}

function split(text: string, first: number): OutlinePart[] {
  return text.split(PLACE_IN_JSON).flatMap((literal, place): OutlinePart[] => {
    const part = { literal: Buffer.from(literal) }
    return place === 0 ? [part] : [{ image: first + place - 1 }, part]
  })
}
