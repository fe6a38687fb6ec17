import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGeneration } from '../contract/check-generation.ts'
import { ModelCatalogue } from '../contract/model-catalogue.ts'
import { isLegalSize, parseSize, sizeRules } from '../contract/size-rules.ts'
import type { JsonObject } from '../primitives/json.ts'
import { flatRoute, gatedRoute, seededChance, wholeRow } from './gate-test-kit.ts'
import { type GatedRoute, type Probe, type ProbeName, planProbes } from './index.ts'

const catalogue = new ModelCatalogue()
const atMs = Date.parse('2026-11-20T12:00:00Z')
const models = catalogue.list(atMs)

const planOf = (route: GatedRoute, seed = 1) => planProbes(route, seededChance(seed))
const namesOf = (route: GatedRoute) => planOf(route).probes.map(({ name }) => name)
const probeOf = (route: GatedRoute, name: ProbeName, seed = 1): Probe => planOf(route, seed).probes.find((probe) => probe.name === name)!
const isRefused = (body: JsonObject) => !checkGeneration(body, { catalogue, atMs, transparentPreview: true, as: 'upstream' }).ok

const choices = (values: string[]) => fc.option(fc.oneof(fc.constant('model' as const), fc.subarray(values)))
const anyRoute: fc.Arbitrary<GatedRoute> = fc
  .record({
    model: fc.constantFrom(...models),
    sizes: choices(['1024x1024', '1536x1024', '1024x1536', '1168x656', '3840x2160', '17x17']),
    qualities: choices(['low', 'medium', 'high']),
    formats: choices(['png', 'jpeg', 'webp']),
    transparency: fc.option(fc.boolean()),
    hasRow: fc.boolean(),
    namesSize: fc.boolean(),
    speaksUnknownKeys: fc.boolean(),
  })
  .map(({ model, hasRow, namesSize, speaksUnknownKeys, ...row }) =>
    gatedRoute({
      modelAsked: model.id,
      modelSent: model.id,
      model,
      namesSize,
      speaksUnknownKeys,
      capabilities: hasRow ? { ...wholeRow, ...row } : null,
    }),
  )

