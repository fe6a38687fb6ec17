import { dataUrlPlaceholder } from '../contract/image-url.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import { shownPicture } from './shown-picture.ts'

/** A body in which pictures of earlier turns stand as bytes. */
export interface ReplacedImageCalls {
  body: JsonObject
  /** Where the data URL of each picture goes (`input[2].content[1].image_url`), in the order asked; the body holds a placeholder there. */
  places: string[]
}

/**
 * Puts messages that show the picture in the place of items that name an image call, for an upstream that cannot know the id. No other item
 * moves. @param items places of such items, `input[2]` (`ImageCallReference.param`)
 * @throws TypeError when a place is none of an item of the input: the caller's mistake.
 */
export function replaceImageCalls(body: JsonObject, items: readonly string[]): ReplacedImageCalls {
  const input = Array.isArray(body['input']) ? [...body['input']] : []
  const places = items.map((place) => {
    const index = Number(/^input\[(\d+)\]$/.exec(place)?.[1] ?? Number.NaN)
    const item = input[index]
    if (!isJsonObject(item)) throw new TypeError(`there is no item at ${place}`)
    input[index] = shownPicture(String(item['id']), null, { type: 'input_image', detail: 'auto', image_url: dataUrlPlaceholder })
    return `${place}.content[1].image_url`
  })
  return { body: items.length === 0 ? body : { ...body, input }, places }
}
