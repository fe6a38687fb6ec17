import { z } from 'zod'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { isCleanText, unknownParameter, wrongType } from './field-rules.ts'
import { inputLimits } from './input-limits.ts'
import { promptVariablesSchema } from './prompt-document.ts'

const cleanText = (max: number) => z.string().max(max).refine(isCleanText, 'must be well-formed text without NUL')
const name = cleanText(64).min(1)
const rightsNote = cleanText(512).min(1)

/** A rectangle in pixels of the result, from its upper left corner. */
const box = z.strictObject({
  x: z.int().min(0),
  y: z.int().min(0),
  width: z.int().min(1),
  height: z.int().min(1),
})

/**
 * What Darkroom adds to an OpenAI request, in the one reserved body key `darkroom`; scalars travel as `x-darkroom-*` headers instead.
 * It never goes upstream and is part of the idempotency fingerprint.
 */
export const darkroomExtensionSchema = z
  .strictObject({
    protect: z.array(box).max(64).describe('Rectangles that an edit must leave as they are.').optional(),
    subject: box
      .describe('What the picture is about, for the check after an edit; without it the largest region that stands out is taken.')
      .optional(),
    texts: z
      .array(z.strictObject({ text: cleanText(500).min(1), lang: cleanText(35).min(2), box: box.optional() }))
      .max(64)
      .describe('Texts the picture must show, for the check after the call.')
      .optional(),
    rights: z
      .union([rightsNote, z.array(rightsNote.nullable()).max(inputLimits.images), z.record(name, rightsNote)])
      .describe('Where the inputs come from and what may be done with them: one note for all, or a list with one for each image.')
      .optional(),
    prompt: z
      .strictObject({ id: name, version: z.int().min(1).optional(), variables: promptVariablesSchema.optional() })
      .describe('The stored prompt that is the prompt of this call, which has no `prompt` of its own then. Without a version: the newest.')
      .optional(),
    metadata: z
      .record(name, cleanText(512))
      .refine((pairs) => Object.keys(pairs).length <= 16, 'must hold at most 16 pairs')
      .describe('Up to 16 labels of the caller, kept with the record.')
      .optional(),
    mask: z.enum(['guide', 'strict']).describe('strict: pixels outside the mask are put back from the source.').optional(),
    mask_mode: z
      .enum(['alpha', 'luminance'])
      .describe('What of the mask file says where to draw: transparency, or brightness (white is drawn anew).')
      .optional(),
    feather_px: z.int().min(0).max(64).describe('Soft edge inside a strict mask, pixels of the first image.').optional(),
    review: z.enum(['required', 'none']).describe('Whether a person must decide before the picture is public.').optional(),
  })
  .meta({ id: 'DarkroomExtension' })

/** More faults than this are not named one by one. */
const faultsNamed = 32

/** @returns the refusals of a request's `darkroom` value, each naming its place (`darkroom.protect[0].x`). */
export function checkDarkroomExtension(value: JsonValue): Failure[] {
  const ownPrototypeKey = findPrototypeKey(value, 'darkroom')
  if (ownPrototypeKey !== null) return [unknownParameter(ownPrototypeKey)]
  const result = darkroomExtensionSchema.safeParse(value)
  if (result.success) return []
  return result.error.issues.slice(0, faultsNamed).flatMap((issue) => refusalsOf(issue, value))
}

function refusalsOf(issue: z.core.$ZodIssue, root: JsonValue): Failure[] {
  const param = pathText(issue.path)
  if (issue.code === 'unrecognized_keys') return issue.keys.slice(0, 8).map((key) => unknownParameter(`${param}.${key}`))
  const found = valueAt(root, issue.path)
  if (found === undefined) return [failure('missing_required_parameter', { param, message: `Missing required parameter: '${param}'.` })]
  if (issue.code === 'invalid_type') return [wrongType(param, articleOf(issue.expected), found)]
  return [failure('invalid_value', { param, message: `Invalid '${param}': ${issue.message}. Nothing was sent or charged.` })]
}

function pathText(path: readonly PropertyKey[]): string {
  let text = 'darkroom'
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 64)}`
  return text
}

function valueAt(root: JsonValue, path: readonly PropertyKey[]): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as JsonObject)[String(step)]
  }
  return value
}

function articleOf(expected: string): string {
  const word = { int: 'integer', record: 'object' }[expected] ?? expected
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`
}

/** Schema libraries pass over an own `__proto__` key in maps; it is looked for by hand. The value's depth is bounded by the JSON reader. */
function findPrototypeKey(value: JsonValue, path: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  for (const [key, member] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`
    const found = key === '__proto__' ? place : findPrototypeKey(member, place)
    if (found !== null) return found
  }
  return null
}
