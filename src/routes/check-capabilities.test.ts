import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptGeneration } from '../contract/check-generation.ts'
import type { ImageRequest } from '../contract/image-request.ts'
import { ModelCatalogue } from '../contract/model-catalogue.ts'
import { shippedModelRows } from '../contract/model-rows.ts'
import type { JsonObject } from '../primitives/json.ts'
import { checkCapabilities, checkOperation, routeFromRow, routeSchema } from './index.ts'

const atMs = Date.parse('2026-11-21T12:00:00Z')
const catalogue = new ModelCatalogue(shippedModelRows, [])
const acme = { id: 'acme', owner: 'acme', kind: 'provider', base_url: 'https://acme.example/v1' }

function routeWith(...rows: object[]) {
  const capabilities = rows.map((row) => ({ from: '2026-11-01', source: 'manual', ...row }))
  return routeFromRow(routeSchema.parse({ ...acme, capabilities }), {})
}

function requestOf(body: JsonObject, changes: Partial<ImageRequest> = {}): ImageRequest {
  const { request } = acceptGeneration({ model: 'gpt-image-2', prompt: 'A boat', ...body }, { catalogue, atMs, transparentPreview: true })
  return { ...request, ...changes }
}

const refusalsOf = (request: ImageRequest, ...rows: object[]) => checkCapabilities(request, routeWith(...rows), atMs)
const paramsOf = (...args: Parameters<typeof refusalsOf>) => refusalsOf(...args).map(({ param }) => param)

const picture = { role: 'image', param: 'image[0]', from: { kind: 'file_id', id: 'file_1' } } as const
const mask = { role: 'mask', param: 'mask', from: { kind: 'file_id', id: 'file_2' } } as const
const edit = (...references: ImageRequest['references']) => requestOf({}, { operation: 'edit', references })

describe('what was asked for explicitly and a route does not have', () => {
  it.each<[string, ImageRequest, object, string]>([
    ['size', requestOf({ size: '1024x1024' }), { sizes: [] }, 'size'],
    ['size', requestOf({ size: '1536x1024' }), { sizes: ['1024x1024'] }, 'size'],
    ['quality', requestOf({ quality: 'low' }), { qualities: [] }, 'quality'],
    ['quality', requestOf({ quality: 'high' }), { qualities: ['low', 'medium'] }, 'quality'],
    ['format', requestOf({ output_format: 'webp' }), { formats: ['png'] }, 'output_format'],
    ['stream', requestOf({ stream: true }), { streaming: false }, 'stream'],
    ['edit', edit(picture), { edits: false }, 'image[0]'],
    ['mask', edit(picture, mask), { mask: false }, 'mask'],
    ['tool', requestOf({}, { operation: 'respond' }), { responses: false }, 'tools'],
    ['transparent background', requestOf({}, { background: 'transparent' }), { transparency: false }, 'background'],
  ])('is refused, uncharged: %s', (_what, request, row, param) => {
    expect(refusalsOf(request, row)).toMatchObject([
      { code: 'unsupported_on_route', status: 400, outcome: 'not_charged', nextAction: 'reroute', param },
    ])
  })

  it('is refused in a sentence that names route, parameter, values and ways out', () => {
    expect(refusalsOf(requestOf({ quality: 'high', size: '1024x1024' }), { sizes: [], qualities: ['low'] }).map(String)).toEqual([
      "Failure: Route 'acme' does not take an explicit 'size', as its capabilities of 2026-11-01 declare. Nothing was sent or charged; leave size out, or name another route in x-darkroom-route.",
      "Failure: Route 'acme' does not take 'quality' high, as its capabilities of 2026-11-01 declare. Nothing was sent or charged; use low or leave quality out, or name another route in x-darkroom-route.",
    ])
  })

  it('is all named at once, the operation first', () => {
    const request = { ...edit(picture, mask), stream: true, quality: 'low', size: { width: 1024, height: 1024 } } as const
    const nothing = { sizes: [], qualities: [], edits: false, mask: false, streaming: false }
    expect(paramsOf(request, nothing)).toEqual(['image[0]', 'mask', 'size', 'quality', 'stream'])
  })
})

