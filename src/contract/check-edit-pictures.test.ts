import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acceptEdit } from './check-edit.ts'
import { checkEditPictures, type EditPicturesContext } from './check-edit-pictures.ts'
import { Failure } from './failure.ts'
import type { ImageRequest } from './image-request.ts'
import type { InputPicture } from './input-picture.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const { request: plain } = acceptEdit(
  { model: 'gpt-image-2', prompt: 'a cat' },
  { form: 'multipart', references: [{ role: 'image', param: 'image', from: { kind: 'bytes', source: 'upload', byteLength: 9 } }] },
  { catalogue: new ModelCatalogue(), atMs: Date.parse('2026-11-20T12:00:00Z'), transparentPreview: false },
)

const picture: InputPicture = {
  role: 'image',
  param: 'image',
  format: 'png',
  bytes: 1_000_000,
  width: 1536,
  height: 1024,
  orientation: 1,
  bitDepth: 8,
  colourSpace: 'srgb',
  frames: 1,
  alpha: false,
  transparentShare: 0,
  opaqueShare: 1,
}
const hole: Partial<InputPicture> = { alpha: true, transparentShare: 0.25, opaqueShare: 0.75 }
const mask: InputPicture = { ...picture, ...hole, role: 'mask', param: 'mask', bytes: 20_000 }
const markup: InputPicture = { ...mask, role: 'markup', param: 'markup' }

const guide: EditPicturesContext = { strictMask: false, maskMode: 'alpha', maskSource: 'refuse' }
const strict: EditPicturesContext = { ...guide, strictMask: true }

function check(pictures: InputPicture[], context = guide, changes: Partial<ImageRequest> = {}) {
  return checkEditPictures({ ...plain, ...changes }, pictures, context)
}
const messages = (...given: Parameters<typeof check>) => check(...given).refusals.map((refusal) => refusal.message)
const codes = (...given: Parameters<typeof check>) => check(...given).refusals.map((refusal) => `${refusal.code} ${refusal.param}`)

describe('checkEditPictures', () => {
  it('accepts pictures, alone, with a mask and with a markup', () => {
    for (const pictures of [[picture], [picture, picture], [picture, mask], [picture, markup]]) {
      expect(check(pictures)).toEqual({ refusals: [], warnings: [] })
    }
  })

  it.each<[string, Partial<InputPicture>, string]>([
    ['more than 50 MB', { bytes: 52_428_801 }, 'image_too_large'],
    ['more than 33,554,432 pixels', { width: 33_554_433, height: 1 }, 'image_too_many_pixels'],
    ['two frames', { frames: 2 }, 'animated_image'],
    ['CMYK', { colourSpace: 'cmyk' }, 'invalid_image_file'],
    ['16 bits a channel', { bitDepth: 16 }, 'invalid_image_file'],
  ])('refuses %s in any picture, saying what was found and expected', (_title, change, code) => {
    const { refusals } = check([picture, { ...picture, ...change, param: 'image[1]' }])
    expect(refusals).toMatchObject([{ code, param: 'image[1]', outcome: 'not_charged' }])
    expect(refusals[0]?.message).toMatch(/found .+ expected .+ Nothing was charged/i)
  })

  it('begins with upstream’s words where a picture cannot be read', () => {
    const cmyk = [picture, { ...picture, colourSpace: 'cmyk' as const }]
    const words = 'Invalid image file or mode for image 2, please check your image file.'
    expect(messages(cmyk)[0]).toBe(
      `${words} Found CMYK, expected RGB or grey with at most 8 bits a channel. Nothing was charged; convert it.`,
    )
    expect(messages(cmyk, { ...guide, as: 'upstream' })).toEqual([words])
  })

  it('refuses every picture that is wrong at once', () => {
    const heavy = { ...picture, bytes: 60_000_000 }
    expect(codes([heavy, { ...heavy, param: 'image[1]' }])).toEqual(['image_too_large image', 'image_too_large image[1]'])
  })

  it('takes grey, palettes and other profiles as they are', () => {
    expect(
      codes([
        { ...picture, colourSpace: 'grey', bitDepth: 1 },
        { ...picture, colourSpace: 'other' },
      ]),
    ).toEqual([])
  })
})

