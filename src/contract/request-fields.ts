import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { Failure } from './failure.ts'
import {
  anyObject,
  anyText,
  missing,
  oneOf,
  text,
  trueOrFalse,
  unknownParameter,
  type ValueCheck,
  wholeNumber,
  wrongType,
} from './field-rules.ts'
import type { ModelRow, Quality } from './model-row.ts'

/** Bounds of the fields of generations and edits, for documents and forms as well as for the check. */
export const requestBounds = {
  promptCharactersMax: 32_000,
  nMax: 10,
  outputCompressionMax: 100,
  partialImagesMax: 3,
  /** Ours: OpenAI names no bound for `user` and `safety_identifier` on the Image API. */
  endUserCharactersMax: 512,
  frameCountMin: 2,
  frameCountMax: 16,
  frameCountDefault: 9,
  /** Longer ones are cut to this by upstream, not refused. */
  frameDurationCapMs: 655_350,
} as const

const allTiers: readonly Quality[] = ['low', 'medium', 'high', 'xhigh', 'max']
const tiersBefore25: readonly Quality[] = ['low', 'medium', 'high']

/** The shape rule of one field: what its value may be whatever the other fields say. */
export interface RequestField {
  name: string
  /** What a form's text stands for. */
  kind: 'text' | 'integer' | 'boolean' | 'object'
  required: boolean
  /** JSON null means "left out"; where false, null is a wrong type. */
  nullIsOmitted: boolean
  /** The one operation that has the field; absent: both. */
  only?: 'generate' | 'edit'
  /** @param row the model asked for; null while it is not known. */
  check: (param: string, value: JsonValue, row: ModelRow | null) => Failure | null
}

function optional(name: string, kind: RequestField['kind'], check: RequestField['check'], only?: RequestField['only']): RequestField {
  return { name, kind, required: false, nullIsOmitted: true, check, ...(only && { only }) }
}

/**
 * Fields of image calls beside `model` and the pictures, in the order they are checked; the pictures of an edit are looked at after
 * the prompt. Observed upstream: prompt, then images, then n, and quality before output_compression before size; the rest is ours.
 */
const requestFields: readonly RequestField[] = [
  { name: 'prompt', kind: 'text', required: true, nullIsOmitted: false, check: text(1, requestBounds.promptCharactersMax) },
  optional('n', 'integer', (param, value, row) => wholeNumber(1, row?.maxN ?? requestBounds.nMax)(param, value)),
  optional('quality', 'text', checkQuality),
  optional('background', 'text', oneOf(['transparent', 'opaque', 'auto'])),
  optional('output_format', 'text', outputFormatCheck(['gif', 'svg']), 'generate'),
  optional('output_format', 'text', outputFormatCheck(['gif']), 'edit'),
  optional('output_compression', 'integer', wholeNumber(0, requestBounds.outputCompressionMax)),
  optional('moderation', 'text', oneOf(['auto', 'low'])),
  optional('stream', 'boolean', trueOrFalse),
  optional('partial_images', 'integer', wholeNumber(0, requestBounds.partialImagesMax)),
  optional('size', 'text', anyText),
  optional('input_fidelity', 'text', oneOf(['high', 'low']), 'edit'),
  optional('complexity', 'text', oneOf(['low', 'medium', 'high'])),
  optional('frame_count', 'integer', wholeNumber(requestBounds.frameCountMin, requestBounds.frameCountMax)),
  optional('frame_duration_ms', 'integer', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  optional('svg', 'object', checkSvg, 'generate'),
  optional('safety_identifier', 'text', text(0, requestBounds.endUserCharactersMax)),
  { name: 'user', kind: 'text', required: false, nullIsOmitted: false, check: text(0, requestBounds.endUserCharactersMax) },
]

/** Fields of `POST /v1/images/generations`. */
export const generationFields = requestFields.filter((field) => field.only !== 'edit')
/** Fields of `POST /v1/images/edits`: as generations, without drawings (svg) and with `input_fidelity`. */
export const editFields = requestFields.filter((field) => field.only !== 'generate')

/** How much the main model thinks, or the author of a drawing (openai 7.55.0 types). */
export const effortCheck = oneOf(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'])

/** Fields of the Responses tool that the Image API has too. The tool draws one picture a call and takes its prompt from the main model. */
const sharedWithTool = [
  'quality',
  'background',
  'output_format',
  'output_compression',
  'moderation',
  'partial_images',
  'size',
  'complexity',
  'frame_count',
  'frame_duration_ms',
]

/** Fields of the tool `image_generation` of `POST /v1/responses`, beside `type`, `model` and `input_image_mask` (openai 7.55.0 types). */
export const imageToolFields: readonly RequestField[] = [
  optional('action', 'text', oneOf(['auto', 'generate', 'edit'])),
  ...generationFields.filter((field) => sharedWithTool.includes(field.name)),
  ...editFields.filter((field) => field.name === 'input_fidelity'),
  optional('svg', 'object', checkToolSvg),
]

/**
 * Reads one field out of the object that holds it.
 * @param param where its value stands; the field's own name unless it is deeper in the body.
 * @returns null for a field that is left out.
 */
export function readField(
  field: RequestField,
  holder: JsonObject,
  row: ModelRow | null,
  param = field.name,
): { value: JsonValue } | Failure | null {
  const value = Object.hasOwn(holder, field.name) ? (holder[field.name] as JsonValue) : undefined
  if (value === undefined) return field.required ? missing(param) : null
  if (value === null && field.nullIsOmitted) return null
  return field.check(param, value, row) ?? { value }
}

/** The tiers a refusal lists are the model's; a tier that only other models have passes here and is refused by the model's own rule. */
function checkQuality(param: string, value: JsonValue, row: ModelRow | null): Failure | null {
  if (typeof value === 'string' && (allTiers as readonly string[]).includes(value)) return null
  return oneOf([...(row?.qualities ?? tiersBefore25), 'auto'])(param, value)
}

/** @param gated words of the contract that are open to few accounts: they pass here and meet the model's own rule. */
function outputFormatCheck(gated: readonly string[]): ValueCheck {
  const open = oneOf(['png', 'jpeg', 'webp'])
  return (param, value) => (typeof value === 'string' && gated.includes(value) ? null : open(param, value))
}

/** `{model, reasoning?: {effort}}`: who writes the drawing. */
function checkSvg(param: string, value: JsonValue): Failure | null {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  return checkMembers(param, value, { model: anyText, reasoning: checkReasoning }, ['model'])
}

function checkReasoning(param: string, value: JsonValue): Failure | null {
  return anyObject(param, value) ?? checkMembers(param, value as JsonObject, { effort: anyText }, [])
}

/** As on the Image API, but every member may be left out or null: the main model is the author then. */
function checkToolSvg(param: string, value: JsonValue): Failure | null {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  return checkMembers(param, withoutNulls(value), { model: anyText, reasoning: checkToolReasoning }, [])
}

function checkToolReasoning(param: string, value: JsonValue): Failure | null {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  return checkMembers(param, withoutNulls(value), { effort: effortCheck }, [])
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null))
}

function checkMembers(param: string, value: JsonObject, members: Record<string, ValueCheck>, required: readonly string[]): Failure | null {
  const absent = required.find((name) => !Object.hasOwn(value, name))
  if (absent !== undefined) return missing(`${param}.${absent}`)
  for (const [name, member] of Object.entries(value)) {
    const check = Object.hasOwn(members, name) ? members[name] : undefined
    const fault = check ? check(`${param}.${name}`, member) : unknownParameter(`${param}.${name}`)
    if (fault) return fault
  }
  return null
}
