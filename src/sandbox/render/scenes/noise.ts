import type { Chance } from '../chance.ts'

/** Smooth noise along a line; the same position always gives the same value, about −1..1. */
export type Noise = (position: number) => number

const TABLE_SIZE = 256

/**
 * Value noise with `octaves` layers, each twice as fine and half as strong: one is a swell, five are a mountain ridge.
 * One step of position is one swing of the coarsest layer.
 */
export function createNoise(chance: Chance, octaves: number): Noise {
  const table = Float64Array.from({ length: TABLE_SIZE }, () => chance.next() * 2 - 1)
  const layer = (position: number): number => {
    const cell = Math.floor(position)
    const share = position - cell
    const eased = share * share * (3 - 2 * share)
    const from = table[cell & (TABLE_SIZE - 1)]!
    return from + (table[(cell + 1) & (TABLE_SIZE - 1)]! - from) * eased
  }
  return (position) => {
    let sum = 0
    let strength = 0.5
    let scale = 1
    for (let octave = 0; octave < octaves; octave++) {
      sum += strength * layer(position * scale + octave * 37.7)
      strength /= 2
      scale *= 2
    }
    return sum
  }
}
