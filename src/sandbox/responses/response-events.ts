import type { JsonObject } from '../../primitives/json.ts'
import { MarkedPictures } from '../answers/marked-pictures.ts'
import { maybeBroken, picturePart } from '../answers/picture-part.ts'
import { lineEnd } from '../answers/stream-answer.ts'
import type { FaultScript } from '../faults/fault-script.ts'
import { scriptedRefusal } from '../refusal.ts'
import type { Frame } from '../wire/send-answer.ts'
import { imageItem, messageItem, reasoningItem, saidWords, textPart } from './response-items.ts'
import { responseObject } from './response-object.ts'
import type { PlannedPicture, ResponsePlan } from './response-plan.ts'
import type { ResponseProgress } from './response-shelf.ts'

/** What the stream waits for. */
export interface ResponseWork {
  /** Resolves when the model begins. */
  begun(): Promise<void>
  /** A preview of picture `index`, of a stage from 0 to below 1. */
  preview(index: number, stage: number): Promise<Buffer>
  picture(index: number): Promise<Buffer>
  /** Resolves when the response is over and its progress says how. */
  ended(): Promise<void>
}

/**
 * The events of a streamed response, each as one frame, in the order of a live capture: the response, its reasoning, each picture with its
 * previews, the message, the response in full.
 */
export async function* responseEvents(plan: ResponsePlan, progress: ResponseProgress, work: ResponseWork): AsyncGenerator<Frame> {
  const { script, request } = plan
  const events = new EventWriter(script)
  yield events.about('response.created', plan, { ...progress, status: request.background ? 'queued' : 'in_progress' })
  if (request.background) {
    yield events.about('response.queued', plan, { ...progress, status: 'queued' })
    await work.begun()
  }
  yield events.about('response.in_progress', plan, { ...progress, status: 'in_progress' })
  if (script.failResponse === undefined && progress.status !== 'cancelled') {
    const broke = yield* outputEvents(plan, work, events)
    if (broke) return yield events.error()
  }
  await work.ended()
  yield events.about(lastEvent(progress), plan, progress)
  if (script.doneMarker) yield [`data: [DONE]${lineEnd(script.crlf).repeat(2)}`]
}

/** No event tells of a cancelled response; it ends like one that failed. */
function lastEvent({ status }: ResponseProgress): string {
  return status === 'completed' || status === 'incomplete' ? `response.${status}` : 'response.failed'
}

/** @returns whether a script breaks the stream off here with an error. */
async function* outputEvents(plan: ResponsePlan, work: ResponseWork, events: EventWriter): AsyncGenerator<Frame, boolean> {
  const { script } = plan
  let place = 0
  if (plan.reasoningId !== null) {
    yield* reasoningEvents(plan.reasoningId, place, events)
    place += 1
  }
  for (const index of plan.pictures.keys()) {
    if (script.comments) yield [`: keep-alive${lineEnd(script.crlf).repeat(2)}`]
    yield* pictureEvents({ plan, index, place }, work, events)
    if (script.errorAfterPartial || script.errorAfterCompleted) return true
    place += 1
  }
  if (script.errorAfterPartial) return true
  yield* messageEvents(plan, place, events)
  return script.errorAfterCompleted === true
}

function* reasoningEvents(id: string, place: number, events: EventWriter): Generator<Frame> {
  const item = reasoningItem(id)
  yield events.event('response.output_item.added', { output_index: place, item })
  yield events.event('response.output_item.done', { output_index: place, item })
}

async function* pictureEvents(
  { plan, index, place }: { plan: ResponsePlan; index: number; place: number },
  work: ResponseWork,
  events: EventWriter,
): AsyncGenerator<Frame> {
  const { script } = plan
  const picture = plan.pictures[index]!
  const where = { item_id: picture.itemId, output_index: place }
  const begun = { id: picture.itemId, type: 'image_generation_call', status: 'in_progress' }
  yield events.event('response.output_item.added', { output_index: place, item: begun })
  yield events.event('response.image_generation_call.in_progress', where)
  yield events.event('response.image_generation_call.generating', where)
  if (!picture.isRefused) {
    const previews = script.errorAfterPartial ? Math.min(1, picture.run.previewsEach) : picture.run.previewsEach
    for (let preview = 0; preview < previews; preview += 1) {
      const bytes = await work.preview(index, (preview + 1) / (picture.run.previewsEach + 1))
      yield events.preview(picture, where, preview, bytes)
    }
    if (script.errorAfterPartial) return
  }
  const bytes = picture.isRefused ? null : await work.picture(index)
  if (bytes) yield events.event('response.image_generation_call.completed', where)
  yield events.withPictures('response.output_item.done', (marked) => ({
    output_index: place,
    item: imageItem(plan, picture, bytes, marked),
  }))
}

function* messageEvents(plan: ResponsePlan, place: number, events: EventWriter): Generator<Frame> {
  const text = saidWords(plan)
  const where = { item_id: plan.messageId, output_index: place, content_index: 0 }
  const begun = { ...messageItem(plan), status: 'in_progress', content: [] }
  yield events.event('response.output_item.added', { output_index: place, item: begun })
  yield events.event('response.content_part.added', { ...where, part: textPart('') })
  if (plan.script.deltas) {
    for (const delta of text.split(/(?<= )/)) yield events.event('response.output_text.delta', { ...where, delta, logprobs: [] })
  }
  yield events.event('response.output_text.done', { ...where, text, logprobs: [] })
  yield events.event('response.content_part.done', { ...where, part: textPart(text) })
  yield events.event('response.output_item.done', { output_index: place, item: messageItem(plan) })
}

/** Writes events as frames and numbers them from 0 without a gap. */
class EventWriter {
  readonly #script: FaultScript
  #sequence = 0

  constructor(script: FaultScript) {
    this.#script = script
  }

  event(type: string, members: JsonObject): Frame {
    return this.withPictures(type, () => members)
  }

  /** An event whose members hold pictures, as marks. */
  withPictures(type: string, members: (marked: MarkedPictures) => JsonObject): Frame {
    const marked = new MarkedPictures()
    const text = JSON.stringify({ type, sequence_number: this.#sequence, ...members(marked) })
    const end = lineEnd(this.#script.crlf)
    this.#sequence += 1
    return [`event: ${type}${end}data: `, ...marked.fill(maybeBroken(text, this.#script)), `${end}${end}`]
  }

  /** An event that tells of the response as a whole. */
  about(type: string, plan: ResponsePlan, progress: ResponseProgress): Frame {
    return this.withPictures(type, (marked) => ({ response: responseObject(plan, progress, marked) }))
  }

  preview({ run }: PlannedPicture, where: JsonObject, index: number, bytes: Buffer): Frame {
    const { size, quality, background, outputFormat: output_format } = run.reported
    return this.withPictures('response.image_generation_call.partial_image', (marked) => ({
      ...where,
      partial_image_index: index,
      partial_image_b64: marked.mark(picturePart(bytes, run)),
      ...{ size, quality, background, output_format },
    }))
  }

  /** A stream that was answered 200 can only fail in an event. */
  error(): Frame {
    const { code, message } = scriptedRefusal(500, 'server_error').body
    return this.event('error', { code, message, param: null })
  }
}
