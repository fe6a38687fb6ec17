import type { Box } from '../drift-measurement.ts'
import type { Size } from '../working-picture.ts'
import { correlationOf, cut } from './crop-values.ts'

/** Root mean square of what noise and encoding again leave, levels; of print that hardly stands off its ground, this share of its deviation. */
const NOISE_LEVELS = 4
const NOISE_SHARE = 0.25
/** Above this a part need not be moved to see that it stayed. */
const LIES_STILL = 0.99
/** Pixels by which a part is moved aside and up or down to lie over its counterpart. */
const NUDGES = [-1.5, -0.75, 0, 0.75, 1.5] as const

/**
 * Correlation of two crops of print in each part as wide as a line is high, where it is lowest: one stroke in a long text, and print that hardly stands off
 * its ground.
 * @param after laid over `before`
 * @param inner what is compared of the crops
 * @param lineHeight pixels of the crops
 */
export function leastAgreement(before: Float32Array, after: Float32Array, size: Size, inner: Box, lineHeight: number): number {
  const width = Math.min(inner.width, lineHeight)
  const parts = Math.max(1, Math.ceil((2 * (inner.width - width)) / width) + 1)
  const lines = Math.max(1, Math.round(inner.height / (1.5 * lineHeight)))
  const height = Math.floor(inner.height / lines)
  const noise = Math.min(NOISE_LEVELS, NOISE_SHARE * deviationOf(cut(before, size, inner)))
  let least = 1
  for (let line = 0; line < lines; line++)
    for (let part = 0; part < parts; part++) {
      const x = parts === 1 ? 0 : Math.round((part * (inner.width - width)) / (parts - 1))
      const box = { x: inner.x + x, y: inner.y + line * height, width, height }
      least = Math.min(least, agreementIn({ before, after, size, noise }, box))
    }
  return least
}

interface Compared {
  before: Float32Array
  after: Float32Array
  size: Size
  noise: number
}

/** A text that was set a hair larger lies nowhere quite as it lay: each part may be half a stroke aside. */
function agreementIn({ before, after, size, noise }: Compared, box: Box): number {
  const [here, there] = [cut(before, size, box), cut(after, size, box)]
  // Where there is no print, noise is all there is to correlate.
  if (deviationOf(here.map((value, at) => value - there[at]!)) <= noise) return 1
  let most = correlationOf(here, there)
  if (most >= LIES_STILL) return most
  for (const down of NUDGES) for (const right of NUDGES) most = Math.max(most, correlationOf(here, nudged(after, size, box, right, down)))
  return most
}

function nudged(values: Float32Array, { width, height }: Size, box: Box, right: number, down: number): Float32Array {
  const part = new Float32Array(box.width * box.height)
  const [column, row] = [Math.floor(right), Math.floor(down)]
  const [across, below] = [right - column, down - row]
  const at = (x: number, y: number) => values[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))]!
  for (let y = 0; y < box.height; y++)
    for (let x = 0; x < box.width; x++) {
      const [left, top] = [box.x + x + column, box.y + y + row]
      const upper = at(left, top) * (1 - across) + at(left + 1, top) * across
      const lower = at(left, top + 1) * (1 - across) + at(left + 1, top + 1) * across
      part[y * box.width + x] = upper * (1 - below) + lower * below
    }
  return part
}

function deviationOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
