import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { checkDarkroomExtension } from './darkroom-extension.ts'
import type { ReadReferences } from './edit-inputs.ts'
import { Failure, failure } from './failure.ts'
import { missing, quote, unknownParameter, wrongType } from './field-rules.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest } from './image-request.ts'
import type { ModelRow } from './model-row.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { type RequestField, requestBounds } from './request-fields.ts'
import type { RequestDraft, RequestRule } from './request-rules.ts'
import { headerConflicts, readRetouchSettings } from './retouch-settings.ts'
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
  const model = checkModel(body, context)
  const row = model instanceof Failure ? null : model
  const keys = checkKeys(contract, body, context)
  const fields = checkFields(contract, body, row, inputs)
  const refusals = [...(model instanceof Failure ? [model] : []), ...keys.refusals, ...fields.refusals]
  if (row === null) return { ok: false, refusals, warnings: [] }

  const draft = draftOf(contract, { body, row, accepted: fields.accepted, extension: keys.extension, inputs }, context)
  const rules = checkRules(contract, draft, new Set(fields.refused), context)
  refusals.push(...rules.refusals)
  if (refusals.length > 0) return { ok: false, refusals, warnings: rules.warnings }
  return { ok: true, request: draft.request, warnings: rules.warnings }
}

/** @throws Failure the first refusal. */
export function acceptedOrThrown(check: RequestCheck): AcceptedRequest {
  if (!check.ok) throw check.refusals[0]
  return { request: check.request, warnings: check.warnings }
}

function checkModel(body: JsonObject, context: RequestCheckContext): ModelRow | Failure {
  const asked = Object.hasOwn(body, 'model') ? body.model : undefined
  if (asked === undefined) return missing('model')
  if (typeof asked !== 'string') return wrongType('model', 'a string', asked)
  const found = context.catalogue.find(asked, context.atMs)
  if (found && !found.retired) return found.row
  if (!found || context.as === 'upstream') {
    return failure('model_not_found', { param: 'model', message: `The model ${quote(asked)} does not exist.` })
  }
  return retiredModel(asked, found.row)
}

function retiredModel(asked: string, row: ModelRow): Failure {
  const since = row.until === null ? '' : ` on ${row.until}`
  const next = row.successor === null ? 'GET /v1/models lists the ids that are served.' : `Use '${row.successor}' instead.`
  return failure('model_retired', {
    param: 'model',
    message: `The model ${quote(asked)} was shut down${since}. Nothing was charged. ${next}`,
  })
}

/** Unknown keys, then the reserved key and the headers that speak of the same; for upstream the reserved key is a key like any other. */
function checkKeys({ fields, inputKeys }: OperationContract, body: JsonObject, context: RequestCheckContext) {
  const known = new Set(['model', ...inputKeys, ...fields.map((field) => field.name)])
  if (context.as !== 'upstream') known.add('darkroom')
  const unknown = Object.keys(body).filter((key) => !known.has(key))
  const refusals = unknown.slice(0, unknownKeysNamed).map(unknownParameter)
  const ours = context.as !== 'upstream' && Object.hasOwn(body, 'darkroom') ? body.darkroom : undefined
  const faults = ours === undefined ? [] : checkDarkroomExtension(ours)
  const extension: DarkroomExtension = faults.length === 0 && isJsonObject(ours) ? ours : {}
  const conflicts = context.as !== 'upstream' && context.headers ? headerConflicts(extension, context.headers) : []
  return { refusals: [...refusals, ...faults, ...conflicts], extension }
}

/** Checks each field by itself. `accepted` holds the given values that passed; nulls that mean "left out" are dropped. */
function checkFields({ fields }: OperationContract, body: JsonObject, row: ModelRow | null, inputs: ReadReferences) {
  const accepted = new Map<string, JsonValue>()
  const refused = inputs.refusals.length > 0 ? ['images'] : []
  const refusals: Failure[] = []
  for (const [index, { name, required, nullIsOmitted, check }] of fields.entries()) {
    // Upstream looks at the pictures right after the prompt, which is the first field.
    if (index === 1) refusals.push(...inputs.refusals)
    const value = Object.hasOwn(body, name) ? body[name] : undefined
    if (value === undefined && !required) continue
    if (value === null && nullIsOmitted) continue
    const fault = value === undefined ? missing(name) : check(name, value, row)
    if (fault) {
      refusals.push(fault)
      refused.push(name)
    } else {
      accepted.set(name, value as JsonValue)
    }
  }
  return { accepted, refused, refusals }
}

function checkRules({ rules }: OperationContract, draft: RequestDraft, refused: ReadonlySet<string>, context: RequestCheckContext) {
  const refusals: Failure[] = []
  const warnings: ContractWarning[] = []
  for (const { fields, check } of rules) {
    if (fields.some((name) => refused.has(name))) continue
    const finding = check(draft, context)
    if (finding instanceof Failure) refusals.push(finding)
    else if (finding) warnings.push(finding)
  }
  return { refusals, warnings }
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
