import type { ModelCatalogue } from '../contract/model-catalogue.ts'
import type { ModelRow } from '../contract/model-row.ts'
import { formatSize, nearestLegalSize, parseSize, sizeFault, standardSizes } from '../contract/size-rules.ts'
import type { ModelFinding, ParameterFinding } from './call-site.ts'

/** What values are held against. */
export interface Judge {
  catalogue: ModelCatalogue
  /** The moment of the scan, milliseconds since 1970. */
  atMs: number
}

/** The verdict on one value: nothing to say, or why it would be refused and what to send instead (null: leave it out). */
type Verdict = { why: string; use: string | null } | null

/** Model that serves where none is named or the named one is unknown here. */
const fallbackModel = 'gpt-image-2'

/** Looks a model id up. Provider aliases that nobody serves officially become the model they stand for. */
export function judgeModel(id: string, line: number | null, { catalogue, atMs }: Judge): ModelFinding {
  const plain = id.replace(/^(?:openai|fal-ai|azure)\//, '')
  const found = catalogue.find(plain, atMs)
  if (!found) return { id, line, state: 'not-in-catalogue', use: aliasOf(plain) }
  if (found.retired) return { id, line, state: 'retired', use: found.row.successor }
  return { id, line, state: found.row.state === 'older' ? 'older' : 'current', use: plain === id ? null : plain }
}

function aliasOf(id: string): string | null {
  return /^(?:gpt-image-2|gpt-image|gpt-4o-image|gpt-5(?:\.\d)?-image|sora_image|dall-e)\b/.test(id) ? fallbackModel : null
}

/** The row by which the other parameters are judged: the successor's for a retired model. */
export function rowFor(models: readonly ModelFinding[], { catalogue, atMs }: Judge): ModelRow | null {
  const [model] = models
  const id = model?.use ?? model?.id ?? fallbackModel
  const found = catalogue.find(id, atMs) ?? catalogue.find(fallbackModel, atMs)
  return found?.row ?? null
}

/** Fields that are judged where they stand as literals. */
export const judgedFields = [
  'size',
  'quality',
  'n',
  'response_format',
  'style',
  'background',
  'output_format',
  'input_fidelity',
  'partial_images',
] as const

/** A field of `judgedFields`. */
export type JudgedField = (typeof judgedFields)[number]

/** Holds one literal against the contract of a model. */
export function judgeParameter(name: JudgedField, value: string, line: number | null, row: ModelRow): ParameterFinding {
  const verdict = rules[name](value, row)
  return { name, value, line, legal: verdict === null, why: verdict?.why ?? '', use: verdict?.use ?? null }
}

const rules: Readonly<Record<JudgedField, (value: string, row: ModelRow) => Verdict>> = {
  size: judgeSize,
  quality: judgeQuality,
  n: (value, row) => judgeRange(value, 1, row.maxN),
  partial_images: (value) => judgeRange(value, 0, 3),
  response_format: () => ({ why: 'GPT Image models refuse it: pictures always come as b64_json', use: null }),
  style: () => ({ why: 'GPT Image models refuse it: say the style in the prompt', use: null }),
  background: judgeBackground,
  output_format: (value, row) => judgeChoice(value, row.outputFormats, 'png'),
  input_fidelity: (value, row) =>
    (row.inputFidelity as readonly string[]).includes(value)
      ? null
      : { why: `${row.id} always reads inputs at its own fidelity and refuses it`, use: null },
}

const nearestSizes = new Map<string, string>()

function judgeSize(value: string, row: ModelRow): Verdict {
  if (value === 'auto') return null
  const size = parseSize(value)
  if (!size) return { why: 'A size is written WIDTHxHEIGHT.', use: 'auto' }
  if (row.sizes !== 'free')
    return row.sizes.includes(value) ? null : { why: `${row.id} draws ${row.sizes.join(', ')} only`, use: standardSizes[0] }
  const fault = sizeFault(size)
  return fault === null ? null : { why: fault, use: nearest(value, size.width, size.height) }
}

/** Looking for the nearest of 29,146 sizes takes a moment, and projects repeat theirs. */
function nearest(value: string, width: number, height: number): string {
  const known = nearestSizes.get(value) ?? formatSize(nearestLegalSize(width, height))
  nearestSizes.set(value, known)
  return known
}

const formerQualities: Readonly<Record<string, string>> = { standard: 'medium', hd: 'high' }

function judgeQuality(value: string, row: ModelRow): Verdict {
  const former = Object.hasOwn(formerQualities, value) ? formerQualities[value]! : undefined
  if (former !== undefined) return { why: `it belonged to a retired model; ${row.id} takes ${row.qualities.join(', ')}`, use: former }
  return judgeChoice(value, row.qualities, 'high')
}

function judgeChoice(value: string, choices: readonly string[], otherwise: string): Verdict {
  if (value === 'auto' || choices.includes(value)) return null
  return { why: `expected one of ${choices.join(', ')}`, use: otherwise }
}

function judgeRange(value: string, min: number, max: number): Verdict {
  const number = Number(value)
  if (!Number.isInteger(number)) return { why: 'expected a whole number', use: String(min) }
  if (number >= min && number <= max) return null
  return { why: `expected ${min} to ${max}`, use: String(number < min ? min : max) }
}

function judgeBackground(value: string, row: ModelRow): Verdict {
  if (!['transparent', 'opaque', 'auto'].includes(value)) return { why: 'expected transparent, opaque or auto', use: 'auto' }
  return value === 'transparent' && row.transparent === 'no' ? { why: `${row.id} draws no transparent background`, use: 'auto' } : null
}
