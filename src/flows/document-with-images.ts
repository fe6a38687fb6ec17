import type { JsonObject } from '../primitives/json.ts'
import type { OutlinePart } from '../relay/index.ts'

/** Stands in a document where an image's base64 belongs: a character that JSON escapes, so that it comes from nowhere else. */
export const imagePlace = '\u0000'

const placeInJson = JSON.stringify(imagePlace).slice(1, -1)

/**
 * Cuts a document's text at its image places, so that no image is ever held as text.
 * @param frame number of the first image, and what stands around the text, e.g. of an event
 */
export function documentParts(document: JsonObject, frame: { first?: number; before?: string; after?: string } = {}): OutlinePart[] {
  const { first = 0, before = '', after = '' } = frame
  const text = before + JSON.stringify(document) + after
  return text.split(placeInJson).flatMap((literal, place): OutlinePart[] => {
    const part = { literal: Buffer.from(literal) }
    return place === 0 ? [part] : [{ image: first + place - 1 }, part]
  })
}
