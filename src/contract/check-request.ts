import type { JsonObject, JsonValue } from '../primitives/json.ts'
import type { ReadReferences } from './edit-inputs.ts'
import { Failure } from './failure.ts'
import { unknownParameter } from './field-rules.ts'
import { findImageModel } from './find-image-model.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest } from './image-request.ts'
import type { ModelRow } from './model-row.ts'
import { readExtension } from './read-extension.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { type RequestField, readField, requestBounds } from './request-fields.ts'
import { checkRules, type RequestDraft, type RequestRule } from './request-rules.ts'
import { readRetouchSettings } from './retouch-settings.ts'
import { parseSize } from './size-rules.ts'

/** What a check came to: a request to act upon, or every reason to refuse it (at least one), the one the call answers first. */
export type RequestCheck =
  | { ok: true; request: ImageRequest; warnings: ContractWarning[] }
  | { ok: false; refusals: Failure[]; warnings: ContractWarning[] }

/** A request that passed, with remarks. */
export interface AcceptedRequest {
  request: ImageRequest
  warnings: ContractWarning[]
}

/** What one operation of the Image API takes. */
export interface OperationContract {
  operation: 'generate' | 'edit'
  /** In the order they are checked; the first is the prompt, after which pictures are looked at. */
  fields: readonly RequestField[]
  rules: readonly RequestRule[]
  /** Body keys that name pictures; they are read apart from the fields. */
  inputKeys: readonly string[]
}

/** More unknown keys than this are not named one by one. */
const unknownKeysNamed = 32

/** The check that all operations share. `inputs` are the pictures that came along, read beforehand because they depend on the form. */
export function checkRequest(
  contract: OperationContract,
  body: JsonObject,
  inputs: ReadReferences,
  context: RequestCheckContext,
): RequestCheck {
  const model = findImageModel('model', Object.hasOwn(body, 'model') ? body.model : undefined, context)
  const row = model instanceof Failure ? null : model
  const keys = checkKeys(contract, body, context)
  const fields = checkFields(contract, body, row, inputs)
  const refusals = [...(model instanceof Failure ? [model] : []), ...keys.refusals, ...fields.refusals]
  if (row === null) return { ok: false, refusals, warnings: [] }

  const draft = draftOf(contract, { body, row, accepted: fields.accepted, extension: keys.extension, inputs }, context)
  const rules = checkRules(contract.rules, draft, new Set(fields.refused), context)
  refusals.push(...rules.refusals)
  if (refusals.length > 0) return { ok: false, refusals, warnings: rules.warnings }
  return { ok: true, request: draft.request, warnings: rules.warnings }
}

/** @throws Failure the first refusal. */
export function acceptedOrThrown(check: RequestCheck): AcceptedRequest {
  if (!check.ok) throw check.refusals[0]
  return { request: check.request, warnings: check.warnings }
}

/** Unknown keys, then the reserved key and the headers that speak of the same; for upstream the reserved key is a key like any other. */
function checkKeys({ fields, inputKeys }: OperationContract, body: JsonObject, context: RequestCheckContext) {
  const known = new Set(['model', ...inputKeys, ...fields.map((field) => field.name)])
  if (context.as !== 'upstream') known.add('darkroom')
  const unknown = Object.keys(body).filter((key) => !known.has(key))
  const refusals = unknown.slice(0, unknownKeysNamed).map(unknownParameter)
  const ours = readExtension(body, context)
  return { refusals: [...refusals, ...ours.refusals], extension: ours.extension }
}

/** Checks each field by itself. `accepted` holds the given values that passed; nulls that mean "left out" are dropped. */
function checkFields({ fields }: OperationContract, body: JsonObject, row: ModelRow | null, inputs: ReadReferences) {
  const accepted = new Map<string, JsonValue>()
  const refused = inputs.refusals.length > 0 ? ['images'] : []
  const refusals: Failure[] = []
  for (const [index, field] of fields.entries()) {
    // Upstream looks at the pictures right after the prompt, which is the first field.
    if (index === 1) refusals.push(...inputs.refusals)
    const read = readField(field, body, row)
    if (read instanceof Failure) {
      refusals.push(read)
      refused.push(field.name)
    } else if (read !== null) {
      accepted.set(field.name, read.value)
    }
  }
  return { accepted, refused, refusals }
}

/** What has been read of a body by the time its rules are looked at. */
interface ReadBody {
  body: JsonObject
  row: ModelRow
  accepted: ReadonlyMap<string, JsonValue>
  extension: DarkroomExtension
  inputs: ReadReferences
}

/** Fills the defaults in. Every value in `accepted` has passed its field's rule, which is what the casts stand on. */
function draftOf(contract: OperationContract, read: ReadBody, context: RequestCheckContext): RequestDraft {
  const { body, row, accepted, extension, inputs } = read
  const given = <T>(name: string, otherwise: T): T => (accepted.has(name) ? (accepted.get(name) as T) : otherwise)
  const sizeText = given('size', 'auto')
  const stream = given('stream', false)
  const partialImagesAsked = given('partial_images', 0)
  const background = given<ImageRequest['background']>('background', 'auto')
  const hasMask = inputs.references.some((reference) => reference.role === 'mask')
  const request: ImageRequest = {
    operation: contract.operation,
    model: row,
    modelAsked: String(body.model),
    prompt: given('prompt', ''),
    n: given('n', 1),
    size: parseSize(sizeText) ?? 'auto',
    quality: given('quality', 'auto'),
    background,
    outputFormat: given('output_format', 'png'),
    outputCompression: given('output_compression', null),
    moderation: given('moderation', 'auto'),
    stream,
    partialImages: stream ? partialImagesAsked : 0,
    complexity: given('complexity', null),
    inputFidelity: given('input_fidelity', null),
    references: inputs.references,
    retouch: readRetouchSettings({ extension, model: row, background, hasMask }, context),
    endUser: given('safety_identifier', '') || given('user', '') || null,
    extension,
    wire: wireOf(contract, body, context),
  }
  return {
    request,
    sizeText,
    partialImagesAsked,
    given: new Set(accepted.keys()),
    frameCount: given('frame_count', requestBounds.frameCountDefault),
    frameDurationMs: given('frame_duration_ms', null),
  }
}

/** Copies own keys only, so `__proto__` stays a plain name. An edit goes on as a form, which cannot say null. */
function wireOf({ operation, inputKeys }: OperationContract, body: JsonObject, context: RequestCheckContext): JsonObject {
  const isTaken = (key: string) => inputKeys.includes(key) || (key === 'darkroom' && context.as !== 'upstream')
  const kept = Object.entries(body).filter(([key, value]) => !isTaken(key) && (operation === 'generate' || value !== null))
  return Object.fromEntries(kept)
}
