import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { directPicture } from './art-direction.ts'
import { type Colour, pixelOfColour } from './colour.ts'
import { type PictureOrder, PicturePress } from './index.ts'
import type { Box } from './page/box.ts'

const press = new PicturePress({ threads: 1 })
afterAll(() => press.close())

const base: PictureOrder = {
  prompt: 'A quiet harbour at dawn, lanterns, watercolour',
  width: 320,
  height: 256,
  format: 'png',
  compression: 100,
  background: 'opaque',
  quality: 'medium',
  model: 'gpt-image-2',
  seed: 'c0ffee',
  label: ['gpt-image-2 · 320x256 · medium', 'sandbox'],
}

interface Pixels {
  width: number
  height: number
  data: Uint8ClampedArray
}

async function decode(bytes: Buffer): Promise<Pixels> {
  const image = await loadImage(bytes)
  const brush = createCanvas(image.width, image.height).getContext('2d')
  brush.drawImage(image, 0, 0)
  return { width: image.width, height: image.height, data: brush.getImageData(0, 0, image.width, image.height).data }
}

/** Format and size as the file's own header says them. */
function readHeader(bytes: Buffer): [format: string, width: number, height: number] {
  if (bytes.readUInt32BE(0) === 0x89504e47) return ['png', bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (bytes.toString('latin1', 8, 12) === 'WEBP') return readWebpHeader(bytes)
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt16BE(at)
    if (marker >= 0xffc0 && marker <= 0xffc3) return ['jpeg', bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)]
  }
  throw new Error('expected a png, jpeg or webp')
}

function readWebpHeader(bytes: Buffer): [format: string, width: number, height: number] {
  const chunk = bytes.toString('latin1', 12, 16)
  if (chunk === 'VP8X') return ['webp', 1 + bytes.readUIntLE(24, 3), 1 + bytes.readUIntLE(27, 3)]
  if (chunk === 'VP8L') return ['webp', 1 + (bytes.readUInt32LE(21) & 0x3fff), 1 + ((bytes.readUInt32LE(21) >> 14) & 0x3fff)]
  return ['webp', bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
}

/** The smallest box around all pixels in which two pictures of one size differ. */
function differenceOf(first: Pixels, second: Pixels): Box | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1]
  for (let at = 0; at < first.data.length; at += 4) {
    if ([0, 1, 2].every((channel) => first.data[at + channel] === second.data[at + channel])) continue
    const [x, y] = [(at / 4) % first.width, Math.floor(at / 4 / first.width)]
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x)
    bottom = Math.max(bottom, y)
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** The share of a box that has nearly this colour, 0..1. */
function shareOf(colour: Colour, data: Uint8ClampedArray, pictureWidth: number, box: Box): number {
  const wanted = pixelOfColour(colour)
  let hits = 0
  let all = 0
  for (let y = Math.ceil(box.y); y < box.y + box.height; y++) {
    for (let x = Math.ceil(box.x); x < box.x + box.width; x++) {
      const at = 4 * (y * pictureWidth + x)
      if (wanted.every((value, channel) => Math.abs(value - data[at + channel]!) < 6)) hits++
      all++
    }
  }
  return hits / all
}

/** Mean step between neighbours in a row: how much fine detail there is. */
function sharpness({ data, width }: Pixels): number {
  let total = 0
  for (let at = 4; at < data.length; at += 4) if ((at / 4) % width > 0) total += Math.abs(data[at]! - data[at - 4]!)
  return total / (data.length / 4)
}

/** An order whose page is a plate: its title stands on paper beside the scene. */
function plateOrder(): PictureOrder {
  for (let seed = 0; ; seed++) {
    const order = { ...base, prompt: 'Untamed horizons', width: 640, height: 480, seed: `plate ${seed}` }
    if (directPicture(order).plan.kind === 'plate') return order
  }
}

