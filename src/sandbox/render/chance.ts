/** A repeatable stream of chance: the same seed gives the same numbers on every machine. */
export interface Chance {
  /** The next number, 0 ≤ x < 1. */
  next(): number
  /** A number in `[low, high)`. */
  between(low: number, high: number): number
  /** A whole number from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** True with this probability, 0..1. */
  happens(probability: number): boolean
  /** One of the items, which must not be empty. */
  pick<Item>(items: readonly Item[]): Item
  /** The items in another order; the argument is left alone. */
  shuffle<Item>(items: readonly Item[]): Item[]
  /** A number around 0 with most values within ±1 (sum of three uniform draws). */
  spread(): number
  /**
   * An independent stream under a name. Whatever is drawn from it leaves this one untouched,
   * so a detail that only `high` pictures have does not move the mountains.
   */
  fork(name: string): Chance
}

/** Makes the stream of a seed text. */
export function createChance(seed: string): Chance {
  const next = smallFastCounter(hashWords(seed))
  const between = (low: number, high: number): number => low + (high - low) * next()
  const integer = (low: number, high: number): number => Math.floor(between(low, high + 1))
  return {
    next,
    between,
    integer,
    happens: (probability) => next() < probability,
    pick: (items) => items[integer(0, items.length - 1)]!,
    shuffle: (items) => shuffled(items, integer),
    spread: () => (next() + next() + next()) * 2 - 3,
    fork: (name) => createChance(`${seed}\u0000${name}`),
  }
}

function shuffled<Item>(items: readonly Item[], integer: (low: number, high: number) => number): Item[] {
  const result = [...items]
  for (let index = result.length - 1; index > 0; index--) {
    const other = integer(0, index)
    const kept = result[index]!
    result[index] = result[other]!
    result[other] = kept
  }
  return result
}

/** Four 32-bit words from a text (the public-domain cyrb128 mix); good enough for pictures, not for secrets. */
function hashWords(text: string): [number, number, number, number] {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
}

/** The sfc32 generator of PractRand (public domain): 128 bits of state, passes the usual statistical tests. */
function smallFastCounter(state: [number, number, number, number]): () => number {
  let [a, b, c, d] = state
  const next = (): number => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4_294_967_296
  }
  for (let round = 0; round < 12; round++) next()
  return next
}
