import type { PixelSize } from '../contract/image-request.ts'
import { formatSize, isLegalSize, legalSizes, parseSize, sizeRules } from '../contract/size-rules.ts'
import { isAutoArea } from './auto-area.ts'
import type { GatedRoute } from './gated-route.ts'

/** Numbers in [0, 1), from a seed: a route must not be able to tell a probe from a call by what it asks for. */
export type Chance = () => number

/** One of a list; the first where chance is no number in [0, 1). @returns undefined only for an empty list */
export function pick<Value>(values: readonly Value[], chance: Chance): Value | undefined {
  const index = Math.floor(chance() * values.length)
  return values[index] ?? values[0]
}

/** Sixteen hexadecimal digits. */
export function randomHex(chance: Chance): string {
  return Array.from({ length: 16 }, () => pick([...'0123456789abcdef'], chance)).join('')
}

/** Small enough to be cheap, far enough from the area of an automatic size to be told from one. */
const unusualPixelsMax = 820_000
const unusualRatio = { from: 1.4, to: 2.2 }

/** Legal landscape sizes that nobody asks for by habit: 1168x656 and some 150 like it. */
const unusualLandscapes: readonly PixelSize[] = [...legalSizes()].filter(({ width, height }) => {
  const ratio = width / height
  return ratio >= unusualRatio.from && ratio <= unusualRatio.to && width * height <= unusualPixelsMax
})

const turned = ({ width, height }: PixelSize): PixelSize => ({ width: height, height: width })

/** Two sizes to ask for, the first landscape and the second portrait where the route has both. Null = none may be named. */
export function probeSizes(route: GatedRoute, chance: Chance): { first: PixelSize; second: PixelSize } | null {
  const declared = route.capabilities?.sizes ?? null
  if (!route.namesSize || declared?.length === 0) return null
  if (route.model.sizes === 'free' && (declared === null || declared === 'model')) {
    const first = pick(unusualLandscapes, chance)!
    return { first, second: turned(pick(unusualLandscapes, chance)!) }
  }
  return fromList(route, Array.isArray(declared) ? declared : null, chance)
}

/** Larger pictures cost more and tell no more. */
const listedSizesTaken = 4

/** Where only some sizes exist: small ones that are not of an automatic area, the first landscape and the second portrait where there are such. */
function fromList({ model }: GatedRoute, declared: readonly string[] | null, chance: Chance) {
  const drawn = model.sizes === 'free' ? (declared ?? []) : model.sizes
  const sizes = drawn
    .filter((size) => declared === null || declared.includes(size))
    .map(parseSize)
    .filter((size) => size !== null)
    .filter((size) => model.sizes !== 'free' || isLegalSize(size))
    .sort((a, b) => a.width * a.height - b.width * b.height)
  const telling = sizes.filter((size) => !isAutoArea(size)).slice(0, listedSizesTaken)
  const first = firstOf(telling.length > 0 ? telling : sizes, chance, ({ width, height }) => width > height)
  if (!first) return null
  const others = sizes.slice(0, listedSizesTaken).filter((size) => formatSize(size) !== formatSize(first))
  return { first, second: firstOf(others, chance, ({ width, height }) => height > width) ?? first }
}

function firstOf(sizes: readonly PixelSize[], chance: Chance, isWished: (size: PixelSize) => boolean): PixelSize | undefined {
  const wished = sizes.filter(isWished)
  return pick(wished.length > 0 ? wished : sizes, chance)
}

/** A size near a legal one that no model draws: its width is no multiple of 16. */
export function illegalSizeNear({ width, height }: PixelSize, chance: Chance): PixelSize {
  const offsets = Array.from({ length: sizeRules.step - 1 }, (_, index) => index + 1)
  return { width: width + pick(offsets, chance)!, height }
}

/** Harmless, short, and nothing that a filter would stop. */
const prompts = [
  'A blue enamel teapot on a wooden table, morning light',
  'A paper kite above a green hill',
  'Three pears on a linen cloth, soft shadows',
  'A red bicycle leaning against a white wall',
  'A lighthouse on a rocky shore in fog',
  'A bowl of lemons beside a window',
  'A stack of old books with a brass key on top',
  'A quiet street after rain, one yellow umbrella',
] as const

/** A prompt for a probe. */
export function probePrompt(chance: Chance): string {
  return pick(prompts, chance)!
}
