/** Chance that can be repeated: the same seed gives the same choices in the same order. */
export interface SeededChance {
  /** A whole number from 0 to below `below`. */
  whole(below: number): number
  /** One of some things. */
  pick<Thing>(things: readonly Thing[]): Thing
  /** True in so many of a hundred cases. */
  percent(share: number): boolean
}

/** Mulberry32: 32 bits of state, good enough to mix tests. */
export function seededChance(seed: number): SeededChance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number) => Math.floor(next() * below)
  return { whole, pick: (things) => things[whole(things.length)]!, percent: (share) => next() * 100 < share }
}
