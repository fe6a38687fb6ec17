import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { checkEdit, type EditCheckContext } from './check-edit.ts'
import { dataUrlPlaceholder, type EditInputs } from './edit-inputs.ts'
import { Failure } from './failure.ts'
import type { InputReference } from './input-picture.ts'
import { ModelCatalogue } from './model-catalogue.ts'
import { editFields } from './request-fields.ts'

const catalogue = new ModelCatalogue()
const atMs = Date.parse('2026-11-20T12:00:00Z')

const anyContext = fc.record<EditCheckContext>({
  catalogue: fc.constant(catalogue),
  atMs: fc.constant(atMs),
  transparentPreview: fc.boolean(),
  strictMaskByDefault: fc.boolean(),
  as: fc.constantFrom('gateway', 'upstream'),
})

const anyReference = fc.record<InputReference>({
  role: fc.constantFrom('image', 'mask', 'markup'),
  param: fc.string(),
  from: fc.constant({ kind: 'bytes', source: 'upload', byteLength: 1 }),
})
const anyInputs = fc.oneof(
  fc.array(anyReference, { maxLength: 18 }).map((references): EditInputs => ({ form: 'multipart', references })),
  fc.constant<EditInputs>({ form: 'json', dataUrls: [{ param: 'images[0].image_url', byteLength: 3 }] }),
)

const fieldName = fc.constantFrom('model', 'images', 'mask', 'image', 'darkroom', '__proto__', ...editFields.map((field) => field.name))
const urlText = fc.oneof(
  fc.constantFrom(dataUrlPlaceholder, 'https://a.example/x', 'data:;base64,AA==', 'http://[::1]'),
  fc.webUrl(),
  fc.string(),
)
const anyImage = fc.oneof(fc.record({ image_url: urlText }), fc.record({ file_id: fc.string() }), fc.jsonValue() as fc.Arbitrary<JsonValue>)
const anyJson = fc.oneof(
  fc.array(anyImage, { maxLength: 18 }) as fc.Arbitrary<JsonValue>,
  anyImage as fc.Arbitrary<JsonValue>,
  fc.constantFrom<JsonValue[]>('gpt-image-2', 'gpt-image-2.6-flare', 'auto', 'transparent', 'high', true, 1, null),
  fc.string({ unit: 'binary' }),
)

/** Bodies as JSON gives them: own keys only, `__proto__` among them. */
const anyBody = fc
  .array(fc.tuple(fc.oneof(fieldName, fc.string()), anyJson), { maxLength: 12 })
  .map((pairs): JsonObject => Object.fromEntries(pairs))

const somePictures = fc.array(
  fc.oneof(
    fc.record({ file_id: fc.stringMatching(/^[a-z0-9_]{1,20}$/) }),
    fc.record({ image_url: fc.webUrl({ validSchemes: ['https'] }) }),
  ),
  {
    minLength: 1,
    maxLength: 16,
  },
)
const legalBody = fc.record(
  {
    model: fc.constantFrom('gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-1.5'),
    prompt: fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
    images: somePictures,
    mask: fc.option(fc.record({ file_id: fc.constant('f') })),
    n: fc.option(fc.integer({ min: 1, max: 10 })),
    size: fc.constantFrom('auto', '1024x1024', null),
    quality: fc.constantFrom('low', 'auto', null),
    stream: fc.option(fc.boolean()),
    darkroom: fc.constantFrom<JsonObject[]>({}, { metadata: { a: 'b' } }),
  },
  { requiredKeys: ['model', 'prompt', 'images'] },
)

describe('checkEdit', () => {
  it('answers any JSON object with a request or at least one refusal that costs nothing, and never throws', () => {
    fc.assert(
      fc.property(anyBody, anyInputs, anyContext, (body, inputs, context) => {
        const check = checkEdit(body, inputs, context)
        if (check.ok) return check.request.references.some((reference) => reference.role === 'image')
        return (
          check.refusals.length > 0 && check.refusals.every((refusal) => refusal instanceof Failure && refusal.outcome === 'not_charged')
        )
      }),
      { numRuns: 2000 },
    )
  })

  it('accepts every legal JSON edit, and sends of its body only scalar fields', () => {
    fc.assert(
      fc.property(legalBody, (body) => {
        const check = checkEdit(body as JsonObject, { form: 'json', dataUrls: [] }, { catalogue, atMs, transparentPreview: false })
        expect(check.ok ? [] : check.refusals.map((refusal) => refusal.message)).toEqual([])
        if (!check.ok) return
        expect(check.request.references).toHaveLength(body.images.length + (body.mask ? 1 : 0))
        for (const name of ['images', 'mask', 'darkroom']) expect(check.request.wire).not.toHaveProperty(name)
        for (const value of Object.values(check.request.wire)) expect(['string', 'number', 'boolean']).toContain(typeof value)
      }),
      { numRuns: 500 },
    )
  })

  it('says the same of a body however its keys are ordered', () => {
    fc.assert(
      fc.property(anyBody, anyInputs, anyContext, (body, inputs, context) => {
        const answer = (asked: JsonObject) => {
          const check = checkEdit(asked, inputs, context)
          return check.ok ? 'ok' : check.refusals.map((refusal) => `${refusal.code} ${refusal.param}`).sort()
        }
        expect(answer(Object.fromEntries(Object.entries(body).reverse()))).toEqual(answer(body))
      }),
      { numRuns: 500 },
    )
  })
})
