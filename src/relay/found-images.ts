import { imageCallType } from '../contract/stream-events.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { JsonStep } from './json-place.ts'
import { MalformedReply } from './malformed-reply.ts'
import type { FoundImage, ImageOrigin } from './reply-reader.ts'

/**
 * Gives each image the item of the Responses answer that it stood in.
 * @throws MalformedReply `duplicate_image` when the document names an object twice, so that an image's item cannot be told
 */
export function nameOrigins(images: readonly FoundImage[], document: JsonObject): void {
  const places = new Set(images.map((image) => image.path.join('.')))
  if (places.size < images.length) throw new MalformedReply('duplicate_image')
  for (const image of images) image.origin = originIn(document, image.path)
}

/** True when this image is among them already: the same bytes, and no sign of another item. */
export function isKnown(images: readonly FoundImage[], image: FoundImage): boolean {
  return twinOf(images, image) !== null
}

/**
 * Adds an image that came in whole, or, when it is known, removes its second file and takes over what is said of it now.
 * Two items with the same bytes stay two images.
 */
export function addImage(images: FoundImage[], image: FoundImage): void {
  const twin = twinOf(images, image)
  if (twin) {
    twin.copies.push(image.file)
    twin.origin = image.origin ?? twin.origin
    void image.file.discard()
  } else {
    images.push(image)
    void image.file.finish()
  }
}

function twinOf(images: readonly FoundImage[], image: FoundImage): FoundImage | null {
  const { sha256 } = image.file
  return images.find((each) => each.file.sha256 === sha256 && mayBeSameItem(each.origin, image.origin)) ?? null
}

function mayBeSameItem(one: ImageOrigin | null, other: ImageOrigin | null): boolean {
  return one === null || other === null || one.itemId === other.itemId
}

function originIn(document: JsonObject, path: readonly JsonStep[]): ImageOrigin {
  if (path.length === 1) return { item: document, itemId: textOf(document['item_id']), outputIndex: indexOf(document['output_index']) }
  const item = valueAt(document, path.slice(0, -1))
  if (!isJsonObject(item) || item['type'] !== imageCallType || item['result'] !== null) throw new MalformedReply('duplicate_image')
  return { item, itemId: textOf(item['id']), outputIndex: indexOf(path.at(-2)) ?? indexOf(document['output_index']) }
}

function valueAt(document: JsonObject, path: readonly JsonStep[]): JsonValue {
  let value: JsonValue = document
  for (const step of path) {
    if (value === null || typeof value !== 'object') return null
    value = (value as Record<JsonStep, JsonValue>)[step] ?? null
  }
  return value
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function indexOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}
