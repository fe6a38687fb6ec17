import { type Channels, keyness } from './key-colour.ts'
import { shadowsOnKey } from './key-shadows.ts'
import { forEachNear } from './near-pixels.ts'
import type { RawPixels } from './raw-pixels.ts'

/** Edges are a pixel or two wide; in larger pictures they are drawn wider. */
const EDGE_PX_PER_1000 = 3
const MAX_EDGE_PX = 6
/** How far a colour may lie from the line between two others and still count as their mixture, 0..441. */
const MIXTURE_ERROR = 24
/** Shares of foreground below and above which a pixel counts as wholly transparent or opaque. */
const [TRANSPARENT, OPAQUE] = [0.03, 0.97]

/**
 * Takes a flat key colour out of a picture, in place. Pixels within `tolerance` of it, wherever they are, become fully transparent. Only
 * those near one of them can be a mixture of key and subject: they become partly transparent, and the key's part is taken out of their
 * colour. Shadow on the background becomes black of its darkness, so that it falls on whatever the picture is laid over. All others keep their bytes, so the subject's own colours are never touched.
 * @param pixels RGBA @param tolerance greatest difference of a channel, 0..255
 * @returns how many pixels became fully transparent
 */
export function keyPixels(pixels: RawPixels, key: Channels, tolerance: number): number {
  const { data, width, height } = pixels
  const values = new Uint8Array(width * height)
  let keyed = 0
  for (let pixel = 0, at = 0; pixel < values.length; pixel++, at += 4) {
    if (!isKey(data, at, key, tolerance)) continue
    values[pixel] = 255
    keyed++
  }
  const shadows = shadowsOnKey(pixels, values, key)
  soften(pixels, values, key)
  values.forEach((value, pixel) => {
    if (value === 255 || shadows[pixel] !== 0) data.fill(0, pixel * 4, pixel * 4 + 3)
    if (value === 255 || shadows[pixel] !== 0) data[pixel * 4 + 3] = shadows[pixel]!
  })
  return keyed
}

function isKey(data: Uint8Array, at: number, [red, green, blue]: Channels, tolerance: number): boolean {
  return (
    Math.abs(data[at]! - red) <= tolerance && Math.abs(data[at + 1]! - green) <= tolerance && Math.abs(data[at + 2]! - blue) <= tolerance
  )
}

/** Edge pixels are worked out from the picture as it was, then written. */
function soften({ data, width, height }: RawPixels, keyed: Uint8Array, key: Channels): void {
  const edgePx = Math.min(MAX_EDGE_PX, Math.ceil((Math.max(width, height) * EDGE_PX_PER_1000) / 1000))
  const alphas = new Uint8Array(keyed.length).fill(255)
  const around = { width, height, edgePx, keyed, key }
  forEachNear({ values: keyed, width, height }, edgePx + 1, (pixel) => {
    alphas[pixel] = Math.round(255 * foregroundShare(data, pixel, around))
  })
  alphas.forEach((alpha, pixel) => {
    if (alpha < OPAQUE * 255) unmix(data, pixel * 4, alpha / 255, key)
  })
}

interface Surroundings {
  width: number
  height: number
  edgePx: number
  keyed: Uint8Array
  key: Channels
}

/**
 * How much of a pixel is subject, 0..1. If its colour lies on the line from the key to a colour of the subject close by, it is their mixture,
 * and its place on that line is the share. Else the subject there is taken for grey: what the key's channels stand out by is the key's part.
 */
function foregroundShare(data: Uint8Array, pixel: number, around: Surroundings): number {
  const at = pixel * 4
  const own: Channels = [data[at]!, data[at + 1]!, data[at + 2]!]
  const asGrey = 1 - Math.max(0, keyness(own, around.key)) / keyness(around.key, around.key)
  return mixtureShare(data, pixel, around) ?? Math.max(0, asGrey)
}

/** The share by the farthest colour close by of which the pixel can be a mixture; undefined when there is none. */
function mixtureShare(data: Uint8Array, pixel: number, { width, height, edgePx, keyed, key }: Surroundings): number | undefined {
  const [x, y] = [pixel % width, Math.floor(pixel / width)]
  const own = difference(data, pixel * 4, key)
  const ownSquared = dot(own, own)
  let farthest = 0
  let share: number | undefined
  for (let row = Math.max(0, y - edgePx); row <= Math.min(height - 1, y + edgePx); row++) {
    for (let column = Math.max(0, x - edgePx); column <= Math.min(width - 1, x + edgePx); column++) {
      const other = row * width + column
      if (keyed[other] === 255) continue
      const subject = difference(data, other * 4, key)
      const [squared, along] = [dot(subject, subject), dot(own, subject)]
      if (squared <= farthest || along <= 0 || along >= squared * OPAQUE) continue
      if (ownSquared - (along * along) / squared > MIXTURE_ERROR * MIXTURE_ERROR) continue
      farthest = squared
      share = along / squared
    }
  }
  return share
}

const difference = (data: Uint8Array, at: number, key: Channels): Channels => [
  data[at]! - key[0],
  data[at + 1]! - key[1],
  data[at + 2]! - key[2],
]
const dot = (a: Channels, b: Channels) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** Takes the key's part out of a mixed colour, and makes the pixel as transparent as that part was. */
function unmix(data: Uint8Array, at: number, share: number, key: Channels): void {
  if (share < TRANSPARENT) {
    data.fill(0, at, at + 4)
    return
  }
  for (const channel of [0, 1, 2] as const) {
    const subject = (data[at + channel]! - (1 - share) * key[channel]) / share
    data[at + channel] = Math.max(0, Math.min(255, Math.round(subject)))
  }
  data[at + 3] = Math.min(data[at + 3]!, Math.round(share * 255))
}
