import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dataUrl, differences, drawnPng, maskPng, type Pixels, picturesOf, pixelsOf, postEdit, sourcePng } from './edit-test-kit.ts'
import { errorOf, pictureFacts, postWith, quickSandbox, readEvents, spoiled } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const side = 1024
const open = { x: 400, y: 300, width: 200, height: 240 }
const all = { x: 0, y: 0, width: side, height: side }
const source = drawnPng(side, side, (brush) => {
  brush.fillStyle = '#808890'
  brush.fillRect(0, 0, side, side)
  brush.fillStyle = '#102030'
  brush.font = 'bold 90px sans-serif'
  brush.fillRect(80, 700, 700, 24)
  brush.fillRect(80, 740, 30, 160)
  brush.fillRect(640, 740, 30, 160)
})
const call = { size: '1024x1024', images: [{ image_url: dataUrl(source) }], mask: { image_url: dataUrl(maskPng(side, side, open)) } }
const withWords = (words: string) => ({ ...call, prompt: `a cat [[sandbox: ${words}]]` })

async function spoiledPixels(words: string): Promise<Pixels> {
  const response = await postEdit(sandbox, withWords(words))
  expect(response.status).toBe(200)
  return pixelsOf(picturesOf((await response.json()) as never)[0]!)
}
const colourAt = ({ width, data }: Pixels, x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)]
const changedOutside = async (words: string) => differences(await pixelsOf(source), await spoiledPixels(words), open).outside

describe('an edit that goes wrong', () => {
  test('drift moves every pixel outside the mask a little, by at most so many levels', async () => {
    const [before, after] = [await pixelsOf(source), await spoiledPixels('drift=5')]
    expect(differences(before, after, open).outside).toBe(side * side - open.width * open.height)
    const beyond = before.data.filter((value, at) => {
      const pixel = at >> 2
      const [x, y] = [pixel % side, Math.floor(pixel / side)]
      const isInside = x >= open.x && x < open.x + open.width && y >= open.y && y < open.y + open.height
      return !isInside && Math.abs(value - after.data[at]!) > 5
    })
    expect(beyond).toHaveLength(0)
  })

  test('drift without a figure moves as much as drift=8, on white and black too', async () => {
    const plain = await pixelsOf(drawnPng(64, 64, (brush) => brush.fillRect(0, 0, 32, 64)))
    expect(plain.width).toBe(64)
    expect(colourAt(await spoiledPixels('drift'), 5, 5)).toEqual(colourAt(await spoiledPixels('drift=8'), 5, 5))
    const white = drawnPng(side, side, (brush) => {
      brush.fillStyle = '#ffffff'
      brush.fillRect(0, 0, side, side)
    })
    const response = await postEdit(sandbox, { ...withWords('drift'), images: [{ image_url: dataUrl(white) }] })
    const after = await pixelsOf(picturesOf((await response.json()) as never)[0]!)
    expect(differences(await pixelsOf(white), after, open).outside).toBe(side * side - open.width * open.height)
  })

  test('recolour warms everything outside the mask', async () => {
    expect(colourAt(await spoiledPixels('recolour=16'), 3, 3)).toEqual([0x80 + 16, 0x88, 0x90 - 16])
    expect(colourAt(await spoiledPixels('recolour'), 3, 3)).toEqual([0x80 + 24, 0x88, 0x90 - 24])
  })

  test('shift=30,-12 moves the picture by whole pixels', async () => {
    const after = await spoiledPixels('shift=30,-12')
    const before = await pixelsOf(source)
    expect(colourAt(after, 80 + 30, 700 - 12)).toEqual(colourAt(before, 80, 700))
    expect(colourAt(after, 80 + 29, 740 - 12)).toEqual([0x80, 0x88, 0x90])
    expect(await changedOutside('shift=30,-12')).toBeGreaterThan(1_000)
  })

  test('scale=1.1 enlarges the picture about its centre', async () => {
    const after = await spoiledPixels('scale=1.1')
    const [x, y] = [512 + (655 - 512) * 1.1, 512 + (880 - 512) * 1.1].map(Math.round) as [number, number]
    expect(colourAt(after, x, y)).toEqual([0x10, 0x20, 0x30])
    expect(await changedOutside('scale=1.1')).toBeGreaterThan(5_000)
  })

  test('garble changes one small spot outside the mask', async () => {
    const changed = await changedOutside('garble')
    expect(changed).toBeGreaterThan(20)
    expect(changed).toBeLessThan(44 * 44)
  })

  test('ignoremask repaints far beyond the mask', async () => {
    expect(await changedOutside('ignoremask')).toBeGreaterThan(open.width * open.height)
  })

  test('faults of the picture combine, the last of two alike wins', async () => {
    const after = await spoiledPixels('recolour=10, shift=30,-12 recolour=16')
    expect(colourAt(after, 3, 3)).toEqual([0x90, 0x88, 0x80])
  })

  test('without a fault not one pixel outside the mask changes', async () => {
    expect(await changedOutside('latency=0')).toBe(0)
  })
})

