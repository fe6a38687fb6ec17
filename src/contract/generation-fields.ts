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

/** Bounds of a generation's fields, for documents and forms as well as for the check. */
export const generationBounds = {
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
export interface GenerationField {
  name: string
  required: boolean
  /** JSON null means "left out"; where false, null is a wrong type. */
  nullIsOmitted: boolean
  /** @param row the model asked for; null while it is not known. */
  check: (param: string, value: JsonValue, row: ModelRow | null) => Failure | null
}

function optional(name: string, check: GenerationField['check']): GenerationField {
  return { name, required: false, nullIsOmitted: true, check }
}

/**
 * Fields of `POST /v1/images/generations` beside `model`, in the order they are checked.
 * Observed upstream: prompt, then n, and quality before output_compression before size; the rest of the order is ours.
 */
export const generationFields: readonly GenerationField[] = [
  { name: 'prompt', required: true, nullIsOmitted: false, check: text(1, generationBounds.promptCharactersMax) },
  optional('n', (param, value, row) => wholeNumber(1, row?.maxN ?? generationBounds.nMax)(param, value)),
  optional('quality', checkQuality),
  optional('background', oneOf(['transparent', 'opaque', 'auto'])),
  optional('output_format', checkOutputFormat),
  optional('output_compression', wholeNumber(0, generationBounds.outputCompressionMax)),
  optional('moderation', oneOf(['auto', 'low'])),
  optional('stream', trueOrFalse),
  optional('partial_images', wholeNumber(0, generationBounds.partialImagesMax)),
  optional('size', anyText),
  optional('complexity', oneOf(['low', 'medium', 'high'])),
  optional('frame_count', wholeNumber(generationBounds.frameCountMin, generationBounds.frameCountMax)),
  optional('frame_duration_ms', wholeNumber(1, Number.MAX_SAFE_INTEGER)),
  optional('svg', checkSvg),
  optional('safety_identifier', text(0, generationBounds.endUserCharactersMax)),
  { name: 'user', required: false, nullIsOmitted: false, check: text(0, generationBounds.endUserCharactersMax) },
]

/** The tiers a refusal lists are the model's; a tier that only other models have passes here and is refused by the model's own rule. */
function checkQuality(param: string, value: JsonValue, row: ModelRow | null): Failure | null {
  if (typeof value === 'string' && (allTiers as readonly string[]).includes(value)) return null
  return oneOf([...(row?.qualities ?? tiersBefore25), 'auto'])(param, value)
}

/** gif and svg are words of the contract, but open to few accounts: they pass here and meet the model's own rule. */
function checkOutputFormat(param: string, value: JsonValue): Failure | null {
  if (value === 'gif' || value === 'svg') return null
  return oneOf(['png', 'jpeg', 'webp'])(param, value)
}

/** `{model, reasoning?: {effort}}`: who writes the drawing. */
function checkSvg(param: string, value: JsonValue): Failure | null {
  if (!isJsonObject(value)) return wrongType(param, 'an object', value)
  return checkMembers(param, value, { model: anyText, reasoning: checkReasoning }, ['model'])
}

function checkReasoning(param: string, value: JsonValue): Failure | null {
  return anyObject(param, value) ?? checkMembers(param, value as JsonObject, { effort: anyText }, [])
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
