import type { Principal } from '../../access/index.ts'
import { nothingAsked } from '../../contract/darkroom-headers.ts'
import type { Operation } from '../../contract/image-request.ts'
import type { NewRolloutBody } from '../../contract/record.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GenerationAsk } from '../accept-generation.ts'
import type { NamedReceiver } from '../jobs/job-receiver.ts'

/** A walk as it is asked for. */
export interface RolloutOrder {
  principal: Principal
  requestId: string
  baseUrl: string
  body: NewRolloutBody
  /** Who is told of the job; null = the receiver that is built in. */
  receiver: NamedReceiver | null
}

/** Every model has it, and it is the cheapest that all have. */
export const DRAFT = { size: '1024x1024', quality: 'low', output_format: 'png' } as const

/** What is asked for where the product has no words of its own: nobody's face, nobody's brand, no text. */
const usualPrompts = {
  draft: 'A plain red ceramic mug on a wooden table in soft morning light, seen from the front',
  edit: 'Change only the background in the upper right corner: a small round window. Keep everything else exactly as it is',
  final: 'A plain red ceramic mug on a wooden table in soft morning light, seen from the front, with room on the right',
} as const

/** Words of a step. */
export const promptOf = ({ body }: RolloutOrder, which: keyof typeof usualPrompts) => body.prompts?.[which] ?? usualPrompts[which]

/** What a call of a walk may differ in. */
export interface CallChange {
  operation?: Operation
  review?: 'required'
  timeoutMs?: number
}

/** A call of a walk: an ordinary one, on the one route, under a tag of its own. */
export function callOf(
  { principal, requestId, body: { route } }: RolloutOrder,
  body: JsonObject,
  { operation = 'generate', review, timeoutMs }: CallChange = {},
): GenerationAsk {
  const headers = { ...nothingAsked(), route, projectTag: 'rollout', review: review ?? null, timeoutMs: timeoutMs ?? null }
  return { operation, body, brought: null, headers, principal, requestId, clientRequestId: null }
}

/** The picture of step one. */
export const draftBody = (order: RolloutOrder, model: string): JsonObject => ({ model, prompt: promptOf(order, 'draft'), ...DRAFT })

/** The picture of steps three and five, as the product is going to ask. */
export function finalBody(order: RolloutOrder, model: string): JsonObject {
  const { output_compression: compression, ...final } = order.body.final
  return { model, prompt: promptOf(order, 'final'), ...final, ...(compression === undefined ? {} : { output_compression: compression }) }
}