describe('planProbes', () => {
  it('asks a route that declares everything for everything, refusals before pictures, the dearest picture last', () => {
    expect(namesOf(gatedRoute())).toEqual([
      'nonsense_model',
      'illegal_size',
      'unknown_key',
      'unusual_size',
      'transparent',
      'format',
      'quality',
    ])
    expect(planOf(gatedRoute()).skipped).toEqual([{ name: 'plain_picture', reason: expect.stringMatching(/\.$/) }])
  })

  it('asks a route without sizes and qualities for a plain picture, and names neither', () => {
    const { probes, skipped } = planOf(flatRoute())
    expect(probes.map(({ name }) => name)).toEqual(['nonsense_model', 'unknown_key', 'plain_picture', 'transparent', 'format'])
    for (const { body, wireChanges } of probes) {
      expect({ ...body, ...wireChanges }).not.toHaveProperty('size')
      expect({ ...body, ...wireChanges }).not.toHaveProperty('quality')
    }
    expect(skipped.map(({ name }) => name)).toEqual(['illegal_size', 'unusual_size', 'quality'])
    expect(skipped.every(({ reason }) => reason.endsWith('.'))).toBe(true)
  })

  it('names no size where the protocol carries none, and sends no unknown key where it would not arrive', () => {
    const names = namesOf(gatedRoute({ namesSize: false, speaksUnknownKeys: false, protocol: 'apiframe' }))
    expect(names).toEqual(['nonsense_model', 'plain_picture', 'transparent', 'format', 'quality'])
  })

  it('makes no probe where there are no generations', () => {
    const { probes, skipped } = planOf(gatedRoute({ operations: ['respond'] }))
    expect(probes).toEqual([])
    expect(skipped).toHaveLength(8)
  })

  it('asks for sizes, qualities and formats of a list only where a route declares a list', () => {
    const route = gatedRoute({
      capabilities: { ...wholeRow, sizes: ['1024x1024', '1536x1024', '1024x1536'], qualities: ['medium', 'high'], formats: ['jpeg'] },
    })
    expect(probeOf(route, 'unusual_size').body).toMatchObject({ size: '1024x1024', quality: 'medium', output_format: 'jpeg' })
    expect(probeOf(route, 'quality').body).toMatchObject({ size: '1024x1024', quality: 'high' })
    expect(namesOf(route)).not.toContain('format')
    expect(namesOf(route)).not.toContain('transparent')
  })

  it('takes the quality probe at the very size of the unusual one, and the format probe at another', () => {
    const [first, higher, other] = (['unusual_size', 'quality', 'format'] as const).map((name) => probeOf(gatedRoute(), name).body)
    expect(higher).toEqual({ ...first, quality: 'medium' })
    expect(first).toMatchObject({ quality: 'low', output_format: 'png' })
    expect(other!['size']).not.toBe(first!['size'])
    expect(['jpeg', 'webp']).toContain(other!['output_format'])
  })

  it.each([
    [true, 'yes', 'picture'],
    [true, 'preview', 'either'],
    [true, 'no', 'refusal'],
    [false, 'yes', 'refusal'],
    [null, 'yes', 'either'],
  ] as const)('expects of a background declared %s on a model that draws it %s: %s', (transparency, transparent, expects) => {
    const route = gatedRoute({ capabilities: { ...wholeRow, transparency }, model: { ...gatedRoute().model, transparent } })
    expect(probeOf(route, 'transparent')).toMatchObject({ expects, wireChanges: { background: 'transparent' } })
  })

  it('asks for other sizes, models, keys and prompts with another seed, and for the same with the same', () => {
    const plans = Array.from({ length: 20 }, (_, seed) => JSON.stringify(planOf(gatedRoute(), seed)))
    expect(new Set(plans).size).toBe(20)
    expect(JSON.stringify(planOf(gatedRoute(), 3))).toBe(plans[3])
  })

  it('plans legal bodies for every route and model, and wire changes that upstream refuses where a refusal is expected', () => {
    fc.assert(
      fc.property(anyRoute, fc.nat(), (route, seed) => {
        for (const { name, body, wireChanges, modelSent } of planOf(route, seed).probes) {
          expect(isRefused(body), `${name} ${JSON.stringify(body)}`).toBe(false)
          const sent = { ...body, ...wireChanges, ...(modelSent !== null && { model: modelSent }) }
          if (['nonsense_model', 'illegal_size', 'unknown_key'].includes(name)) expect(isRefused(sent), JSON.stringify(sent)).toBe(true)
        }
      }),
    )
  })

  it('keeps to small unusual sizes, landscape first, where any size may be named', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const size = parseSize(String(probeOf(gatedRoute(), 'unusual_size', seed).body['size']))!
        const other = parseSize(String(probeOf(gatedRoute(), 'format', seed).body['size']))!
        expect(isLegalSize(size) && isLegalSize(other)).toBe(true)
        expect(size.width > size.height && other.width < other.height).toBe(true)
        expect(Math.max(size.width * size.height, other.width * other.height)).toBeLessThan(sizeRules.pixelsMin * 1.3)
      }),
    )
  })

  it('plans something even when chance is no number between 0 and 1', () => {
    for (const chance of [1, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(planProbes(gatedRoute(), () => chance).probes).toHaveLength(7)
    }
  })

  it('puts each probe into the plan or among those left out, once', () => {
    fc.assert(
      fc.property(anyRoute, (route) => {
        const { probes, skipped } = planOf(route)
        const names = [...probes, ...skipped].map(({ name }) => name)
        expect(new Set(names).size).toBe(8)
        expect(names).toHaveLength(8)
        expect(skipped.every(({ reason }) => reason !== '')).toBe(true)
      }),
    )
  })
})
