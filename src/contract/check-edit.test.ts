import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { acceptEdit, checkEdit, type EditCheckContext } from './check-edit.ts'
import { checkGeneration } from './check-generation.ts'
import { type DarkroomHeaders, parseDarkroomHeaders } from './darkroom-headers.ts'
import { dataUrlPlaceholder, type EditInputs } from './edit-inputs.ts'
import type { InputReference, InputRole } from './input-picture.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const gateway: EditCheckContext = {
  catalogue: new ModelCatalogue(),
  atMs: Date.parse('2026-11-20T12:00:00Z'),
  transparentPreview: false,
}
const fields = { model: 'gpt-image-2', prompt: 'a cat' }

function part(role: InputRole, param: string = role): InputReference {
  return { role, param, from: { kind: 'bytes', source: 'upload', byteLength: 1000 } }
}

const multipart = (...references: InputReference[]): EditInputs => ({ form: 'multipart', references })
const withMask = multipart(part('image'), part('mask'))
const json: EditInputs = { form: 'json', dataUrls: [] }

function asked(headers: Record<string, string>): DarkroomHeaders {
  const read = parseDarkroomHeaders(headers)
  if (!read.ok) throw read.refusals[0]
  return read.settings
}

const accepted = (body: JsonObject, inputs: EditInputs, context = gateway) => acceptEdit(body, inputs, context)
const found = (body: JsonObject, inputs: EditInputs, context = gateway) => {
  const check = checkEdit(body, inputs, context)
  return check.ok ? [] : check.refusals.map((refusal) => `${refusal.code} ${refusal.param}`)
}

describe('checkEdit accepts', () => {
  it('a form, with every default filled in and only its fields for upstream', () => {
    const { request, warnings } = accepted(fields, multipart(part('image')))
    expect(request).toMatchObject({
      operation: 'edit',
      n: 1,
      size: 'auto',
      outputFormat: 'png',
      inputFidelity: null,
      references: [part('image')],
      retouch: { strictMask: false, featherPx: 8, maskMode: 'alpha', maskSource: 'refuse', keyTransparency: false },
      wire: fields,
    })
    expect(warnings).toEqual([])
  })

  it('a JSON body, whose pictures and nulls do not go upstream as fields', () => {
    const body: JsonObject = {
      ...fields,
      images: [{ file_id: 'file_1' }, { image_url: 'https://a.example/b.webp?x=1' }, { image_url: dataUrlPlaceholder }],
      mask: { image_url: dataUrlPlaceholder },
      n: 2,
      quality: null,
      darkroom: { metadata: { a: 'b' } },
    }
    const dataUrls = [
      { param: 'images[2].image_url', byteLength: 70_000 },
      { param: 'mask.image_url', byteLength: 500 },
    ]
    const { request } = accepted(body, { form: 'json', dataUrls })
    expect(request.references).toEqual([
      { role: 'image', param: 'images[0].file_id', from: { kind: 'file_id', id: 'file_1' } },
      { role: 'image', param: 'images[1].image_url', from: { kind: 'url', url: 'https://a.example/b.webp?x=1' } },
      { role: 'image', param: 'images[2].image_url', from: { kind: 'bytes', source: 'data_url', byteLength: 70_000 } },
      { role: 'mask', param: 'mask.image_url', from: { kind: 'bytes', source: 'data_url', byteLength: 500 } },
    ])
    expect(request.wire).toEqual({ ...fields, n: 2 })
    expect(request.extension).toEqual({ metadata: { a: 'b' } })
  })

  it.each([
    ['', 1],
    ['=', 2],
    ['==', 1],
  ])('a data URL that still stands in the body, counting its bytes with padding %j', (padding, bytes) => {
    const text = { '': 'AA', '=': 'AAA', '==': 'AA' }[padding]
    const body = { ...fields, images: [{ image_url: `DATA:image/png;base64,${text}${padding}` }] }
    expect(accepted(body, json).request.references[0]?.from).toEqual({ kind: 'bytes', source: 'data_url', byteLength: bytes })
  })

  it('a mask of null as none', () => {
    expect(accepted({ ...fields, images: [{ file_id: 'f' }], mask: null }, json).request.references).toHaveLength(1)
  })

  it('16 parts in their order, with the mask after them wherever it stood', () => {
    const images = Array.from({ length: 16 }, (_, index) => part('image', `image[${index}]`))
    const { request } = accepted(fields, multipart(part('mask'), ...images))
    expect(request.references).toEqual([...images, part('mask')])
  })

  it('an address of the gateway itself although it is not https', () => {
    const own = 'http://127.0.0.1:4100/v2/images/img_1/content'
    const body = { ...fields, images: [{ image_url: own }] }
    expect(found(body, json)).toEqual(['url_not_allowed images[0].image_url'])
    expect(found(body, { ...json, isServedUrl: (url) => url === own })).toEqual([])
  })

  it('input_fidelity where the model has it', () => {
    const high = accepted({ ...fields, model: 'gpt-image-1.5', input_fidelity: 'high' }, multipart(part('image')))
    expect(high.request).toMatchObject({ inputFidelity: 'high', wire: { input_fidelity: 'high' } })
    expect(accepted({ ...fields, model: 'gpt-image-1-mini', input_fidelity: 'low' }, multipart(part('image'))).request.inputFidelity).toBe(
      'low',
    )
    expect(accepted({ ...fields, input_fidelity: null }, multipart(part('image'))).request.inputFidelity).toBeNull()
  })
})

