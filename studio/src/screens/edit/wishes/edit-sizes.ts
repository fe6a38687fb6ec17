/** Width and height in pixels. */
export interface Size {
  width: number
  height: number
}

/** What sizes a model draws, as `GET /v2/models` says. */
export type SizeRules =
  | { rule: 'free'; step: number; longest_edge: number; ratio: number; pixels_min: number; pixels_max: number; standard: string[] }
  | { rule: 'listed'; listed: string[] }

/** Reads `WIDTHxHEIGHT`; null for anything else. */
export function readSize(text: string): Size | null {
  const match = /^(\d+)x(\d+)$/.exec(text)
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) }
}

export function writeSize({ width, height }: Size): string {
  return `${width}x${height}`
}

/** The size a model draws that has exactly the shape of a picture, nearest to it in area; null where there is none. A strict mask needs one. */
export function sizeOfShape(rules: SizeRules, picture: Size): Size | null {
  const distance = ({ width, height }: Size) => Math.abs(width * height - picture.width * picture.height)
  const fitting = candidates(rules, picture).filter(({ width, height }) => width * picture.height === height * picture.width)
  return fitting.reduce<Size | null>((best, size) => (best === null || distance(size) < distance(best) ? size : best), null)
}

function candidates(rules: SizeRules, picture: Size): Size[] {
  if (rules.rule === 'listed') return rules.listed.map(readSize).filter((size) => size !== null)
  const unit = divisor(picture.width, picture.height)
  const [width, height] = [picture.width / unit, picture.height / unit]
  const largest = Math.floor(rules.longest_edge / Math.max(width, height))
  const multiples = Array.from({ length: largest }, (_, index) => ({ width: width * (index + 1), height: height * (index + 1) }))
  return multiples.filter((size) => {
    const pixels = size.width * size.height
    const isInRatio = Math.max(size.width, size.height) <= rules.ratio * Math.min(size.width, size.height)
    return (
      size.width % rules.step === 0 &&
      size.height % rules.step === 0 &&
      isInRatio &&
      pixels >= rules.pixels_min &&
      pixels <= rules.pixels_max
    )
  })
}

/** Shrunk by whole numbers up to this one, the largest picture that is taken fits what models draw. */
const MOST_SHRUNK = 4

/** The least that must be cut off a picture so that a model draws its shape exactly; null where nothing helps. */
export function cropToShape(rules: SizeRules, picture: Size): Size | null {
  const step = rules.rule === 'free' ? rules.step : 1
  const crops = Array.from({ length: MOST_SHRUNK }, (_, index) => {
    const unit = step * (index + 1)
    return { width: Math.floor(picture.width / unit) * unit, height: Math.floor(picture.height / unit) * unit }
  })
  return crops.find((crop) => crop.width > 0 && crop.height > 0 && sizeOfShape(rules, crop) !== null) ?? null
}

/** Sizes to choose from beside the picture's own. */
export function standardSizes(rules: SizeRules): string[] {
  return rules.rule === 'listed' ? rules.listed : rules.standard
}

function divisor(one: number, other: number): number {
  return other === 0 ? one : divisor(other, one % other)
}
