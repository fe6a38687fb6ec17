import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { checkDarkroomExtension } from './darkroom-extension.ts'
import { Failure, failure } from './failure.ts'
import { missing, quote, unknownParameter, wrongType } from './field-rules.ts'
import type { GenerationCheckContext } from './generation-check-context.ts'
import { generationBounds, generationFields } from './generation-fields.ts'
import { type GenerationDraft, generationRules } from './generation-rules.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest } from './image-request.ts'
import type { ModelRow } from './model-row.ts'
import { parseSize } from './size-rules.ts'

export type { GenerationCheckContext, RouteCapabilities } from './generation-check-context.ts'

/** What a check came to: a request to act upon, or every reason to refuse it (at least one), the one the call answers first. */
export type GenerationCheck =
  | { ok: true; request: ImageRequest; warnings: ContractWarning[] }
  | { ok: false; refusals: Failure[]; warnings: ContractWarning[] }

/** A request that passed, with remarks. */
export interface AcceptedGeneration {
  request: ImageRequest
  warnings: ContractWarning[]
}

/** More unknown keys than this are not named one by one. */
const unknownKeysNamed = 32

/**
 * Checks the body of an image generation against the contract before anything is sent or reserved.
 * Order, as far as upstream's was observed: model, unknown keys, prompt, n, the other fields' shapes, then the model's own rules.
 * Never throws, whatever JSON the body holds.
 */
export function checkGeneration(body: JsonObject, context: GenerationCheckContext): GenerationCheck {
  const model = checkModel(body, context)
  const row = model instanceof Failure ? null : model
  const unknown = checkKeys(body, context)
  const fields = checkFields(body, row)
  const refusals = [...(model instanceof Failure ? [model] : []), ...unknown, ...fields.refusals]
  if (row === null) return { ok: false, refusals, warnings: [] }

  const draft = draftOf(body, row, fields.accepted, context)
  const rules = checkRules(draft, new Set(fields.refused), context)
  refusals.push(...rules.refusals)
  if (refusals.length > 0) return { ok: false, refusals, warnings: rules.warnings }
  return { ok: true, request: draft.request, warnings: rules.warnings }
}

/**
 * As `checkGeneration`, for callers that only act on good requests.
 * @throws Failure the first refusal.
 */
export function acceptGeneration(body: JsonObject, context: GenerationCheckContext): AcceptedGeneration {
  const check = checkGeneration(body, context)
  if (!check.ok) throw check.refusals[0]
  return { request: check.request, warnings: check.warnings }
}

function checkModel(body: JsonObject, context: GenerationCheckContext): ModelRow | Failure {
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

const knownKeys: ReadonlySet<string> = new Set(['model', ...generationFields.map((field) => field.name)])

function checkKeys(body: JsonObject, context: GenerationCheckContext): Failure[] {
  const keys = Object.keys(body)
  const isOurs = (key: string) => key === 'darkroom' && context.as !== 'upstream'
  const unknown = keys.filter((key) => !knownKeys.has(key) && !isOurs(key))
  const refusals = unknown.slice(0, unknownKeysNamed).map(unknownParameter)
  const extension = keys.find(isOurs)
  return extension === undefined ? refusals : [...refusals, ...checkDarkroomExtension(body[extension] as JsonValue)]
}

/** Checks each field by itself. `accepted` holds the given values that passed; nulls that mean "left out" are dropped. */
function checkFields(body: JsonObject, row: ModelRow | null) {
  const accepted = new Map<string, JsonValue>()
  const refused: string[] = []
  const refusals: Failure[] = []
  for (const { name, required, nullIsOmitted, check } of generationFields) {
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

function checkRules(draft: GenerationDraft, refused: ReadonlySet<string>, context: GenerationCheckContext) {
  const refusals: Failure[] = []
  const warnings: ContractWarning[] = []
  for (const { fields, check } of generationRules) {
    if (fields.some((name) => refused.has(name))) continue
    const finding = check(draft, context)
    if (finding instanceof Failure) refusals.push(finding)
    else if (finding) warnings.push(finding)
  }
  return { refusals, warnings }
}

/** Fills the defaults in. Every value in `accepted` has passed its field's rule, which is what the casts stand on. */
function draftOf(
  body: JsonObject,
  row: ModelRow,
  accepted: ReadonlyMap<string, JsonValue>,
  context: GenerationCheckContext,
): GenerationDraft {
  const given = <T>(name: string, otherwise: T): T => (accepted.has(name) ? (accepted.get(name) as T) : otherwise)
  const sizeText = given('size', 'auto')
  const { extension, wire } = splitExtension(body, context)
  const stream = given('stream', false)
  const partialImagesAsked = given('partial_images', 0)
  const request: ImageRequest = {
    operation: 'generate',
    model: row,
    modelAsked: String(body.model),
    prompt: given('prompt', ''),
    n: given('n', 1),
    size: parseSize(sizeText) ?? 'auto',
    quality: given('quality', 'auto'),
    background: given('background', 'auto'),
    outputFormat: given('output_format', 'png'),
    outputCompression: given('output_compression', null),
    moderation: given('moderation', 'auto'),
    stream,
    partialImages: stream ? partialImagesAsked : 0,
    complexity: given('complexity', null),
    endUser: given('safety_identifier', '') || given('user', '') || null,
    extension,
    wire,
  }
  return {
    request,
    sizeText,
    partialImagesAsked,
    given: new Set(accepted.keys()),
    frameCount: given('frame_count', generationBounds.frameCountDefault),
    frameDurationMs: given('frame_duration_ms', null),
  }
}

/** Takes the reserved key off; for upstream it is a key like any other. Copies own keys only, so `__proto__` stays a plain name. */
function splitExtension(body: JsonObject, context: GenerationCheckContext): { extension: DarkroomExtension; wire: JsonObject } {
  if (context.as === 'upstream') return { extension: {}, wire: body }
  const { darkroom, ...wire } = body
  return { extension: isJsonObject(darkroom) ? darkroom : {}, wire }
}