describe('a picture', () => {
  it.each([
    ['png', 1024, 1024],
    ['png', 1254, 1254],
    ['jpeg', 1672, 941],
    ['webp', 1122, 1402],
    ['jpeg', 3072, 1024],
    ['webp', 1024, 640],
    ['png', 1024, 3072],
    ['jpeg', 3840, 2160],
    ['png', 16, 48],
    ['webp', 1, 1],
  ] as const)('is a %s of exactly %i by %i pixels', async (format, width, height) => {
    expect(readHeader(await press.render({ ...base, format, width, height, compression: 80 }))).toEqual([format, width, height])
  })

  it('has the asked size whatever is asked', async () => {
    const edge = fc.integer({ min: 1, max: 140 })
    const format = fc.constantFrom('png' as const, 'jpeg' as const, 'webp' as const)
    const background = fc.constantFrom('opaque' as const, 'transparent' as const)
    const prompt = fc.string({ unit: 'binary', maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(edge, edge, format, background, prompt, async (width, height, format, background, prompt) => {
        const bytes = await press.render({ ...base, width, height, format, background, prompt, seed: prompt, compression: 50 })
        expect(readHeader(bytes)).toEqual([format, width, height])
      }),
      { numRuns: 25 },
    )
  })

  it('is the same, byte for byte, from another press', async () => {
    const other = new PicturePress({ threads: 1 })
    const orders = (['png', 'jpeg', 'webp'] as const).map((format) => ({ ...base, format }))
    const [ours, theirs] = await Promise.all([press, other].map((maker) => Promise.all(orders.map((order) => maker.render(order)))))
    await other.close()
    expect(ours!.map((bytes, index) => bytes.equals(theirs![index]!))).toEqual([true, true, true])
  })

  it('changes with the seed, the prompt, the quality and the label', async () => {
    const changes = [
      {},
      { seed: 'decaf' },
      { prompt: 'A loud harbour at noon' },
      { quality: 'low' },
      { quality: 'high' },
      { label: ['other'] },
    ]
    const pictures = await Promise.all(changes.map((change) => press.render({ ...base, ...change })))
    expect(new Set(pictures.map((bytes) => bytes.toString('latin1'))).size).toBe(changes.length)
  })

  it('shows the prompt in the room of the title and nowhere else', async () => {
    const order = plateOrder()
    const { title } = directPicture(order).plan
    const [first, second] = await Promise.all(
      [order.prompt, 'Gentle meadows, 静かな草原'].map(async (prompt) => decode(await press.render({ ...order, prompt }))),
    )
    const difference = differenceOf(first!, second!)!
    expect(difference.width).toBeGreaterThan(title.width / 4)
    expect(difference.x).toBeGreaterThanOrEqual(Math.floor(title.x) - 2)
    expect(difference.y).toBeGreaterThanOrEqual(Math.floor(title.y))
    expect(difference.x + difference.width).toBeLessThanOrEqual(Math.ceil(title.x + title.width) + 2)
    expect(difference.y + difference.height).toBeLessThanOrEqual(Math.ceil(title.y + title.height) + 2)
  })

  it('shows the same Han characters in Japanese and in Simplified Chinese forms, by the words around them', async () => {
    const order = plateOrder()
    const prompts = ['直角 骨格です', '直角 骨格开始']
    const [japanese, chinese] = await Promise.all(prompts.map(async (prompt) => decode(await press.render({ ...order, prompt }))))
    const { title } = directPicture(order).plan
    const difference = differenceOf(japanese!, chinese!)!
    expect(difference.y).toBeLessThan(title.y + title.height / 2)
  })

  it('carries the word SANDBOX in every style and layout, in full contrast on its plate', async () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 22; seed++) {
      const order: PictureOrder = { ...base, prompt: 'Untamed', width: 400, height: seed % 2 ? 300 : 560, seed: `${seed}`, quality: 'low' }
      if (seed % 5 === 0) order.background = 'transparent'
      const { plan, palette, scene } = directPicture(order)
      seen.add(`${scene.name} ${plan.kind}`)
      const { data, width } = await decode(await press.render(order))
      const corner: Box = { x: plan.imprint.x, y: plan.imprint.y - 50 * plan.unit, width: 190 * plan.unit, height: 50 * plan.unit }
      const inked = shareOf(palette.ink, data, width, corner)
      const bare = shareOf(palette.paper, data, width, corner)
      expect(Math.min(inked, bare), `${scene.name} ${plan.kind} of seed ${seed}`).toBeGreaterThan(0.04)
    }
    expect(seen.size).toBeGreaterThan(10)
  })

  it('has real transparency where it is asked for and can be had', async () => {
    const alphas = async (change: Partial<PictureOrder>): Promise<[corner: number, middle: number]> => {
      const { data, width, height } = await decode(await press.render({ ...base, background: 'transparent', ...change }))
      return [data[3]!, data[4 * (Math.floor(height / 2) * width + Math.floor(width / 2)) + 3]!]
    }
    expect(await alphas({ format: 'png' })).toEqual([0, 255])
    expect(await alphas({ format: 'webp' })).toEqual([0, 255])
    expect(await alphas({ format: 'jpeg' })).toEqual([255, 255])
    expect(await alphas({ format: 'png', background: 'opaque' })).toEqual([255, 255])
  })

  it.each(['jpeg', 'webp'] as const)('honours the compression of %s', async (format) => {
    const sizes = await Promise.all([10, 60, 95].map(async (compression) => (await press.render({ ...base, format, compression })).length))
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
    expect(sizes[2]).toBeGreaterThan(2 * sizes[0]!)
  })

  it('becomes sharper from preview to preview, at the same size', async () => {
    const stages = [0, 0.25, 0.5, 0.75, 1]
    const pictures = await Promise.all(
      stages.map(async (stage) => decode(await press.render({ ...base, label: [], width: 512, height: 512, stage }))),
    )
    const values = pictures.map(sharpness)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(pictures.every(({ width, height }) => width === 512 && height === 512)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\u3000 '],
    ['control characters', '\u0000\u0007\u001b[31mred\u202Etxet'],
    ['emoji', '🎉👨‍👩‍👧‍👦🏳️‍🌈'],
    ['right-to-left text', 'مرحبا بالعالم שלום'],
    ['lone surrogates', '\udfff\ud800'],
    ['a mountain of marks', `Z${'\u0300'.repeat(5_000)}`],
    ['one word of 32,000 letters', 'x'.repeat(32_000)],
    ['32,000 Han characters', '新'.repeat(32_000)],
    ['32,000 opening brackets', '「'.repeat(32_000)],
    ['32,000 spaces and a word', `${' '.repeat(32_000)}word`],
    ['markup', '<img src=x onerror=alert(1)>{{constructor}}'],
  ])('survives %s as prompt and as label', async (_name, prompt) => {
    const bytes = await press.render({ ...base, prompt, label: [prompt, prompt], seed: prompt.slice(0, 20) })
    expect(readHeader(bytes)).toEqual(['png', 320, 256])
  })

  it.each([{ width: 0 }, { width: 1.5 }, { height: 20_000 }, { height: Number.NaN }, { compression: 101 }, { compression: Number.NaN }])(
    'is refused for %o before any thread sees it',
    async (change) => {
      await expect(press.render({ ...base, ...change })).rejects.toThrow(RangeError)
    },
  )
})

