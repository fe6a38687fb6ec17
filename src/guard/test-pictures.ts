import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { type Sharp, sharp } from '../pixels/sharp.ts'
import type { Box } from './drift-measurement.ts'

/** Opaque pixels, three bytes each. */
export interface TestPicture {
  width: number
  height: number
  rgb: Uint8Array
}

type Rgb = readonly [red: number, green: number, blue: number]

/** Numbers in 0..1 that are the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Cells of colour noise in pixels, and how strong they are in levels: together they have the spectrum of a photograph. */
const OCTAVES = [
  [256, 70],
  [64, 35],
  [16, 20],
  [5, 14],
] as const

/** Clouds of colour with film grain. @param grain in levels */
export async function photograph(width: number, height: number, { seed = 1, grain = 12 } = {}): Promise<TestPicture> {
  const next = chance(seed)
  const sum = new Float32Array(width * height * 3)
  for (const [cell, strength] of OCTAVES) {
    const raw = { width: Math.ceil(width / cell) + 2, height: Math.ceil(height / cell) + 2, channels: 3 } as const
    const cells = Uint8Array.from({ length: raw.width * raw.height * 3 }, () => next() * 256)
    const cloud = await sharp(cells, { raw }).resize(width, height, { kernel: 'cubic', fit: 'fill' }).raw().toBuffer()
    for (let at = 0; at < sum.length; at++) sum[at]! += ((cloud[at]! - 128) / 128) * strength
  }
  return picture(width, height, (_x, _y, at) => {
    const speck = (next() + next() + next() - 1.5) * 1.4 * grain
    return [speck + 128 + sum[3 * at]!, speck + 128 + sum[3 * at + 1]!, speck + 128 + sum[3 * at + 2]!]
  })
}

/** Saturated discs and rectangles on white. */
export function graphics(width: number, height: number): TestPicture {
  const next = chance(5)
  return drawn(width, height, (brush) => {
    brush.fillStyle = '#fff'
    brush.fillRect(0, 0, width, height)
    for (let shape = 0; shape < 40; shape++) {
      brush.fillStyle = `hsl(${next() * 360} 90% ${30 + next() * 40}%)`
      brush.beginPath()
      if (shape % 2) brush.arc(next() * width, next() * height, 15 + next() * 60, 0, 7)
      else brush.rect(next() * width, next() * height, 15 + next() * 130, 15 + next() * 130)
      brush.fill()
    }
  })
}

/** Lines of red and blue text in several sizes on cream. */
export function text(width: number, height: number): TestPicture {
  return drawn(width, height, (brush) => {
    brush.fillStyle = '#f5f0e0'
    brush.fillRect(0, 0, width, height)
    for (let y = 20, line = 0; y < height; y += 16 + (line % 4) * 8, line++) {
      brush.fillStyle = line % 3 ? '#c00018' : '#102080'
      brush.font = `${12 + (line % 4) * 8}px serif`
      brush.fillText('Darkroom 2026, first flush. Ingredients: water, green tea, ascorbic acid 0123456789', 8, y)
    }
  })
}

/** Red to the right, green downwards, blue against both. */
export function gradient(width: number, height: number): TestPicture {
  return picture(width, height, (x, y) => [(255 * x) / width, (255 * y) / height, 255 - (255 * (x + y)) / (width + height)])
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: Rgb): TestPicture {
  return picture(width, height, () => colour)
}

/** A picture that a function paints; values are brought into 0..255. */
export function picture(width: number, height: number, paint: (x: number, y: number, at: number) => Rgb): TestPicture {
  const rgb = new Uint8ClampedArray(width * height * 3)
  for (let y = 0, at = 0; y < height; y++) for (let x = 0; x < width; x++, at++) rgb.set(paint(x, y, at), 3 * at)
  return { width, height, rgb: new Uint8Array(rgb.buffer) }
}

function drawn(width: number, height: number, draw: (brush: SKRSContext2D) => void): TestPicture {
  const brush = createCanvas(width, height).getContext('2d')
  draw(brush)
  const { data } = brush.getImageData(0, 0, width, height)
  return picture(width, height, (_x, _y, at) => [data[4 * at]!, data[4 * at + 1]!, data[4 * at + 2]!])
}

/** A copy in which a function has painted over a box; it sees the picture as it was. */
export function repaint(before: TestPicture, box: Box, paint: (x: number, y: number) => Rgb): TestPicture {
  const isInside = (x: number, y: number) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
  return picture(before.width, before.height, (x, y) => (isInside(x, y) ? paint(x, y) : pixelOf(before, x, y)))
}

/** One pixel; beyond the border the nearest. */
export function pixelOf({ width, height, rgb }: TestPicture, x: number, y: number): Rgb {
  const at = 3 * (Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x)))
  return [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!]
}

/** A copy that lies so many pixels further right and down. */
export function moved(before: TestPicture, right: number, down: number): TestPicture {
  return picture(before.width, before.height, (x, y) => pixelOf(before, x - right, y - down))
}

/** Each channel of each pixel a level up, down or as it was. */
export function jittered(before: TestPicture): TestPicture {
  const next = chance(77)
  return picture(before.width, before.height, (x, y) => {
    const [red, green, blue] = pixelOf(before, x, y)
    return [red + Math.floor(next() * 3) - 1, green + Math.floor(next() * 3) - 1, blue + Math.floor(next() * 3) - 1]
  })
}

/** A picture ready to be encoded. */
export function toSharp({ width, height, rgb }: TestPicture): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } })
}

/** The same with an alpha channel. */
export function withAlpha(before: TestPicture, alphaOf: (x: number, y: number) => number): Sharp {
  const { width, height } = before
  const alpha = Uint8Array.from({ length: width * height }, (_, at) => alphaOf(at % width, Math.floor(at / width)))
  return toSharp(before).joinChannel(Buffer.from(alpha.buffer), { raw: { width, height, channels: 1 } })
}

/** A mask that opens a box. */
export function maskOpening(width: number, height: number, box: Box): Sharp {
  const isOpen = (x: number, y: number) => x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height
  return withAlpha(plain(width, height, [0, 0, 0]), (x, y) => (isOpen(x, y) ? 0 : 255))
}
