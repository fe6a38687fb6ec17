import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asFile, clientOf, differences, drawnPng, maskPng, picturesOf, pixelsOf, sourcePng } from './edit-test-kit.ts'
import { pictureFacts, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = await quickSandbox({ flat: false })
  client = clientOf(sandbox)
})
afterAll(() => sandbox.close())

const side = 1024
const source = sourcePng(side, side)
const open = { x: 301, y: 187, width: 420, height: 333 }
const small = { model: 'gpt-image-2', prompt: 'A quiet harbour at night', size: '1024x1024', quality: 'low' } as const

async function edited(change: Partial<OpenAI.ImageEditParamsNonStreaming> = {}): Promise<Buffer> {
  const reply = await client.images.edit({ ...small, image: await asFile(source), ...change })
  return picturesOf(reply)[0]!
}

describe('a masked edit', () => {
  test('repaints the open box and leaves every other pixel as it was', async () => {
    const result = await pixelsOf(await edited({ mask: await asFile(maskPng(side, side, open)) }))
    const { inside, outside } = differences(await pixelsOf(source), result, open)
    expect(outside).toBe(0)
    expect(inside / (open.width * open.height)).toBeGreaterThan(0.99)
  })

  test('does so for any box, with further pictures, on plain sandboxes too', async () => {
    await using plain = await quickSandbox()
    const before = await pixelsOf(source)
    const image = await Promise.all([source, sourcePng(40, 60, 3), sourcePng(80, 30, 4)].map((bytes) => asFile(bytes)))
    const place = fc.record({
      x: fc.integer({ min: 0, max: side - 1 }),
      y: fc.integer({ min: 0, max: side - 1 }),
      width: fc.integer({ min: 1, max: side }),
      height: fc.integer({ min: 1, max: side }),
    })
    await fc.assert(
      fc.asyncProperty(place, async (box) => {
        const mask = await asFile(maskPng(side, side, box))
        const reply = await clientOf(plain).images.edit({ ...small, image, mask })
        const { inside, outside } = differences(before, await pixelsOf(picturesOf(reply)[0]!), box)
        expect(outside).toBe(0)
        expect(inside).toBeGreaterThan(0)
      }),
      { numRuns: 8 },
    )
  })

  test('blends where the mask is half transparent', async () => {
    const half = drawnPng(side, side, (brush) => {
      brush.fillRect(0, 0, side, side)
      brush.clearRect(500, 500, 200, 200)
      brush.clearRect(100, 100, 300, 300)
      brush.fillStyle = 'rgba(0, 0, 0, 0.5)'
      brush.fillRect(100, 100, 300, 300)
    })
    const [soft, hard] = await Promise.all([edited({ mask: await asFile(half) }).then(pixelsOf), pixelsOf(source)])
    expect(differences(hard, soft, { x: 100, y: 100, width: 600, height: 600 }).outside).toBe(0)
    expect(differences(hard, soft, { x: 100, y: 100, width: 300, height: 300 }).inside).toBeGreaterThan(80_000)
  })

  test('keeps the colours of half and wholly transparent pixels, which a canvas would lose', async () => {
    const { default: sharp } = await import('sharp')
    const raw = Buffer.from(Array.from({ length: side * side * 4 }, (_, index) => (index * 2_654_435_761) >>> 24))
    const clear = await sharp(raw, { raw: { width: side, height: side, channels: 4 } })
      .png({ adaptiveFiltering: true })
      .toBuffer()
    const reply = await client.images.edit({ ...small, image: await asFile(clear), mask: await asFile(maskPng(side, side, open)) })
    expect(reply.background).toBe('transparent')
    const after = await sharp(picturesOf(reply)[0]!).raw().toBuffer()
    const [before, result] = [raw, after].map((data) => ({ width: side, height: side, data: new Uint8ClampedArray(data) })) as [
      never,
      never,
    ]
    expect(differences(before, result, open).outside).toBe(0)
  })

  test('has soft previews of the box and the source itself around it', async () => {
    const mask = await asFile(maskPng(side, side, open))
    const stream = await client.images.edit({ ...small, image: await asFile(source), mask, stream: true, partial_images: 1 })
    const [preview, finished] = await Array.fromAsync(stream)
    const [soft, sharp] = await Promise.all([preview, finished].map((event) => pixelsOf(Buffer.from(event!.b64_json, 'base64'))))
    expect(differences(await pixelsOf(source), soft!, open).outside).toBe(0)
    expect(differences(soft!, sharp!, open).inside).toBeGreaterThan(50_000)
  })
})

