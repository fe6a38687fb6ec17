import type { Channels } from './key-colour.ts'
import type { RawPixels } from './raw-pixels.ts'

/** How far a colour may lie from the line between the key and black and still be the key in shadow, 0..441. */
const SHADE_ERROR = 24
/** Darker than this share of the key nobody can tell shadow from subject. */
const DARKEST = 0.2

/**
 * Finds where the subject throws its shadow on the background: pixels that are the key colour, only darker, and that hang together with the
 * background. Such a colour cannot be a mixture with a subject, for it has nothing but the key in it.
 * @param keyed 255 where a pixel is background
 * @returns for each pixel how dark its shadow is, 0..255; 0 where there is none
 */
export function shadowsOnKey({ data, width, height }: RawPixels, keyed: Uint8Array, key: Channels): Uint8Array {
  const shadows = new Uint8Array(keyed.length)
  const waiting: number[] = []
  const reach = (pixel: number) => {
    for (const next of neighbours(pixel, width, height)) {
      if (keyed[next] === 255 || shadows[next] !== 0) continue
      const darkness = darknessOf(data, next * 4, key)
      if (darkness === 0) continue
      shadows[next] = darkness
      waiting.push(next)
    }
  }
  keyed.forEach((value, pixel) => {
    if (value === 255) reach(pixel)
  })
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) reach(pixel)
  return shadows
}

/** How much of the key's light is missing, 1..255; 0 for a colour that is not the key in shadow. */
function darknessOf(data: Uint8Array, at: number, key: Channels): number {
  const own: Channels = [data[at]!, data[at + 1]!, data[at + 2]!]
  const share = dot(own, key) / dot(key, key)
  if (share < DARKEST || share >= 1) return 0
  const beside = own.map((value, channel) => value - share * key[channel]!)
  return beside.every((value) => Math.abs(value) <= SHADE_ERROR) ? Math.max(1, Math.round(255 * (1 - share))) : 0
}

const dot = (a: Channels, b: Channels) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

function* neighbours(pixel: number, width: number, height: number): Iterable<number> {
  const x = pixel % width
  if (x > 0) yield pixel - 1
  if (x < width - 1) yield pixel + 1
  if (pixel >= width) yield pixel - width
  if (pixel < width * (height - 1)) yield pixel + width
}
