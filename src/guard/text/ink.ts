import type { Size } from '../working-picture.ts'

/** What is print in a crop, and how well it stands off its ground. */
export interface Ink extends Size {
  /** How much each pixel is print: 0 = as the ground, 1 = as the print, between them at edges. */
  amount: Float32Array
  /** Share of the variance that print and ground explain, 0..1: about 0.9 on a plain ground, half that on a photograph. */
  clarity: number
  /** Lightness levels between ground and print. */
  contrast: number
  /** Print is lighter than the ground. */
  isLight: boolean
  /** Mean width of a stroke, pixels. */
  strokePixels: number
}

const LEVELS = 256

/**
 * Tells print from ground by lightness (Otsu 1979). Print is what covers less of the crop.
 * @param isLight decided already: what a picture's counterpart shows lighter than its ground; absent = the smaller part is print
 * @param sample what print and ground are told by; absent = all of it
 */
export function inkOf(grey: Uint8Array, size: Size, isLight?: boolean, sample: Uint8Array = grey): Ink {
  const { threshold, clarity } = otsu(sample)
  const { dark, light, darkShare } = meansAbout(sample, threshold)
  const lightPrint = isLight ?? darkShare > 0.5
  const [ground, print] = lightPrint ? [dark, light] : [light, dark]
  const span = print - ground
  const amount = new Float32Array(grey.length)
  if (span !== 0) for (let at = 0; at < grey.length; at++) amount[at] = Math.max(0, Math.min(1, (grey[at]! - ground) / span))
  return { ...size, amount, clarity, contrast: Math.abs(span), isLight: lightPrint, strokePixels: strokeOf(amount, size) }
}

/** The threshold that leaves most variance between the two parts, and that variance's share of all. */
function otsu(grey: Uint8Array): { threshold: number; clarity: number } {
  const histogram = new Float64Array(LEVELS)
  for (const level of grey) histogram[level]!++
  let [sum, squares] = [0, 0]
  histogram.forEach((count, level) => {
    sum += count * level
    squares += count * level * level
  })
  const pixels = grey.length
  const variance = squares / pixels - (sum / pixels) ** 2
  let best = { threshold: 0, between: 0 }
  let [below, belowSum] = [0, 0]
  for (let level = 0; level < LEVELS - 1; level++) {
    below += histogram[level]!
    belowSum += histogram[level]! * level
    if (below === 0 || below === pixels) continue
    const gap = belowSum / below - (sum - belowSum) / (pixels - below)
    const between = (below / pixels) * (1 - below / pixels) * gap * gap
    if (between > best.between) best = { threshold: level, between }
  }
  return { threshold: best.threshold, clarity: variance > 0 ? best.between / variance : 0 }
}

function meansAbout(grey: Uint8Array, threshold: number): { dark: number; light: number; darkShare: number } {
  let [dark, darkSum, lightSum] = [0, 0, 0]
  for (const level of grey) {
    if (level <= threshold) {
      dark++
      darkSum += level
    } else lightSum += level
  }
  const light = grey.length - dark
  return { dark: dark && darkSum / dark, light: light && lightSum / light, darkShare: dark / grey.length }
}

/** Twice the area of the print over the length of its edge: what a long bar of that width would have. */
function strokeOf(amount: Float32Array, { width, height }: Size): number {
  let [area, edge] = [0, 0]
  const isPrint = (at: number) => (amount[at]! >= 0.5 ? 1 : 0)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      area += isPrint(at)
      if (x + 1 < width) edge += Math.abs(isPrint(at) - isPrint(at + 1))
      if (y + 1 < height) edge += Math.abs(isPrint(at) - isPrint(at + width))
    }
  return edge === 0 ? 1 : Math.max(1, (2 * area) / edge)
}

/** Bands of rows that hold print, from top to bottom: the lines of a text that lies flat. */
export function linesOf({ amount, width, height }: Ink): { top: number; bottom: number }[] {
  const lines: { top: number; bottom: number }[] = []
  let top = -1
  for (let y = 0; y <= height; y++) {
    let print = 0
    if (y < height) for (let at = y * width; at < (y + 1) * width; at++) print += amount[at]! >= 0.5 ? 1 : 0
    const hasPrint = print > 0.004 * width
    if (hasPrint && top < 0) top = y
    if (!hasPrint && top >= 0) {
      lines.push({ top, bottom: y })
      top = -1
    }
  }
  return joinMarks(lines)
}

/** Dots and accents stand in bands of their own. */
function joinMarks(lines: readonly { top: number; bottom: number }[]): { top: number; bottom: number }[] {
  const tallest = Math.max(0, ...lines.map(({ top, bottom }) => bottom - top))
  const joined: { top: number; bottom: number }[] = []
  for (const line of lines) {
    const last = joined.at(-1)
    const isMark = (band: { top: number; bottom: number }) => band.bottom - band.top < 0.45 * tallest
    if (last && (isMark(line) || isMark(last)) && line.top - last.bottom < 0.35 * tallest) last.bottom = line.bottom
    else joined.push({ ...line })
  }
  return joined.filter(({ top, bottom }) => bottom - top >= 0.3 * tallest)
}