describe('an edit without a mask', () => {
  test('paints a badge and leaves most of the picture as it was', async () => {
    const whole = { x: 0, y: 0, width: side, height: side }
    const { inside } = differences(await pixelsOf(source), await pixelsOf(await edited()), whole)
    const share = inside / side ** 2
    expect(share).toBeGreaterThan(0.1)
    expect(share).toBeLessThan(0.45)
  })

  test('shows further pictures as prints along the lower edge', async () => {
    const red = drawnPng(200, 200, (brush) => {
      brush.fillStyle = '#ff0000'
      brush.fillRect(0, 0, 200, 200)
    })
    const { width, data } = await pixelsOf(await edited({ image: [await asFile(source), await asFile(red)] }))
    const at = 4 * (Math.round(side - 0.16 * side) * width + Math.round(side - 0.16 * side))
    expect([...data.subarray(at, at + 3)]).toEqual([255, 0, 0])
  })

  test('paints where a markup points, on models that know markups', async () => {
    const spot = { x: 700, y: 700, width: 200, height: 150 }
    const markup = drawnPng(side, side, (brush) => brush.fillRect(spot.x, spot.y, spot.width, spot.height))
    const model = 'gpt-image-2.5-flare'
    const reach = { x: 600, y: 600, width: 400, height: 350 }
    const { inside, outside } = differences(
      await pixelsOf(source),
      await pixelsOf(await edited({ model, markup: await asFile(markup) })),
      reach,
    )
    expect([inside > 20_000, outside]).toEqual([true, 0])
  })
})

describe('the size of an edit', () => {
  test.each([
    [1024, 1024, '1254x1254'],
    [1600, 900, '1672x941'],
    [600, 1200, '887x1774'],
    [3000, 300, '2172x724'],
  ])('left to auto follows the first picture: %ix%i becomes %s', async (width, height, size) => {
    const reply = await client.images.edit({
      ...small,
      size: 'auto',
      image: await asFile(drawnPng(width, height, (brush) => brush.fillRect(0, 0, width, height))),
    })
    expect(reply.size).toBe(size)
    expect(pictureFacts(picturesOf(reply)[0]!).size).toBe(size)
  })

  test('follows the picture as it stands upright', async () => {
    const { default: sharp } = await import('sharp')
    const turned = await sharp({ create: { width: 900, height: 1600, channels: 3, background: '#446' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const reply = await client.images.edit({ ...small, size: 'auto', image: await asFile(turned, 'turned.jpg', 'image/jpeg') })
    expect(reply.size).toBe('1672x941')
  })

  test('enlarges source and mask alike', async () => {
    const low = drawnPng(512, 512, (brush) => {
      brush.fillStyle = '#2060a0'
      brush.fillRect(0, 0, 512, 512)
    })
    const mask = maskPng(512, 512, { x: 128, y: 128, width: 256, height: 256 })
    const blue = createCanvas(side, side).getContext('2d')
    blue.fillStyle = '#2060a0'
    blue.fillRect(0, 0, side, side)
    const before = { width: side, height: side, data: blue.getImageData(0, 0, side, side).data }
    const after = await pixelsOf(await edited({ image: await asFile(low), mask: await asFile(mask) }))
    const { inside, outside } = differences(before, after, { x: 252, y: 252, width: 520, height: 520 })
    expect([inside > 200_000, outside]).toEqual([true, 0])
  })
})
