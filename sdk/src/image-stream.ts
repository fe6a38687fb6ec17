import type { ErrorObject, GenerationRecord, ImagesReply } from './api-types.ts'
import { type CallFacts, callFactsOf } from './call-facts.ts'
import { ConnectionError } from './darkroom-error.ts'
import { errorOfEvent } from './error-of-response.ts'
import type { WireCompletedEvent, WireImageEvent, WirePartialEvent } from './image-events.ts'
import { ImageResult } from './image-result.ts'
import { ResultImage } from './result-image.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

/** What a streamed call tells: previews, then each finished picture. */
export type ImageStreamEvent =
  | { type: 'partial'; index: number; image: ResultImage; wire: WirePartialEvent }
  | { type: 'completed'; index: number; image: ResultImage; usage: ImagesReply['usage']; wire: WireCompletedEvent }

/** A call with the key it is sent with. */
export type KeyedCall = WireCall & { idempotencyKey: string }

/**
 * A streamed call, begun when it is first read: `for await (const event of stream)`, or `await stream.result()`. A connection that breaks is taken up again under the same
 * key, without paying again; previews that were missed do not come again. Leaving the loop leaves the call: it goes on at the gateway.
 */
export class ImageStream implements AsyncIterable<ImageStreamEvent> {
  readonly idempotencyKey: string
  readonly #events: (opened: (facts: CallFacts) => void) => AsyncGenerator<ImageStreamEvent, void, undefined>
  readonly #readRecord: (generationId: string) => Promise<GenerationRecord>
  #facts: CallFacts | null = null
  #isRead = false

  constructor(
    open: () => Promise<KeyedCall>,
    context: {
      transport: Transport
      options: CallOptions
      idempotencyKey: string
      readRecord: (generationId: string) => Promise<GenerationRecord>
    },
  ) {
    this.idempotencyKey = context.idempotencyKey
    this.#events = (opened) => readImageEvents(context.transport, open, context.options, opened)
    this.#readRecord = context.readRecord
  }

  /** Id, route and key of the call; null until the gateway has answered. */
  get facts(): CallFacts | null {
    return this.#facts
  }

  [Symbol.asyncIterator](): AsyncGenerator<ImageStreamEvent, void, undefined> {
    if (this.#isRead) throw new TypeError('a stream is read once')
    this.#isRead = true
    return this.#events((facts) => {
      this.#facts = facts
    })
  }

  /** Reads the stream to its end. */
  async result(): Promise<ImageResult> {
    const finished: WireCompletedEvent[] = []
    for await (const event of this) if (event.type === 'completed') finished.push(event.wire)
    return new ImageResult(replyOf(finished), this.#facts!, this.#readRecord)
  }
}

/** What the events of a stream are read with. */
export interface WireContext {
  baseUrl: string
  idempotencyKey: string
  silenceMs: number
}

/** The same of a call. */
export function contextOf({ baseUrl, settings }: Transport, idempotencyKey: string): WireContext {
  return { baseUrl, idempotencyKey, silenceMs: settings.silenceMs }
}

/** Reads an answer of either form: JSON, or the events of a streamed call. */
export async function readImagesReply(response: Response, context: WireContext): Promise<ImagesReply> {
  if (!isEventStream(response)) return (await response.json()) as ImagesReply
  const finished: WireCompletedEvent[] = []
  for await (const event of readWireEvents(response, context)) if (isCompleted(event)) finished.push(event)
  return replyOf(finished)
}

async function* readImageEvents(
  transport: Transport,
  open: () => Promise<KeyedCall>,
  options: CallOptions,
  opened: (facts: CallFacts) => void,
): AsyncGenerator<ImageStreamEvent, void, undefined> {
  const call = await open()
  const patience = transport.patience(options)
  const attempts = transport.attempts(options, call.repeatable, patience)
  let told = 0
  for (;;) {
    try {
      const response = await transport.open(call, options, patience)
      opened(callFactsOf(response.headers, call.idempotencyKey))
      let finished = 0
      for await (const wire of readWireEvents(response, contextOf(transport, call.idempotencyKey))) {
        if (isCompleted(wire)) finished += 1
        // A stream that was taken up again begins with the pictures that were told before.
        if (isCompleted(wire) && finished <= told) continue
        if (isCompleted(wire)) told = finished
        yield eventOf(wire, finished - 1)
      }
      if (finished > 0) return
      throw new TypeError('the stream ended before its picture')
    } catch (error) {
      await attempts.next(transport.errorOf(error, call, patience))
    }
  }
}

/** @throws the DarkroomError of an error event. */
async function* readWireEvents(response: Response, context: WireContext): AsyncGenerator<WireImageEvent, void, undefined> {
  if (response.body === null) return
  for await (const { data } of readServerSentEvents(response.body, context.silenceMs)) {
    if (data === '[DONE]') return
    const event = JSON.parse(data) as WireImageEvent & { error?: ErrorObject }
    if (event.error) throw errorOfEvent(event.error, context)
    if (isPartial(event) || isCompleted(event)) yield event
  }
}

function eventOf(wire: WireImageEvent, index: number): ImageStreamEvent {
  const image = new ResultImage(wire.b64_json)
  if (isCompleted(wire)) return { type: 'completed', index, image, usage: wire.usage, wire }
  return { type: 'partial', index: wire.partial_image_index, image, wire }
}

function replyOf(finished: readonly WireCompletedEvent[]): ImagesReply {
  const last = finished.at(-1)
  if (last === undefined)
    throw new ConnectionError({ message: 'The answer holds no picture.', status: null, outcome: 'unknown', nextAction: 'human' })
  const { created_at, size, quality, background, output_format, usage } = last
  return {
    created: created_at,
    data: finished.map(({ b64_json }) => ({ b64_json })),
    size,
    quality,
    background: background as NonNullable<ImagesReply['background']>,
    output_format,
    ...(usage === undefined ? {} : { usage }),
  }
}

const isEventStream = (response: Response) => (response.headers.get('content-type') ?? '').startsWith('text/event-stream')
const isCompleted = (event: WireImageEvent): event is WireCompletedEvent => event.type.endsWith('.completed')
const isPartial = (event: WireImageEvent): event is WirePartialEvent => event.type.endsWith('.partial_image')
