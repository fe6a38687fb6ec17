import type { JsonObject, JsonValue } from '../../primitives/json.ts'
import type { MarkedPictures } from '../answers/marked-pictures.ts'
import { addressOf, picturePart } from '../answers/picture-part.ts'
import { moderationRefusal } from '../refusal.ts'
import type { PlannedPicture, ResponsePlan } from './response-plan.ts'
import type { ResponseProgress } from './response-shelf.ts'

/** The output of a response as far as it is there: nothing before it ended, and nothing when it failed. */
export function outputItems(plan: ResponsePlan, progress: ResponseProgress, marked: MarkedPictures): JsonObject[] {
  if (progress.status !== 'completed' && progress.status !== 'incomplete') return []
  return [
    ...(plan.reasoningId === null ? [] : [reasoningItem(plan.reasoningId)]),
    ...plan.pictures.map((picture, index) => imageItem(plan, picture, progress.painted[index] ?? null, marked)),
    messageItem(plan),
  ]
}

/** The main model's thoughts, of which nothing is shown. */
export function reasoningItem(id: string): JsonObject {
  return { id, type: 'reasoning', summary: [] }
}

/** A finished call of the image tool; one that was refused has an error in place of its picture. */
export function imageItem(plan: ResponsePlan, picture: PlannedPicture, bytes: Buffer | null, marked: MarkedPictures): JsonObject {
  const { itemId: id, action, revisedPrompt, run, isRefused } = picture
  const common = { id, type: 'image_generation_call', action }
  if (isRefused) return { ...common, status: 'failed', result: null, revised_prompt: revisedPrompt, error: safetyError(plan.id) }
  const { background, outputFormat, quality, size } = run.reported
  return {
    ...common,
    status: run.script.staysGenerating ? 'generating' : 'completed',
    background,
    output_format: outputFormat,
    quality,
    result: resultOf(picture, bytes, marked),
    revised_prompt: revisedPrompt,
    size,
  }
}

function resultOf({ run }: PlannedPicture, bytes: Buffer | null, marked: MarkedPictures): string | null {
  if (run.script.url) return addressOf(run, 0)
  return bytes === null || run.script.noData ? null : marked.mark(picturePart(bytes, run))
}

function safetyError(requestId: string): JsonObject {
  return { ...moderationRefusal('output', requestId).body } as JsonObject
}

/** The text part of the message. */
export function textPart(text: string): JsonObject {
  return { type: 'output_text', annotations: [], logprobs: [], text }
}

/** The main model's sentence; half of it when the response ends early. */
export function messageItem(plan: ResponsePlan): JsonObject {
  const status = plan.script.incomplete ? 'incomplete' : 'completed'
  return { id: plan.messageId, type: 'message', status, content: [textPart(saidWords(plan))] as JsonValue, role: 'assistant' }
}

/** What of the sentence is said. */
export function saidWords({ sentence, script }: ResponsePlan): string {
  return script.incomplete ? sentence.slice(0, Math.ceil(sentence.length / 2)) : sentence
}
