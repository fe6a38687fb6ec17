import { imageCallType } from '../../contract/stream-events.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { RelayResult } from '../../relay/index.ts'

/** A call of the image tool, as its item says. `result` is null in it. */
export interface ImageItem {
  id: string
  /** Place among the image calls, from 0. */
  idx: number
  item: JsonObject
  /** Place of its picture in `RelayResult.images`; null when none came. */
  image: number | null
}

/** The image calls that a response lists, in order. A picture whose item nobody named stands under its own number. */
export function imageItems({ response, images }: Pick<RelayResult, 'response' | 'images'>): ImageItem[] {
  const listed = Array.isArray(response?.['output']) ? response['output'] : []
  const items = listed.filter(isJsonObject).filter((item) => item['type'] === imageCallType)
  return items.map((item, idx) => {
    const id = typeof item['id'] === 'string' && item['id'] !== '' ? item['id'] : `unnamed-${idx}`
    const image = images.findIndex(({ origin }) => origin?.itemId === item['id'])
    return { id, idx, item, image: image < 0 ? null : image }
  })
}

/** Text of an item's member; null for anything else. */
export function textOf(item: JsonObject, name: string): string | null {
  const value = item[name]
  return typeof value === 'string' ? value : null
}
