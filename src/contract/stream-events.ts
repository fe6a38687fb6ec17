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