describe('what passes', () => {
  const none = { sizes: [], qualities: [], formats: [], transparency: false, streaming: false, edits: false, mask: false, responses: false }

  it.each<JsonObject>([{}, { size: 'auto', quality: 'auto' }, { size: null, quality: null, output_format: null, stream: false }])(
    'is a request that asks for nothing in particular: %j',
    (body) => {
      expect(refusalsOf(requestOf(body), none)).toEqual([])
    },
  )

  it('is a value on the list, and any value where the model decides', () => {
    const request = requestOf({ size: '1536x1024', quality: 'low', output_format: 'webp', stream: true })
    expect(refusalsOf(request, { sizes: ['1536x1024'], qualities: ['low'], formats: ['webp'], streaming: true })).toEqual([])
    expect(refusalsOf(request, { sizes: 'model', qualities: 'model', formats: 'model' })).toEqual([])
  })

  it('is a background that Darkroom keys itself', () => {
    const request = requestOf({}, { background: 'transparent' })
    expect(refusalsOf({ ...request, retouch: { ...request.retouch, keyTransparency: true } }, none)).toEqual([])
  })

  it('is everything of which the row says nothing', () => {
    const body = fc.record({
      size: fc.constantFrom('auto', '1024x1024', '1824x1024'),
      quality: fc.constantFrom('low', 'medium', 'high', 'auto'),
      output_format: fc.constantFrom('png', 'jpeg', 'webp'),
      stream: fc.boolean(),
    })
    fc.assert(
      fc.property(body, fc.boolean(), (asked, isDeclared) => {
        expect(refusalsOf(requestOf(asked), ...(isDeclared ? [{}] : []))).toEqual([])
      }),
    )
  })
})

describe('the row in force', () => {
  const request = requestOf({ quality: 'low' })
  const no = { qualities: [] }
  const yes = { qualities: ['low'] }

  it.each<[string, object[], boolean]>([
    ['is the newest', [{ ...yes, from: '2026-11-20' }, no], true],
    ['is not one of a later day', [no, { ...yes, from: '2026-11-22' }], false],
    ['begins on its day', [no, { ...yes, from: '2026-11-21' }], true],
    ['is of the model before one of all models', [{ ...yes, models: ['gpt-image-2'] }, no], true],
    ['is not of another model', [no, { ...yes, models: ['gpt-image-1.5'] }], false],
    ['is the last of equals', [no, yes], true],
  ])('%s', (_what, rows, passes) => {
    expect(refusalsOf(request, ...rows)).toHaveLength(passes ? 0 : 1)
  })

  it('is the one of the model that is sent, where the model is mapped', () => {
    const preset = { id: 'lz', preset: 'laozhang-per-call', key: null }
    const sized = requestOf({ size: '1024x1024' })
    const refused = (row: object) => checkCapabilities(sized, routeFromRow(routeSchema.parse(row), {}), atMs).map(({ param }) => param)
    expect(refused(preset)).toEqual(['size'])
    expect(refused({ ...preset, models: { 'gpt-image-2': 'gpt-image-2-vip' } })).toEqual([])
  })

  it('is found by the snapshot of the model, too', () => {
    expect(refusalsOf(request, { ...no, models: ['gpt-image-2-2026-04-21'] })).toHaveLength(1)
  })
})

describe('an operation that the protocol of a route does not have', () => {
  it('is refused, so that an edit never lands where there are only generations', () => {
    const route = { ...routeWith(), protocol: 'apiframe' } as const
    expect(checkOperation(edit(picture), route, ['generate'])).toMatchObject([
      {
        code: 'unsupported_on_route',
        outcome: 'not_charged',
        message:
          "Route 'acme' speaks apiframe, which serves no edits here. Nothing was sent or charged; name another route in x-darkroom-route.",
      },
    ])
    expect(checkOperation(requestOf({}), route, ['generate'])).toEqual([])
  })

  it('is every one where nobody speaks the protocol', () => {
    expect(checkOperation(requestOf({}), routeWith(), [])).toMatchObject([{ code: 'unsupported_on_route' }])
  })
})
