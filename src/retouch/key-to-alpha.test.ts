import { access } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseKeyColour, type KeyColour, keyColours, keyPrompt, keyToAlpha } from './index.ts'
import { decode, encode, noisy, painted, pixelAt, RetouchBench, type Rgba } from './retouch-test-kit.ts'

let bench: RetouchBench
beforeAll(async () => {
  bench = await RetouchBench.open()
})
afterAll(() => bench[Symbol.asyncDispose]())

const SIDE = 120
const coverage = (x: number, y: number) => Math.max(0, Math.min(1, 40.5 - Math.hypot(x - 60, y - 60)))
const mixed = (over: readonly number[], under: readonly number[], share: number) =>
  over.map((value, channel) => Math.round(value * share + under[channel]! * (1 - share)))

/** A disc with an edge one pixel wide over a background that wavers by some values, as models draw it. */
function disc(subject: readonly number[], background: readonly number[]): Rgba {
  return painted(SIDE, SIDE, (x, y) => {
    const wavering = background.map((value) => Math.max(0, Math.min(255, value + ((x * 7 + y * 13) % 9) - 4)))
    return [...mixed(subject, wavering, coverage(x, y)), 255]
  })
}

async function key(picture: Rgba, colour: KeyColour, order: { tolerance?: number; format?: 'png' | 'webp' } = {}) {
  const outPath = bench.newPath()
  const sourcePath = await bench.put(encode(picture).removeAlpha().png())
  return { outPath, result: await keyToAlpha(bench.pool, { sourcePath, outPath, format: 'png', key: colour, ...order }) }
}

/** Decodes a picture that must have been keyed. */
async function keyed(...given: Parameters<typeof key>) {
  const { result } = await key(...given)
  if (!result.keyed) throw new Error(`not keyed: ${result.borderShare}`)
  return { ...result, pixels: await decode(result.picture.path) }
}

describe('a keyed picture', () => {
  it.each<[string, KeyColour, number[], number[]]>([
    ['red on green', '#00ff00', [220, 30, 30], [6, 244, 10]],
    ['white on studio green', '#00ff00', [250, 250, 250], [40, 190, 70]],
    ['black on magenta', '#ff00ff', [10, 10, 10], [250, 6, 240]],
    ['green on magenta', '#ff00ff', [20, 160, 40], [245, 10, 245]],
    ['yellow on blue', '#0000ff', [240, 210, 30], [10, 20, 230]],
  ])('has a clear background, an untouched subject and no key colour in its edge: %s', async (_name, colour, subject, background) => {
    const { pixels, transparentShare, drawnKey } = await keyed(disc(subject, background), colour)
    expect(pixelAt(pixels, 3, 3)).toEqual([0, 0, 0, 0])
    expect(pixelAt(pixels, 60, 60)).toEqual([...subject, 255])
    expect(transparentShare).toBeGreaterThan(0.6)
    expect(drawnKey).toMatch(/^#[0-9a-f]{6}$/)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const [red, green, blue, alpha] = pixelAt(pixels, x, y)
        expect(Math.abs(alpha! - coverage(x, y) * 255)).toBeLessThan(50)
        // Seen against grey, nothing is left of the background it was drawn on.
        const seen = mixed([red!, green!, blue!], [128, 128, 128], alpha! / 255)
        const meant = mixed(subject, [128, 128, 128], coverage(x, y))
        for (const channel of [0, 1, 2]) expect(Math.abs(seen[channel]! - meant[channel]!)).toBeLessThan(40)
      }
  })

  it('has its holes cleared too, and keeps colours inside the subject that are like the key', async () => {
    const drawn = painted(SIDE, SIDE, (x, y) => {
      const from = Math.hypot(x - 60, y - 60)
      if (from > 45 || from < 8) return [0, 250, 0, 255]
      return Math.abs(from - 27) < 5 ? [90, 160, 80, 255] : [230, 180, 160, 255]
    })
    const { pixels } = await keyed(drawn, '#00ff00')
    expect(pixelAt(pixels, 60, 60)[3]).toBe(0)
    expect(pixelAt(pixels, 60 + 27, 60)).toEqual([90, 160, 80, 255])
    expect(pixelAt(pixels, 60 + 40, 60)).toEqual([230, 180, 160, 255])
  })

  it('keeps the shadow of its subject as shadow: black, as dark as it was, and nothing of the key', async () => {
    const shade = (x: number, y: number) => Math.max(0, Math.min(1, (45 - Math.hypot(x - 64, y - 70)) / 20)) * 0.6
    const drawn = painted(SIDE, SIDE, (x, y) => {
      if (Math.hypot(x - 60, y - 60) <= 30) return [230, 180, 160, 255]
      return [0, Math.round(250 * (1 - shade(x, y))), 0, 255]
    })
    const { pixels } = await keyed(drawn, '#00ff00')
    const shadow = pixelAt(pixels, 66, 97)
    expect(shadow.slice(0, 3)).toEqual([0, 0, 0])
    expect(Math.abs(shadow[3]! - 255 * shade(66, 97))).toBeLessThan(30)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const [red, green, blue, alpha] = pixelAt(pixels, x, y)
        expect((green! - Math.max(red!, blue!)) * (alpha! / 255)).toBeLessThan(40)
      }
  })

  it('may touch the border with its subject', async () => {
    const bust = painted(SIDE, SIDE, (x, y) => (y > 60 && x > 20 && x < 100 ? [200, 150, 120, 255] : [0, 255, 0, 255]))
    const { borderShare, transparentShare } = await keyed(bust, '#00ff00', { format: 'webp' })
    expect(borderShare).toBeGreaterThan(0.7)
    expect(transparentShare).toBeCloseTo(1 - (79 * 59) / (SIDE * SIDE), 2)
  })

  it.each<[string, () => Rgba]>([
    ['a white background', () => disc([220, 30, 30], [250, 250, 250])],
    ['a grey one', () => disc([220, 30, 30], [128, 128, 128])],
    ['another key', () => disc([220, 30, 30], [255, 0, 255])],
    ['noise', () => noisy(SIDE, SIDE)],
  ])('is not made when the model did not draw the key: %s', async (_name, picture) => {
    const { result, outPath } = await key(picture(), '#00ff00')
    expect(result).toMatchObject({ keyed: false })
    await expect(access(outPath)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('the key colour for a prompt', () => {
  it.each([
    ['a red mug', '#00ff00'],
    ['a potted fern on a green shelf', '#ff00ff'],
    ['a tree with pink blossoms', '#0000ff'],
    ['抹茶のロゴ、緑色', '#ff00ff'],
    ['一只绿色的青蛙', '#ff00ff'],
    ['a logo in #22cc44', '#ff00ff'],
    ['three streets', '#00ff00'],
  ])('is one that it does not speak of: %s', (prompt, key) => {
    expect(chooseKeyColour(prompt)).toBe(key)
  })

  it('is asked for in words behind the prompt, which stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...keyColours), (prompt, key) => {
        const extended = keyPrompt(prompt, key)
        expect(extended.startsWith(prompt.trimEnd())).toBe(true)
        expect(extended).toContain(key.toUpperCase())
        expect(extended.length - prompt.length).toBeLessThan(500)
      }),
    )
  })
})
