import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { acceptGeneration, checkGeneration, type GenerationCheckContext } from './check-generation.ts'
import { Failure } from './failure.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const onLaunchWeek = Date.parse('2026-11-20T12:00:00Z')
const gateway: GenerationCheckContext = { catalogue: new ModelCatalogue(), atMs: onLaunchWeek, transparentPreview: false }
const upstream: GenerationCheckContext = { ...gateway, as: 'upstream' }

const legal = { model: 'gpt-image-2', prompt: 'a cat' }

function refusals(body: JsonObject, context = gateway): Failure[] {
  const check = checkGeneration(body, context)
  return check.ok ? [] : check.refusals
}

function accepted(body: JsonObject, context = gateway) {
  const check = checkGeneration(body, context)
  if (!check.ok) throw check.refusals[0]
  return check
}

const service = 'image_generation_user_error'

describe('checkGeneration accepts', () => {
  it('the least request, with every default filled in and the body untouched for upstream', () => {
    const { request, warnings } = accepted(legal)
    expect(request).toMatchObject({
      operation: 'generate',
      modelAsked: 'gpt-image-2',
      prompt: 'a cat',
      n: 1,
      size: 'auto',
      quality: 'auto',
      background: 'auto',
      outputFormat: 'png',
      outputCompression: null,
      moderation: 'auto',
      stream: false,
      partialImages: 0,
      complexity: null,
      endUser: null,
      extension: {},
    })
    expect(request.wire).toEqual(legal)
    expect(warnings).toEqual([])
  })

  it('null as left out where upstream reads it so', () => {
    const nulls = ['n', 'size', 'quality', 'background', 'output_format', 'output_compression', 'moderation', 'stream', 'partial_images']
    const others = ['safety_identifier', 'complexity', 'frame_count', 'frame_duration_ms', 'svg']
    const body = { ...legal, ...Object.fromEntries([...nulls, ...others].map((name) => [name, null])) }
    expect(accepted(body).request).toEqual({ ...accepted(legal).request, wire: body })
  })

  it('every field at once', () => {
    const body = {
      model: 'gpt-image-2.5-sunburst-2026-09-08',
      prompt: 'a cat',
      n: 10,
      size: '3840x2160',
      quality: 'max',
      background: 'transparent',
      output_format: 'webp',
      output_compression: 0,
      moderation: 'low',
      stream: true,
      partial_images: 3,
      complexity: 'low',
      safety_identifier: 'tenant-7',
      user: 'old',
    }
    const { request, warnings } = accepted(body)
    expect(request).toMatchObject({
      model: { id: 'gpt-image-2.5-sunburst' },
      modelAsked: 'gpt-image-2.5-sunburst-2026-09-08',
      n: 10,
      size: { width: 3840, height: 2160 },
      quality: 'max',
      background: 'transparent',
      outputFormat: 'webp',
      outputCompression: 0,
      stream: true,
      partialImages: 3,
      endUser: 'tenant-7',
    })
    expect(warnings.map((warning) => warning.code)).toEqual(['experimental_size'])
  })

  it('a prompt of 32,000 characters outside the basic plane: characters are counted, not code units', () => {
    expect(accepted({ ...legal, prompt: '😀'.repeat(32_000) }).request.prompt).toHaveLength(64_000)
  })

  it('a blank prompt, with the remark that it is charged', () => {
    expect(accepted({ ...legal, prompt: '   ' }).warnings.map((warning) => warning.code)).toEqual(['blank_prompt'])
  })

  it('line breaks and markup in the prompt are text like any other', () => {
    expect(accepted({ ...legal, prompt: '<script>\r\n=cmd()\u001b[31m' }).warnings).toEqual([])
  })

  it('png with output_compression 100', () => {
    expect(accepted({ ...legal, output_compression: 100 }).request.outputCompression).toBe(100)
  })

  it('partial_images without stream, counting none of them', () => {
    const { request, warnings } = accepted({ ...legal, partial_images: 2 })
    expect(request.partialImages).toBe(0)
    expect(warnings.map((warning) => warning.code)).toEqual(['partial_images_without_stream'])
  })

  it('an empty safety_identifier as none, so that user counts', () => {
    expect(accepted({ ...legal, safety_identifier: '', user: 'u-1' }).request.endUser).toBe('u-1')
  })

  it('a model that is about to be shut down, naming day and successor', () => {
    const { warnings } = accepted({ ...legal, model: 'gpt-image-1.5' })
    expect(warnings[0]?.message).toBe("The model 'gpt-image-1.5' stops answering on 2026-12-01. Its successor is 'gpt-image-2.5-sunburst'.")
  })
})