describe('the other faults on an edit', () => {
  test('size ignores the asked size', async () => {
    const reply = (await (await postEdit(sandbox, withWords('size=1254x1254'))).json()) as { size: string; data: { b64_json: string }[] }
    expect(reply.size).toBe('1254x1254')
    expect(pictureFacts(picturesOf(reply)[0]!).size).toBe('1254x1254')
  })

  test.each([
    ['status=503', 503, null],
    ['moderation', 400, 'moderation_blocked'],
    ['code=insufficient_quota', 429, 'insufficient_quota'],
  ])('%s refuses it, and charges nothing', async (words, status, code) => {
    const before = sandbox.invoice.totals().calls
    expect(await errorOf(postEdit(sandbox, withWords(words)))).toMatchObject({ status, ...(code && { code }) })
    expect(sandbox.invoice.totals().calls).toBe(before)
  })

  test('one-partial, error-after-partial and usage=missing work on its stream and answer', async () => {
    const stream = { stream: true, partial_images: 2 }
    const namesOf = async (words: string) =>
      readEvents(await (await postEdit(sandbox, { ...withWords(words), ...stream })).text()).map(({ event }) => event)
    expect(await namesOf('one-partial')).toEqual(['image_edit.partial_image', 'image_edit.completed'])
    expect(await namesOf('error-after-partial')).toEqual(['image_edit.partial_image', 'error'])
    expect(await (await postEdit(sandbox, withWords('usage=missing'))).json()).not.toHaveProperty('usage')
  })

  test('an armed fault meets it', async () => {
    sandbox.faults.arm({ match: { prompt: 'a dog' }, fault: 'status=500' })
    expect((await postEdit(sandbox, { ...call, prompt: 'a dog' })).status).toBe(500)
    expect((await postEdit(sandbox, { ...call, prompt: 'a dog' })).status).toBe(200)
  })
})

test('on a generation garble sets one letter of the title wrong, the words of edits change nothing', async () => {
  await using painting = await quickSandbox({ flat: false })
  const pictureOf = async (words: string) => {
    const response = await postWith(painting, words)
    return pixelsOf(picturesOf((await response.json()) as never)[0]!)
  }
  const [plain, garbled, drifted] = await Promise.all([pictureOf('latency=0'), pictureOf('garble'), pictureOf('drift=9')])
  expect(differences(plain, garbled, all).inside).toBeGreaterThan(100)
  expect(differences(plain, garbled, all).inside).toBeLessThan(0.2 * side * side)
  expect(differences(plain, drifted, all).inside).toBe(0)
  expect((await spoiled(painting, 'garble')).reply.usage.output_tokens).toBe(196)
})

test('a source of noise survives an edit at the edge of the picture', async () => {
  const noise = sourcePng(side, side, 2)
  const corner = { x: side - 1, y: side - 1, width: 1, height: 1 }
  const mask = { image_url: dataUrl(maskPng(side, side, corner)) }
  const reply = await (await postEdit(sandbox, { ...call, images: [{ image_url: dataUrl(noise) }], mask })).json()
  const { outside } = differences(await pixelsOf(noise), await pixelsOf(picturesOf(reply as never)[0]!), corner)
  expect(outside).toBe(0)
})