describe('a mask', () => {
  it.each<[string, Partial<InputPicture>, string]>([
    ['of another size', { width: 1024 }, 'mask size does not match image size: found 1024x1024, image is 1536x1024'],
    ['that is a jpeg', { format: 'jpeg', alpha: false }, 'found jpeg, expected a PNG with an alpha channel'],
    ['without alpha', { alpha: false, transparentShare: 0 }, 'found a mask without an alpha channel, expected transparent pixels'],
    ['without a transparent pixel', { transparentShare: 0 }, 'found no fully transparent pixel'],
  ])('%s is refused', (_title, change, words) => {
    const { refusals } = check([picture, { ...mask, ...change }])
    expect(refusals).toMatchObject([{ code: 'invalid_mask_image_format', type: 'image_generation_user_error', param: null, status: 400 }])
    expect(refusals[0]?.message).toContain(`Invalid mask image format - ${words}`)
    expect(refusals[0]?.message).toContain('Nothing was charged; ')
  })

  it('of another size is refused in upstream’s bare words when it plays upstream', () => {
    expect(messages([picture, { ...mask, width: 1024 }], { ...guide, as: 'upstream' })).toEqual([
      'Invalid mask image format - mask size does not match image size',
    ])
  })

  it('of the upright size of a turned photograph is told so', () => {
    const turned = { ...picture, width: 1024, height: 1536, orientation: 6 }
    expect(messages([turned, mask])[0]).toContain('image is 1024x1536 as stored, before its orientation tag 6 turns it')
  })

  it('of more than 4 MB is refused, unless it is made anew from its brightness', () => {
    const heavy = { ...mask, bytes: 4_194_305 }
    expect(codes([picture, heavy])).toEqual(['image_too_large mask'])
    expect(codes([picture, heavy], { ...guide, maskMode: 'luminance' })).toEqual([])
  })

  it('over a jpeg or webp is refused, naming the way out', () => {
    for (const format of ['jpeg', 'webp'] as const) {
      const pictures = [{ ...picture, format }, mask]
      expect(messages(pictures)[0]).toContain(`found a PNG mask over a ${format} image`)
      expect(messages(pictures)[0]).toContain('x-darkroom-mask-source: convert')
      expect(codes(pictures, { ...guide, maskSource: 'convert' })).toEqual([])
    }
  })

  it('without an opaque pixel is a remark', () => {
    expect(check([picture, { ...mask, transparentShare: 1, opaqueShare: 0 }])).toMatchObject({
      refusals: [],
      warnings: [{ code: 'mask_without_opaque_pixels', param: 'mask' }],
    })
  })

  it('that is read by brightness may be any picture of the right size', () => {
    const luminance: EditPicturesContext = { ...guide, maskMode: 'luminance' }
    const grey: InputPicture = { ...mask, format: 'jpeg', alpha: false, transparentShare: 0, opaqueShare: 1, colourSpace: 'grey' }
    expect(check([picture, grey], luminance)).toEqual({ refusals: [], warnings: [] })
    expect(codes([picture, { ...grey, height: 1000 }], luminance)).toEqual(['invalid_mask_image_format null'])
  })
})

describe('a markup', () => {
  it.each<[string, Partial<InputPicture>, string]>([
    ['that is a webp', { format: 'webp' }, 'found webp, expected a PNG'],
    ['of another size', { width: 1024 }, 'found 1024x1024, image is 1536x1024'],
    ['without a transparent pixel', { transparentShare: 0 }, 'found no transparent pixel'],
  ])('%s is refused', (_title, change, words) => {
    const { refusals } = check([picture, { ...markup, ...change }])
    expect(refusals).toMatchObject([{ code: 'invalid_markup_image', publicCode: 'invalid_value', param: 'markup' }])
    expect(refusals[0]?.message).toContain(words)
  })

  it('is compared upright with a turned photograph, of any format', () => {
    expect(codes([{ ...picture, format: 'jpeg', width: 1024, height: 1536, orientation: 8 }, markup])).toEqual([])
  })
})

