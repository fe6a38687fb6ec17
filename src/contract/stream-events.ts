/** Event names of a streamed image call; `type` inside the data says the same as the event's name (openai 7.55.0 types). */
export const streamEvents = {
  generate: { partial: 'image_generation.partial_image', completed: 'image_generation.completed' },
  edit: { partial: 'image_edit.partial_image', completed: 'image_edit.completed' },
} as const

/** Name of the event that ends a stream with a failure. */
export const streamErrorEvent = 'error'

/** Data of the frame that some streams end with; accepted, never required. */
export const streamDone = '[DONE]'

/** What an event means for a call: a preview, a finished image, a failure, or nothing that counts. */
export type StreamEventKind = 'partial' | 'completed' | 'error' | 'other'

const kinds: ReadonlyMap<string, StreamEventKind> = new Map([
  [streamEvents.generate.partial, 'partial'],
  [streamEvents.edit.partial, 'partial'],
  [streamEvents.generate.completed, 'completed'],
  [streamEvents.edit.completed, 'completed'],
  [streamErrorEvent, 'error'],
])

/**
 * Sorts an event by its name or its data's `type`.
 * A data object that holds an `error` member is a failure too, whatever it is called; only who reads the data can see that.
 */
export function classifyStreamEvent(type: string): StreamEventKind {
  return kinds.get(type) ?? 'other'
}

/** `type` of an output item of the Responses API that is a call of its image tool; the picture stands in its `result`. */
export const imageCallType = 'image_generation_call'

/** Name of the event that brings a preview of a picture drawn by the image tool, in its `partial_image_b64`. */
export const responsePartialEvent = 'response.image_generation_call.partial_image'

/**
 * What an event of a streamed response is for: `began` = holds the response as it was created, its id above all; `partial` = a preview;
 * `item` = an output item in full, a picture among them; `ended` = the response in full, whatever it came to; `increment` = a piece of
 * what a later event says in full; `error` = the stream failed; `other` = all else, today's and tomorrow's.
 */
export type ResponseEventKind = 'began' | 'partial' | 'item' | 'ended' | 'increment' | 'error' | 'other'

const responseKinds: ReadonlyMap<string, ResponseEventKind> = new Map([
  ['response.created', 'began'],
  ['response.queued', 'began'],
  ['response.in_progress', 'began'],
  [responsePartialEvent, 'partial'],
  ['response.output_item.done', 'item'],
  ['response.completed', 'ended'],
  ['response.failed', 'ended'],
  ['response.incomplete', 'ended'],
  [streamErrorEvent, 'error'],
])

/** Sorts an event of a streamed response by its name or its data's `type` (openai 7.55.0 types). */
export function classifyResponseEvent(type: string): ResponseEventKind {
  return responseKinds.get(type) ?? (type.startsWith('response.') && type.endsWith('.delta') ? 'increment' : 'other')
}
