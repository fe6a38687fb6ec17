import type { JsonObject } from '../primitives/json.ts'
import { type AcceptedRequest, acceptedOrThrown, checkRequest, type OperationContract, type RequestCheck } from './check-request.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { generationFields } from './request-fields.ts'
import { requestRules } from './request-rules.ts'

/** What a check of a generation depends on beside the body. */
export type GenerationCheckContext = RequestCheckContext

const generation: OperationContract = { operation: 'generate', fields: generationFields, rules: requestRules, inputKeys: [] }
const noPictures = { references: [], refusals: [] }

/**
 * Checks the body of an image generation against the contract before anything is sent or reserved.
 * Order, as far as upstream's was observed: model, unknown keys, prompt, n, the other fields' shapes, then the model's own rules.
 * Never throws, whatever JSON the body holds.
 */
export function checkGeneration(body: JsonObject, context: GenerationCheckContext): RequestCheck {
  return checkRequest(generation, body, noPictures, context)
}

/**
 * As `checkGeneration`, for callers that only act on good requests.
 * @throws Failure the first refusal.
 */
export function acceptGeneration(body: JsonObject, context: GenerationCheckContext): AcceptedRequest {
  return acceptedOrThrown(checkGeneration(body, context))
}
