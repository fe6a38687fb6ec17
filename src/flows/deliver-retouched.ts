import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type OutlinePart, type ReplyClient, type ReplyOutline, rebuildReply, sendReply, streamHead } from '../relay/index.ts'
import { storedBytes } from './call-upstream.ts'
import { documentParts, imagePlace } from './document-with-images.ts'
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
  const read = (index: number) => storedBytes(parts, images[index]!.object.path)
  const head = run.request.stream ? streamHead : { contentType: 'application/json', headers: {} }
  await sendReply(client, head, rebuildReply(retouchedOutline(run, documents, images), read))
}

/** That answer without its pictures; they are numbered as they stand in `images`. */
export function retouchedOutline(run: GenerationRun, documents: readonly JsonObject[], images: readonly RetouchedImage[]): ReplyOutline {
  const facts = images[0] ? factsOf(run, images[0]) : {}
  return run.request.stream
    ? documents.flatMap((document, index) => eventParts({ ...document, ...facts }, index))
    : jsonParts({ ...(documents[0] ?? {}), ...facts })
}

function factsOf({ keyColour }: GenerationRun, { width, height, format }: RetouchedImage): JsonObject {
  return { size: `${width}x${height}`, output_format: format, ...(keyColour === null ? {} : { background: 'transparent' }) }
}

function jsonParts(document: JsonObject): OutlinePart[] {
  const data = Array.isArray(document['data']) ? document['data'] : []
  return documentParts({ ...document, data: data.map(withImage) })
}

function eventParts(document: JsonObject, index: number): OutlinePart[] {
  const frame = { first: index, before: `event: ${String(document['type'])}\ndata: `, after: '\n\n' }
  return documentParts({ ...document, b64_json: imagePlace }, frame)
}

function withImage(item: JsonValue): JsonValue {
  return isJsonObject(item) ? { ...item, b64_json: imagePlace } : item
}