describe('a strict mask', () => {
  const strict: EditCheckContext = { ...gateway, headers: asked({ 'x-darkroom-mask': 'strict' }) }

  it('is asked by header, by the key darkroom, or by the project for every mask', () => {
    expect(accepted(fields, withMask, strict).request.retouch.strictMask).toBe(true)
    const body = { ...fields, darkroom: { mask: 'strict', feather_px: 0 } }
    expect(accepted(body, withMask).request.retouch).toMatchObject({ strictMask: true, featherPx: 0 })
    const byDefault = { ...gateway, strictMaskByDefault: true }
    expect(accepted(fields, withMask, byDefault).request.retouch.strictMask).toBe(true)
    expect(accepted(fields, multipart(part('image')), byDefault).request.retouch.strictMask).toBe(false)
    expect(accepted({ ...fields, darkroom: { mask: 'guide' } }, withMask, byDefault).request.retouch.strictMask).toBe(false)
  })

  it.each<[string, JsonObject, string]>([
    ['a jpeg', { output_format: 'jpeg' }, 'output_format'],
    ['a lossy webp', { output_format: 'webp', output_compression: 90 }, 'output_compression'],
    ['a transparent background', { background: 'transparent', model: 'gpt-image-2.5-flare' }, 'background'],
  ])('is refused for %s, naming what was found and what would do', (_title, change, param) => {
    const check = checkEdit({ ...fields, ...change }, withMask, strict)
    expect(check.ok ? [] : check.refusals).toMatchObject([{ code: 'strict_mask_impossible', param, outcome: 'not_charged' }])
    expect(check.ok ? '' : check.refusals[0]?.message).toMatch(/found .+, expected .+Nothing was charged/)
  })

  it('takes lossless webp', () => {
    expect(found({ ...fields, output_format: 'webp', output_compression: 100 }, withMask, strict)).toEqual([])
    expect(found({ ...fields, output_format: 'webp' }, withMask, strict)).toEqual([])
  })

  it('without a mask is a wish that cannot be fulfilled, in an edit as in a generation', () => {
    expect(found(fields, multipart(part('image')), strict)).toEqual(['strict_mask_impossible mask'])
    const generation = checkGeneration(fields, strict)
    expect(generation.ok ? [] : generation.refusals.map((refusal) => refusal.code)).toEqual(['strict_mask_impossible'])
  })

  it('is needed by a feather, and a mask by a mask mode', () => {
    expect(found({ ...fields, darkroom: { feather_px: 4 } }, withMask)).toEqual(['unsupported_combination darkroom.feather_px'])
    expect(found({ ...fields, darkroom: { mask_mode: 'luminance' } }, multipart(part('image')))).toEqual([
      'unsupported_combination darkroom.mask_mode',
    ])
    expect(found({ ...fields, darkroom: { mask_mode: 'luminance', mask: 'strict', feather_px: 4 } }, withMask)).toEqual([])
  })
})

