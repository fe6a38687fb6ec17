import { classifyResponseEvent, imageCallType, type ResponseEventKind } from '../contract/stream-events.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { ItemPlace } from './image-calls.ts'
import type { JsonStep } from './json-place.ts'
import type { AnswerHead, RelayLimits } from './relay-options.ts'
import type { OutlineOverflow } from './reply-outline.ts'

/** What an event of an images stream means to the relay: a preview, a final image, the end by an error, or nothing. */
export type EventMeaning = 'partial' | 'completed' | 'error' | 'other'

/**
 * What a frame is to the reply. `partial` = brings a preview; `completed` = brings final images; `last` = the same, and ends the reply;
 * `began` = tells about the reply before its first image; `error` = ends it otherwise. These bring none: `context` belongs into an
 * outline, `increment` too while there is room, `other` does not.
 */
export type FrameMeaning = EventMeaning | 'last' | 'began' | 'context' | 'increment'

/** What the answers of one API look like. */
export interface ReplyShape {
  /** Members whose string is an image in base64, at most 32. */
  readonly imageKeys: Record<AnswerHead['kind'], readonly string[]>
  /** Where items stand whose `result` is an image if their type says so. */
  readonly itemPlaces: Record<AnswerHead['kind'], readonly ItemPlace[]>
  /** Where they differ from the defaults. */
  readonly limits: Partial<RelayLimits>
  readonly outlineOverflow: OutlineOverflow
  /** True when a stream that ends without its last frame is not whole. */
  readonly needsLast: boolean
  classifyEvent(type: string): FrameMeaning
  /** True for a final image at this path of a frame or document that brings final images; others there are passed on unread. */
  isFinal(path: readonly JsonStep[]): boolean
  /** True when a frame that brings final images is the last one, being the `count`-th. */
  isLast(meaning: FrameMeaning, count: number): boolean
  /** True for an answer that says what went wrong in place of one. */
  holdsError(document: JsonObject): boolean
  /** True for a frame's document that is worth keeping although it brought no image. */
  isTelling(document: JsonObject): boolean
  /** The response object that a document is or holds; null in answers of another kind. */
  responseIn(document: JsonObject): JsonObject | null
}

const MIB = 1024 * 1024

/** Answers of the images endpoints: `b64_json` at any depth, and a known number of completed events. */
export function imagesShape(options: {
  imageKeys: readonly string[]
  expectedImages: number
  classifyEvent(type: string): EventMeaning
}): ReplyShape {
  return {
    imageKeys: { json: options.imageKeys, sse: options.imageKeys },
    itemPlaces: { json: [], sse: [] },
    limits: {},
    outlineOverflow: 'malformed',
    needsLast: false,
    classifyEvent: (type) => options.classifyEvent(type),
    isFinal: () => true,
    isLast: (_, count) => count === options.expectedImages,
    holdsError: hasError,
    isTelling: () => true,
    responseIn: () => null,
  }
}

const meanings: Record<ResponseEventKind, FrameMeaning> = {
  began: 'began',
  partial: 'partial',
  item: 'completed',
  ended: 'last',
  increment: 'increment',
  error: 'error',
  other: 'context',
}

/**
 * Answers of the Responses API: the `result` of image calls among all that assistants say and their other tools return, each picture of a
 * stream twice. An answer that names its error among its output is one; what the flow around a paid picture says, at whatever length,
 * never breaks the answer.
 */
export const responsesShape: ReplyShape = {
  imageKeys: { json: [], sse: ['partial_image_b64'] },
  itemPlaces: { json: [['output', '*']], sse: [['item'], ['response', 'output', '*']] },
  limits: { skeletonBytes: 16 * MIB, textBytes: 2 * MIB, depth: 256, images: 256 },
  outlineOverflow: 'no_outline',
  needsLast: true,
  classifyEvent: (type) => meanings[classifyResponseEvent(type)],
  isFinal: (path) => path.at(-1) === 'result',
  isLast: (meaning) => meaning === 'last',
  holdsError: (document) => hasError(document) && !isResponse(document) && !String(document['type']).startsWith('response.'),
  isTelling: ({ item }) => isJsonObject(item) && item['type'] === imageCallType,
  responseIn: (document) => (isResponse(document) ? document : objectIn(document['response'])),
}

function hasError(document: JsonObject): boolean {
  return document['error'] !== undefined && document['error'] !== null
}

/** A response may hold an error of its own: it says how the response ended. */
function isResponse(document: JsonObject): boolean {
  return document['object'] === 'response' || Array.isArray(document['output'])
}

function objectIn(value: JsonValue | undefined): JsonObject | null {
  return isJsonObject(value) ? value : null
}
