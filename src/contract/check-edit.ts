import type { JsonObject } from '../primitives/json.ts'
import { type AcceptedRequest, acceptedOrThrown, checkRequest, type RequestCheck } from './check-request.ts'
import { type EditInputs, inputKeys, readInputReferences } from './edit-inputs.ts'
import { editRules } from './edit-rules.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { editFields } from './request-fields.ts'
import { requestRules } from './request-rules.ts'

/** What a check of an edit depends on beside the body and its pictures. */
export type EditCheckContext = RequestCheckContext

const rules = [...requestRules, ...editRules]

/**
 * Checks an edit before anything is fetched, decoded, reserved or sent: its fields, and how it names its pictures. What the pictures
 * hold is checked by `checkEditPictures` once they are there.
 * Order, as far as upstream's was observed: model, unknown keys, prompt, pictures, n, the other fields' shapes, then the model's own rules.
 * Never throws, whatever JSON the body holds.
 * @param body a JSON body as it came, data URLs replaced by `dataUrlPlaceholder`; or the typed fields of a form (`typeFormFields`).
 */
export function checkEdit(body: JsonObject, inputs: EditInputs, context: EditCheckContext): RequestCheck {
  const contract = { operation: 'edit', fields: editFields, rules, inputKeys: inputKeys[inputs.form] } as const
  return checkRequest(contract, body, readInputReferences(body, inputs), context)
}

/**
 * As `checkEdit`, for callers that only act on good requests.
 * @throws Failure the first refusal.
 */
export function acceptEdit(body: JsonObject, inputs: EditInputs, context: EditCheckContext): AcceptedRequest {
  return acceptedOrThrown(checkEdit(body, inputs, context))
}