describe('retired models', () => {
  it.each(['gpt-image-1', 'dall-e-2', 'dall-e-3'])('%s is refused with the day and the successor', (model) => {
    const [refusal] = refusals({ ...legal, model })
    expect(refusal).toMatchObject({ code: 'model_retired', publicCode: 'invalid_value', param: 'model' })
    expect(refusal?.message).toMatch(/was shut down on 2026-\d\d-\d\d\. Nothing was charged\. Use 'gpt-image-2\.5-sunburst' instead\.$/)
  })

  it('gpt-image-1.5 stops with the first moment of 2026-12-01', () => {
    const body = { ...legal, model: 'gpt-image-1.5' }
    const firstMomentMs = Date.parse('2026-12-01T00:00:00Z')
    expect(refusals(body, { ...gateway, atMs: firstMomentMs - 1 })).toEqual([])
    expect(refusals(body, { ...gateway, atMs: firstMomentMs })[0]?.code).toBe('model_retired')
  })

  it('simply do not exist for upstream', () => {
    expect(refusals({ ...legal, model: 'dall-e-3' }, upstream)[0]?.message).toBe("The model 'dall-e-3' does not exist.")
  })
})

describe('transparent background on gpt-image-2', () => {
  const transparent = { ...legal, background: 'transparent' }

  it('is refused by default, offering models of the catalogue and the way through a flat colour', () => {
    expect(refusals(transparent)[0]).toMatchObject({
      type: service,
      publicCode: 'invalid_value',
      param: 'background',
      message:
        'Transparent background is not supported for this model. Nothing was charged. What works: ask a model that supports it ' +
        '(gpt-image-2.5-sunburst, gpt-image-2.5-flare, gpt-image-1.5), or send x-darkroom-transparency: key, and Darkroom has it drawn ' +
        'on a flat colour and takes the colour out.',
    })
  })

  it('is refused in upstream’s bare words when it plays upstream', () => {
    expect(refusals(transparent, upstream)[0]?.message).toBe('Transparent background is not supported for this model.')
  })

  it('is sent on as a preview where the route switched it on', () => {
    const check = accepted(transparent, { ...gateway, transparentPreview: true })
    expect(check.request.background).toBe('transparent')
    expect(check.warnings.map((warning) => warning.code)).toEqual(['transparency_preview'])
  })

  it('is sent on with a remark where nobody knows', () => {
    expect(accepted({ ...transparent, model: 'gpt-image-2.6-flare' }).warnings.map((warning) => warning.code)).toEqual([
      'transparency_not_proven',
    ])
  })
})

describe('gif and svg', () => {
  const open: GenerationCheckContext = { ...gateway, routeCapabilities: { gatedFormats: ['gif', 'svg'] } }
  const gif = { ...legal, model: 'gpt-image-2.6-flare', output_format: 'gif' }
  const svg = { ...legal, model: 'gpt-image-2.6-flare', output_format: 'svg', svg: { model: 'gpt-5.4' } }
  const params = (body: JsonObject) => refusals(body, open).map((refusal) => refusal.param)

  it('are refused where the route does not say they are open', () => {
    expect(refusals(gif)[0]?.code).toBe('unsupported_output_format')
    expect(refusals(svg)[0]?.code).toBe('unsupported_output_format')
  })

  it('are accepted where it does', () => {
    expect(refusals({ ...gif, frame_count: 16, frame_duration_ms: 120, size: '720x720' }, open)).toEqual([])
    expect(refusals(svg, open)).toEqual([])
  })

  it('exclude streams, previews and compression', () => {
    expect(params({ ...gif, stream: true, partial_images: 1, output_compression: 80 })).toEqual([
      'output_compression',
      'stream',
      'partial_images',
    ])
    expect(params({ ...svg, stream: true, partial_images: 1, output_compression: 80, n: 2 })).toEqual([
      'output_compression',
      'stream',
      'partial_images',
      'n',
    ])
  })

  it('hold the sheet of frames to the pixel budget', () => {
    expect(params({ ...gif, size: '960x960' })).toEqual([])
    expect(params({ ...gif, size: '976x976' })).toEqual(['size'])
    expect(params({ ...gif, size: '960x960', frame_count: 10 })).toEqual(['size'])
    expect(params({ ...gif, size: '816x816', frame_count: 12 })).toEqual([])
  })

  it('warn of a frame shown longer than upstream shows it', () => {
    expect(accepted({ ...gif, frame_duration_ms: 700_000 }, open).warnings.map((warning) => warning.code)).toEqual([
      'frame_duration_capped',
    ])
  })

  it('name the member of svg that is wrong', () => {
    expect(params({ ...svg, svg: {} })).toEqual(['svg.model'])
    expect(params({ ...svg, svg: { model: 1 } })).toEqual(['svg.model'])
    expect(params({ ...svg, svg: { model: 'm', reasoning: { effort: 3 } } })).toEqual(['svg.reasoning.effort'])
    expect(params({ ...svg, svg: { model: 'm', other: 1 } })).toEqual(['svg.other'])
    expect(params({ ...svg, svg: 'm' })).toEqual(['svg'])
  })
})

describe('acceptGeneration', () => {
  it('throws the refusal the call answers', () => {
    expect(() => acceptGeneration({ ...legal, n: 0, foo: 1 }, gateway)).toThrow(Failure)
    expect(() => acceptGeneration({ ...legal, n: 0, foo: 1 }, gateway)).toThrow("Unknown parameter: 'foo'.")
  })

  it('gives request and remarks of a good one', () => {
    expect(acceptGeneration(legal, gateway)).toEqual({ request: accepted(legal).request, warnings: [] })
  })
})
