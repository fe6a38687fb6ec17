import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ImageRequest } from '../contract/image-request.ts'
import type { ModelRow } from '../contract/model-row.ts'
import type { ImageFacts } from '../pixels/index.ts'
import { type Comparison, compareWithRequest, type EvidenceSignal } from './evidence.ts'

const model: ModelRow = {
  id: 'gpt-image-2',
  aliases: ['gpt-image-2-2026-04-21'],
  family: 'gpt-image-2',
  from: '2026-04-21',
  until: null,
  state: 'older',
  successor: null,
  qualities: ['low', 'medium', 'high'],
  outputFormats: ['png', 'jpeg', 'webp'],
  transparent: 'preview',
  inputFidelity: [],
  markup: true,
  sizes: 'free',
  tokenFormula: 'gpt-image-2',
  complexity: true,
  maxN: 10,
  maxInputImages: 16,
  source: 'test',
  confidence: 'confirmed',
}

const request: ImageRequest = {
  operation: 'generate',
  model,
  modelAsked: 'gpt-image-2',
  prompt: 'a cat',
  n: 1,
  size: { width: 2_448, height: 3_264 },
  quality: 'high',
  background: 'auto',
  outputFormat: 'webp',
  outputCompression: null,
  moderation: 'auto',
  stream: false,
  partialImages: 0,
  complexity: null,
  inputFidelity: null,
  references: [],
  retouch: { strictMask: false, featherPx: 0, maskMode: 'alpha', maskSource: 'refuse', keyTransparency: false },
  endUser: null,
  extension: {},
  wire: {},
}

const facts: ImageFacts = {
  format: 'webp',
  width: 2_448,
  height: 3_264,
  complete: true,
  bitDepth: 8,
  alpha: false,
  hasContentCredentials: true,
}

const honest: Comparison = {
  request,
  facts,
  reported: { size: '2448x3264', quality: 'high', output_format: 'webp', background: 'opaque' },
  requestId: 'req_1',
  usageOnFormula: true,
}

function verdicts(comparison: Partial<Comparison>, changes: Partial<ImageRequest> = {}) {
  const evidence = compareWithRequest({ ...honest, ...comparison, request: { ...request, ...changes } })
  const of = (signal: EvidenceSignal) => evidence.findings.find((finding) => finding.signal === signal)!.verdict
  return { of, evidence, warned: evidence.warnings.map(({ code }) => code) }
}

describe('evidence', () => {
  it('finds nothing against an answer as the official route gives it', () => {
    const { evidence } = verdicts({})
    expect(evidence.findings.filter(({ verdict }) => verdict === 'against')).toEqual([])
    expect(evidence.findings.filter(({ verdict }) => verdict === 'for').map(({ signal }) => signal)).toEqual([
      'pixels',
      'format',
      'size_echo',
      'format_echo',
      'quality_echo',
      'request_id',
      'usage',
      'content_credentials',
    ])
    expect(evidence.warnings).toEqual([])
    expect(evidence.asked).toEqual({ model: 'gpt-image-2', size: '2448x3264', quality: 'high', output_format: 'webp', background: 'auto' })
    expect(evidence.got).toMatchObject({ width: 2_448, height: 3_264, format: 'webp', model: null, complete: true })
  })

  it('catches a route that swaps the model and draws its own size, format and quality behind HTTP 200', () => {
    const { of, warned, evidence } = verdicts({
      facts: { ...facts, format: 'png', width: 1_086, height: 1_448, hasContentCredentials: false },
      reported: { model: 'gpt-image-2-codex', size: 'auto', quality: 'auto', output_format: 'png' },
      requestId: null,
      usageOnFormula: false,
    })
    for (const signal of ['pixels', 'format', 'size_echo', 'quality_echo', 'model_echo', 'request_id', 'usage'] as const)
      expect(of(signal)).toBe('against')
    expect(of('content_credentials')).toBe('none')
    expect(warned).toEqual(['size_not_honoured', 'format_not_honoured', 'quality_not_honoured', 'model_not_honoured'])
    expect(evidence.findings[0]!.detail).toBe('asked 2448x3264, got 1086x1448, the area of an automatic size')
  })

  it.each([
    [1_254, 1_254, 'for'],
    [1_672, 941, 'for'],
    [1_122, 1_402, 'for'],
    [1_024, 1_024, 'against'],
    [2_448, 3_264, 'against'],
  ])('weighs an automatic size of %ix%i', (width, height, verdict) => {
    expect(verdicts({ facts: { ...facts, width, height } }, { size: 'auto' }).of('pixels')).toBe(verdict)
  })

  it('does not guess what an automatic size is for a model it knows nothing about', () => {
    const unknown = { ...model, tokenFormula: 'unknown' } as const
    expect(verdicts({ facts: { ...facts, width: 960, height: 960 } }, { size: 'auto', model: unknown }).of('pixels')).toBe('none')
  })

  it('does not hold an automatic quality against the tier it became, but a tier the model does not have', () => {
    expect(verdicts({ reported: { quality: 'low' } }, { quality: 'auto' }).of('quality_echo')).toBe('for')
    expect(verdicts({ reported: { quality: 'xhigh' } }, { quality: 'auto' }).of('quality_echo')).toBe('against')
    expect(verdicts({ reported: {} }).of('quality_echo')).toBe('none')
  })

  it('takes the model under each of its names, and under the name the route maps it to', () => {
    expect(verdicts({ reported: { model: 'gpt-image-2-2026-04-21' } }).of('model_echo')).toBe('for')
    expect(verdicts({ reported: { model: 'image-pro' }, modelSent: 'image-pro' }).of('model_echo')).toBe('for')
    expect(verdicts({ reported: { model: 'image-pro' } }).of('model_echo')).toBe('against')
  })

  it('warns of a truncated file, of missing transparency, and of bytes that are no picture', () => {
    expect(verdicts({ facts: { ...facts, complete: false } }).warned).toEqual(['image_incomplete'])
    expect(verdicts({}, { background: 'transparent' }).warned).toEqual(['background_not_honoured'])
    expect(verdicts({ facts: { ...facts, alpha: true } }, { background: 'transparent' }).of('background')).toBe('for')
    const { warned, of } = verdicts({ facts: null })
    expect(warned).toEqual(['format_not_honoured'])
    expect([of('pixels'), of('complete'), of('size_echo')]).toEqual(['none', 'none', 'none'])
  })

  it('says nothing of bytes that nobody could look at', () => {
    const { warned, of } = verdicts({ facts: undefined })
    expect(warned).toEqual([])
    expect([of('pixels'), of('format'), of('complete'), of('format_echo')]).toEqual(['none', 'none', 'none', 'none'])
  })

  it('tells a request id in the official form from one of the provider’s own', () => {
    expect(verdicts({ requestId: '20261120-abc' }).of('request_id')).toBe('none')
  })

  it('keeps what upstream reports short and printable, and itself plain JSON', () => {
    const text = fc.oneof(fc.constant(null), fc.string({ unit: 'binary', maxLength: 500 }))
    const reported = fc.record({ model: text, size: text, quality: text, output_format: text, background: text })
    fc.assert(
      fc.property(reported, (reported) => {
        const { evidence } = verdicts({ reported })
        for (const value of Object.values(evidence.got)) if (typeof value === 'string') expect(value).not.toMatch(/[\u0000-\u001f]|.{101}/)
        expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence)
      }),
    )
  })
})
