import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { checkGeneration } from './check-generation.ts'
import { checkResponse } from './check-response.ts'
import { dataUrlPlaceholder } from './edit-inputs.ts'
import { Failure } from './failure.ts'
import { MainModelCatalogue } from './main-model-catalogue.ts'
import { ModelCatalogue } from './model-catalogue.ts'
import { imageToolFields } from './request-fields.ts'
import type { ResponseCheckContext } from './response-check-context.ts'

const catalogue = new ModelCatalogue()
const mainModels = new MainModelCatalogue()
const atMs = Date.parse('2026-11-20T12:00:00Z')
const gateway: ResponseCheckContext = { catalogue, mainModels, atMs, transparentPreview: false }
const nothing = { dataUrls: [] }

const anyContext = fc.record<ResponseCheckContext>({
  catalogue: fc.constant(catalogue),
  mainModels: fc.constant(mainModels),
  atMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  transparentPreview: fc.boolean(),
  unknownModels: fc.constantFrom('refuse', 'pass_with_ceiling'),
  as: fc.constantFrom('gateway', 'upstream'),
})

const word = fc.constantFrom<JsonValue[]>(
  'gpt-5.4',
  'gpt-image-2',
  'gpt-image-2.6-flare',
  'image_generation',
  'image_generation_call',
  'message',
  'user',
  'auto',
  'transparent',
  '1024x1024',
  dataUrlPlaceholder,
  'https://a.example/x',
  'gif',
  'max',
  true,
  1,
  null,
)
const key = fc.constantFrom(
  ...['type', 'role', 'content', 'output', 'id', 'text', 'image_url', 'file_id', 'result', 'mode', 'tools', 'effort', '__proto__'],
  ...['model', 'input_image_mask', ...imageToolFields.map((field) => field.name)],
)
const topKey = fc.constantFrom(
  ...['model', 'input', 'tools', 'tool_choice', 'reasoning', 'stream', 'background', 'store', 'previous_response_id', 'conversation'],
  ...['prompt', 'darkroom', 'user', 'safety_identifier', 'max_tool_calls', '__proto__'],
)

/** JSON whose keys and words are those of the Responses API, so that it comes deep into the check. */
const { nearly } = fc.letrec<{ nearly: JsonValue }>((tie) => ({
  nearly: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.array(tie('nearly'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('nearly')), { maxLength: 6 }).map((pairs): JsonValue => Object.fromEntries(pairs)),
    fc.jsonValue() as fc.Arbitrary<JsonValue>,
    fc.string({ unit: 'binary' }),
  ),
}))
const anyTool = fc
  .array(fc.tuple(key, nearly), { maxLength: 6 })
  .map((pairs): JsonValue => ({ ...Object.fromEntries(pairs), type: 'image_generation' }))
const anyBody = fc
  .tuple(fc.array(fc.tuple(fc.oneof(topKey, fc.string()), nearly), { maxLength: 10 }), fc.option(anyTool), fc.boolean())
  .map(([pairs, tool, named]): JsonObject => {
    const body: JsonObject = Object.fromEntries(pairs)
    if (tool !== null) body.tools = [tool]
    return named ? { ...body, model: 'gpt-5.4', input: body.input ?? 'x' } : body
  })

describe('checkResponse', () => {
  it('answers any JSON object with a request or at least one refusal that costs nothing, and never throws', () => {
    let passed = 0
    fc.assert(
      fc.property(anyBody, anyContext, (body, context) => {
        const before = JSON.stringify(body)
        const check = checkResponse(body, nothing, context)
        expect(JSON.stringify(body)).toBe(before)
        if (check.ok) {
          passed += 1
          return check.request.hasImageTool === (check.request.imageTool !== null)
        }
        return check.refusals.length > 0 && check.refusals.every((one) => one instanceof Failure && one.outcome === 'not_charged')
      }),
      { numRuns: 3000 },
    )
    expect(passed).toBeGreaterThan(100)
  })

  it('sends every accepted body on as it came, but for the key darkroom', () => {
    fc.assert(
      fc.property(anyBody, (body) => {
        const check = checkResponse(body, nothing, gateway)
        if (!check.ok) return
        const expected = Object.entries(body).filter(([name]) => name !== 'darkroom')
        expect(Object.entries(check.request.wire)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  it('judges the fields of the tool as the Image API judges them, whatever they hold', () => {
    const shared = ['quality', 'background', 'output_format', 'output_compression', 'moderation', 'size', 'complexity', 'frame_count']
    const fields = fc
      .array(fc.tuple(fc.constantFrom(...shared), word), { maxLength: 5 })
      .map((pairs): JsonObject => Object.fromEntries(pairs))
    const model = fc.constantFrom('gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-1.5', 'gpt-image-2.6-sunburst', 'nope')
    fc.assert(
      fc.property(fields, model, (asked, id) => {
        const alone = checkGeneration({ ...asked, model: id, prompt: 'x' }, { ...gateway, as: 'upstream' })
        const inTool = checkResponse(
          { model: 'gpt-5.4', input: 'x', tools: [{ ...asked, model: id, type: 'image_generation' }] },
          nothing,
          { ...gateway, as: 'upstream' },
        )
        const named = (refusals: readonly Failure[]) => refusals.map(({ code, param }) => `${code} ${param?.replace('tools[0].', '')}`)
        expect(inTool.ok ? [] : named(inTool.refusals)).toEqual(alone.ok ? [] : named(alone.refusals))
      }),
      { numRuns: 1000 },
    )
  })
})