describe('a flat picture', () => {
  const flat: PictureOrder = { ...base, flat: true, width: 1024, height: 1536 }

  it.each(['png', 'jpeg', 'webp'] as const)('is a %s of the exact size', async (format) => {
    expect(readHeader(await press.render({ ...flat, format }))).toEqual([format, 1024, 1536])
  })

  it('is the same picture as png and as webp, in at most four colours', async () => {
    const [png, webp] = await Promise.all((['png', 'webp'] as const).map(async (format) => decode(await press.render({ ...flat, format }))))
    expect(differenceOf(png!, webp!)).toBeUndefined()
    const colours = new Uint32Array(png!.data.buffer)
    expect(new Set(colours).size).toBeLessThanOrEqual(4)
    expect(new Set(colours).size).toBeGreaterThan(1)
  })

  it('is written correctly as webp at any size', async () => {
    const edge = fc.integer({ min: 1, max: 160 })
    await fc.assert(
      fc.asyncProperty(edge, edge, fc.string(), async (width, height, seed) => {
        const order = { ...flat, width, height, seed }
        const [png, webp] = await Promise.all(
          (['png', 'webp'] as const).map(async (format) => decode(await press.render({ ...order, format }))),
        )
        expect([webp!.width, webp!.height]).toEqual([width, height])
        expect(differenceOf(png!, webp!)).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })

  it('differs from seed to seed, so that a store keeps each of them', async () => {
    const seeds = Array.from({ length: 50 }, (_, index) => `storm ${index}`)
    const pictures = await Promise.all(seeds.map((seed) => press.render({ ...flat, seed })))
    expect(new Set(pictures.map((bytes) => bytes.toString('latin1'))).size).toBe(50)
  })

  it.each(['png', 'webp'] as const)('has a transparent ground as %s when asked', async (format) => {
    const { data } = await decode(await press.render({ ...flat, format, background: 'transparent' }))
    expect(data[3]).toBe(0)
    expect(data.some((value, index) => index % 4 === 3 && value === 255)).toBe(true)
  })
})

describe('a press', () => {
  it('draws equal orders once, also when they come at the same time', async () => {
    const own = new PicturePress({ threads: 2 })
    const [first, second] = await Promise.all([own.render(base), own.render({ ...base })])
    expect(second).toBe(first)
    expect(own.threadCount).toBe(1)
    expect(await own.render({ ...base })).toBe(first)
    await own.close()
  })

  it('draws again what it could not keep', async () => {
    const own = new PicturePress({ threads: 1, cacheBytes: 1 })
    const first = await own.render(base)
    const again = await own.render(base)
    expect(again).not.toBe(first)
    expect(again.equals(first)).toBe(true)
    await own.close()
  })

  it('has no thread before the first order, after an idle while, and after closing', async () => {
    const own = new PicturePress({ threads: 1, idleMs: 30 })
    expect(own.threadCount).toBe(0)
    await own.render(base)
    await expect.poll(() => own.threadCount).toBe(0)
    const unfinished = own.render({ ...base, seed: 'cut off' }).catch((error: Error) => error.message)
    await own.close()
    expect(await unfinished).toContain('closed')
    expect(own.threadCount).toBe(0)
    await expect(own.render({ ...base, seed: 'late' })).rejects.toThrow('closed')
  })

  it('does not keep a process alive that forgot to close it', async () => {
    const door = new URL('./index.ts', import.meta.url).href
    const script = `import { PicturePress } from ${JSON.stringify(door)}
      const bytes = await new PicturePress().render(${JSON.stringify({ ...base, flat: true })})
      console.log(bytes.length)`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(Number(stdout)).toBeGreaterThan(100)
  })
})