describe('a transparent background by keying', () => {
  const key = { ...gateway, headers: asked({ 'x-darkroom-transparency': 'key' }) }
  const transparent = { ...fields, background: 'transparent' }

  it('is done on models that refuse it or of which nobody knows', () => {
    for (const model of ['gpt-image-2', 'gpt-image-2.6-flare']) {
      expect(accepted({ ...transparent, model }, multipart(part('image')), key)).toMatchObject({
        request: { retouch: { keyTransparency: true } },
        warnings: [],
      })
    }
    const generation = checkGeneration(transparent, key)
    expect(generation.ok && generation.request.retouch.keyTransparency).toBe(true)
  })

  it('is left to models that draw it themselves, and to calls that do not ask for it', () => {
    const native = accepted({ ...transparent, model: 'gpt-image-2.5-flare' }, multipart(part('image')), key)
    expect(native.request.retouch.keyTransparency).toBe(false)
    expect(accepted(fields, multipart(part('image')), key).request.retouch.keyTransparency).toBe(false)
    const preview = accepted(transparent, multipart(part('image')), { ...key, transparentPreview: true })
    expect(preview.request.retouch.keyTransparency).toBe(false)
  })

  it('needs png or webp', () => {
    expect(found({ ...transparent, output_format: 'jpeg' }, multipart(part('image')), key)).toEqual(['unsupported_background background'])
  })
})

describe('headers and the key darkroom', () => {
  it.each<[string, string, JsonObject]>([
    ['mask', 'strict', { mask: 'guide' }],
    ['review', 'required', { review: 'none' }],
    ['prompt', 'hero@2', { prompt: { id: 'hero', version: 3 } }],
    ['rights', 'own work', { rights: ['own work'] }],
  ])('that say different things of %s are refused', (name, value, darkroom) => {
    const context = { ...gateway, headers: asked({ [`x-darkroom-${name}`]: value }) }
    expect(found({ ...fields, darkroom }, withMask, context)).toEqual([`invalid_parameter_header x-darkroom-${name}`])
  })

  it('may say the same twice', () => {
    const headers = asked({
      'x-darkroom-mask': 'strict',
      'x-darkroom-review': 'none',
      'x-darkroom-prompt': 'hero@2',
      'x-darkroom-rights': 'own work',
    })
    const darkroom = { mask: 'strict', review: 'none', prompt: { id: 'hero', version: 2, variables: { a: 'b' } }, rights: 'own work' }
    expect(found({ ...fields, darkroom }, withMask, { ...gateway, headers })).toEqual([])
  })

  it('are unknown to upstream', () => {
    const upstream = { ...gateway, as: 'upstream' as const, headers: asked({ 'x-darkroom-mask': 'strict' }) }
    expect(found({ ...fields, darkroom: {} }, withMask, upstream)).toEqual(['unknown_parameter darkroom'])
    expect(accepted(fields, withMask, upstream).request.retouch.strictMask).toBe(false)
  })

  it('may not hold more rights notes than there are images', () => {
    expect(found({ ...fields, darkroom: { rights: ['a', 'b'] } }, withMask)).toEqual(['invalid_value darkroom.rights'])
    expect(found({ ...fields, darkroom: { rights: ['a'] } }, withMask)).toEqual([])
  })
})
