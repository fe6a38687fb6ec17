import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { checkGeneration, type GenerationCheckContext } from './check-generation.ts'
import { Failure } from './failure.ts'
import { ModelCatalogue } from './model-catalogue.ts'
import { generationFields } from './request-fields.ts'
import { formatSize, legalSizes } from './size-rules.ts'

const catalogue = new ModelCatalogue()
const atMs = Date.parse('2026-11-20T12:00:00Z')
const serving = catalogue.list(atMs)

const anyContext = fc.record({
  catalogue: fc.constant(catalogue),
  atMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  transparentPreview: fc.boolean(),
  as: fc.constantFrom('gateway' as const, 'upstream' as const),
}) satisfies fc.Arbitrary<GenerationCheckContext>

const fieldName = fc.constantFrom('model', 'darkroom', '__proto__', ...generationFields.map((field) => field.name))
const nearlyRight = fc.constantFrom<JsonValue[]>(
  'gpt-image-2',
  'gpt-image-2.6-flare',
  'auto',
  'gif',
  '1024x1024',
  'transparent',
  'high',
  true,
  0,
  1,
  null,
)
const anyJson = fc.oneof(nearlyRight, fc.jsonValue() as fc.Arbitrary<JsonValue>, fc.string({ unit: 'binary' }), fc.double())

/** Bodies as JSON gives them: own keys only, `__proto__` among them. */
const anyBody = fc.array(fc.tuple(fc.oneof(fieldName, fc.string()), anyJson), { maxLength: 12 }).map((pairs): JsonObject => {
  const body: JsonObject = {}
  for (const [key, value] of pairs) Object.defineProperty(body, key, { value, enumerable: true, configurable: true, writable: true })
  return body
})

const sizes = [...legalSizes()].map(formatSize)

const legalBody = fc.constantFrom(...serving).chain((row) =>
  fc.record(
    {
      model: fc.constantFrom(row.id, ...row.aliases),
      prompt: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((text) => !text.includes('\0')),
      n: fc.integer({ min: 1, max: 10 }),
      size: fc.constantFrom('auto', ...(row.sizes === 'free' ? sizes : row.sizes)),
      quality: fc.constantFrom('auto', ...row.qualities),
      background: fc.constantFrom('auto', 'opaque'),
      output_format: fc.constantFrom('jpeg', 'webp'),
      output_compression: fc.integer({ min: 0, max: 100 }),
      moderation: fc.constantFrom('auto', 'low'),
      stream: fc.boolean(),
      partial_images: fc.integer({ min: 0, max: 3 }),
      user: fc.string({ unit: 'grapheme-ascii', maxLength: 512 }),
    },
    { requiredKeys: ['model', 'prompt', 'output_format'] },
  ),
)

describe('checkGeneration', () => {
  it('answers any JSON object with a request or at least one refusal that costs nothing, and never throws', () => {
    fc.assert(
      fc.property(anyBody, anyContext, (body, context) => {
        const check = checkGeneration(body, context)
        if (check.ok) return check.request.prompt !== ''
        return (
          check.refusals.length > 0 && check.refusals.every((refusal) => refusal instanceof Failure && refusal.outcome === 'not_charged')
        )
      }),
      { numRuns: 3000 },
    )
  })

  it('accepts every legal request and says in numbers what was asked in text', () => {
    fc.assert(
      fc.property(legalBody, (body) => {
        const check = checkGeneration(body as JsonObject, { catalogue, atMs, transparentPreview: false })
        expect(check.ok ? [] : check.refusals.map((refusal) => refusal.message)).toEqual([])
        if (!check.ok) return
        expect(formatSize(check.request.size)).toBe(body.size ?? 'auto')
        expect(check.request.n).toBe(body.n ?? 1)
        expect(check.request.partialImages).toBe(body.stream ? (body.partial_images ?? 0) : 0)
        expect(check.request.wire).toEqual(body)
      }),
      { numRuns: 1000 },
    )
  })

  it('says the same of a body however its keys are ordered', () => {
    fc.assert(
      fc.property(anyBody, anyContext, (body, context) => {
        const reversed = Object.fromEntries(Object.entries(body).reverse())
        const answer = (asked: JsonObject) => {
          const check = checkGeneration(asked, context)
          return check.ok ? 'ok' : check.refusals.map((refusal) => `${refusal.code} ${refusal.param}`).sort()
        }
        expect(answer(reversed)).toEqual(answer(body))
      }),
      { numRuns: 500 },
    )
  })
})