describe('a strict mask', () => {
  const size = { width: 1536, height: 1024 }
  const impossible = 'strict_mask_impossible'

  it('takes a size of exactly the shape of the image, larger or smaller', () => {
    for (const fitting of [size, { width: 1200, height: 800 }, { width: 3072, height: 2048 }]) {
      expect(codes([picture, mask], strict, { size: fitting })).toEqual([])
    }
  })

  it('refuses auto and other shapes, offering the nearest size that fits', () => {
    for (const other of ['auto', { width: 1024, height: 1024 }, { width: 1520, height: 1024 }] as const) {
      const { refusals } = check([picture, mask], strict, { size: other })
      expect(refusals).toMatchObject([{ code: impossible, param: 'size', outcome: 'not_charged' }])
      expect(refusals[0]?.message).toContain(
        'expected exactly the shape of the image (1536x1024). Nothing was charged; ask size 1536x1024,',
      )
    }
  })

  it('offers no size where none fits', () => {
    const odd = { ...picture, width: 1000, height: 1001 }
    expect(messages([odd, { ...mask, width: 1000, height: 1001 }], strict)[0]).toContain('crop the image')
  })

  it('offers only sizes that the model has', () => {
    const mini = new ModelCatalogue().find('gpt-image-1-mini', Date.parse('2026-11-20'))!.row
    const small = { width: 600, height: 400 }
    const message = messages(
      [
        { ...picture, ...small },
        { ...mask, ...small },
      ],
      strict,
      { model: mini },
    )[0]
    expect(message).toContain('ask size 1536x1024')
  })

  it.each<[string, Partial<InputPicture>]>([
    ['a jpeg', { format: 'jpeg' }],
    ['another colour profile', { colourSpace: 'other' }],
    ['an orientation tag', { orientation: 3 }],
  ])('refuses an image with %s', (_title, change) => {
    const { refusals } = check([{ ...picture, ...change }, mask], strict, { size })
    expect(refusals.at(-1)).toMatchObject({ code: impossible, param: 'image' })
    expect(refusals.at(-1)?.message).toMatch(/found .+, expected .+Nothing was charged; .+ or send x-darkroom-mask: guide\.$/)
  })

  it('refuses an image that could not be put together again, and tells which result takes more', () => {
    const photograph = { width: 4032, height: 3024 }
    const pictures = [
      { ...picture, ...photograph },
      { ...mask, ...photograph },
    ]
    const scaled = { width: 1600, height: 1200 }
    expect(codes(pictures, strict, { size: scaled })).toEqual([])
    expect(messages(pictures, strict, { size: scaled, outputFormat: 'webp' })[0]).toContain(
      'found an image of 4032x3024, expected at most 8294400 pixels',
    )
  })

  it('takes a jpeg that is converted, and grey pixels', () => {
    expect(codes([{ ...picture, format: 'jpeg' }, mask], { ...strict, maskSource: 'convert' }, { size })).toEqual([])
    expect(codes([{ ...picture, colourSpace: 'grey' }, mask], strict, { size })).toEqual([])
  })
})

it('never throws, whatever was decoded, and refuses only what costs nothing', () => {
  const anyPicture = fc.record<InputPicture>({
    role: fc.constantFrom('image', 'mask', 'markup'),
    param: fc.string(),
    format: fc.constantFrom('png', 'jpeg', 'webp'),
    bytes: fc.nat(),
    width: fc.integer({ min: 1, max: 70_000 }),
    height: fc.integer({ min: 1, max: 70_000 }),
    orientation: fc.integer({ min: 1, max: 8 }),
    bitDepth: fc.constantFrom(1, 2, 4, 8, 16),
    colourSpace: fc.constantFrom('srgb', 'grey', 'cmyk', 'other'),
    frames: fc.integer({ min: 1, max: 3 }),
    alpha: fc.boolean(),
    transparentShare: fc.double({ min: 0, max: 1 }),
    opaqueShare: fc.double({ min: 0, max: 1 }),
  })
  const anyContext = fc.record<EditPicturesContext>({
    strictMask: fc.boolean(),
    maskMode: fc.constantFrom('alpha', 'luminance'),
    maskSource: fc.constantFrom('refuse', 'convert'),
    as: fc.constantFrom('gateway', 'upstream'),
  })
  fc.assert(
    fc.property(fc.array(anyPicture, { maxLength: 17 }), anyContext, (pictures, context) => {
      const { refusals } = checkEditPictures(plain, pictures, context)
      return refusals.every((refusal) => refusal instanceof Failure && refusal.outcome === 'not_charged')
    }),
  )
})
