import type { api } from '#sdk'

/** Which sizes a model draws. */
export type SizeRule = api.ModelCapabilities['sizes']
/** A rule that any size in pixels can be held against. */
export type FreeRule = Extract<SizeRule, { rule: 'free' }>

/** Width and height in whole pixels. */
export interface PixelSize {
  width: number
  height: number
}

/** What keeps a size from being drawn. */
export type SizeFault = 'step' | 'longest_edge' | 'ratio' | 'pixels_min' | 'pixels_max'

/** Every rule that a size breaks, in the order in which the gateway names them. */
export function sizeFaults({ width, height }: PixelSize, rule: FreeRule): SizeFault[] {
  const longest = Math.max(width, height)
  const breaks: Record<SizeFault, boolean> = {
    step: width % rule.step !== 0 || height % rule.step !== 0,
    longest_edge: longest > rule.longest_edge,
    ratio: longest > rule.ratio * Math.min(width, height),
    pixels_min: width * height < rule.pixels_min,
    pixels_max: width * height > rule.pixels_max,
  }
  return (Object.keys(breaks) as SizeFault[]).filter((fault) => breaks[fault])
}

/**
 * The legal size nearest to a wished one: close in area and, counted double, close in shape; of equally near ones the narrower. A legal wish is itself.
 * The gateway's own advice is the same (a test holds both together).
 * @param wish whole pixels above 0
 */
export function nearestLegalSize(wish: PixelSize, rule: FreeRule): PixelSize {
  if (sizeFaults(wish, rule).length === 0) return wish
  const area = Math.log(wish.width * wish.height)
  const shape = Math.log(wish.width / wish.height)
  let [nearest, least] = [wish, Number.POSITIVE_INFINITY]
  for (let width = rule.step; width <= rule.longest_edge; width += rule.step) {
    for (let height = rule.step; height <= rule.longest_edge; height += rule.step) {
      if (sizeFaults({ width, height }, rule).length > 0) continue
      const distance = (Math.log(width * height) - area) ** 2 + 2 * (Math.log(width / height) - shape) ** 2
      if (distance < least) [nearest, least] = [{ width, height }, distance]
    }
  }
  return nearest
}

/** Reads `1024x1536`; null for `auto`. */
export function parseSize(size: string): PixelSize | null {
  const [width, height] = size.split('x').map(Number)
  return width && height ? { width, height } : null
}

/** Writes a size as a call has it. */
export function formatSize({ width, height }: PixelSize): string {
  return `${width}x${height}`
}

/** Sizes that many ask for beside a model's own ones; those that a model does not draw are not offered. */
const usualSizes = ['2560x1440', '3072x1024', '3840x2160'] as const

/** Sizes to choose from, `auto` first. */
export function offeredSizes(rule: SizeRule): string[] {
  if (rule.rule === 'listed') return ['auto', ...rule.listed]
  const usual = usualSizes.filter((size) => sizeFaults(parseSize(size)!, rule).length === 0)
  return ['auto', ...new Set([...rule.standard, ...usual])]
}

/** The size that a model draws instead of one that was chosen for another model. */
export function fittingSize(size: string, rule: SizeRule): string {
  const wish = parseSize(size)
  if (wish === null) return 'auto'
  if (rule.rule === 'listed') return rule.listed.includes(size) ? size : 'auto'
  return formatSize(nearestLegalSize(wish, rule))
}
