import type { Comparison } from './drift-figures.ts'
import type { Box } from './drift-measurement.ts'
import { CHANGED_DELTA_E } from './perceptual-difference.ts'
import { PLACE, scaleBox } from './region.ts'
import { fromRaw, type Size, type WorkingPicture } from './working-picture.ts'

type Colour = readonly [red: number, green: number, blue: number]

/** From just changed, or in structure alone, to as different as can be; told apart by lightness too, for the colour-blind. */
const HEAT: readonly Colour[] = [
  [255, 209, 64],
  [255, 159, 28],
  [230, 57, 20],
  [128, 0, 38],
]
/** ΔE at which the last of them is reached. */
const HOTTEST_DELTA_E = 50
const HEAT_COVERS = 0.85

/** What was not judged lies under a cool hatching. */
const HATCH: Colour = [58, 124, 196]
const HATCH_COVERS = 0.6
const TINT_COVERS = 0.18
const BOX: Colour = [0, 132, 122]

/** The picture beneath is pale, so that no heat is mistaken for it. */
const PALEST = 250
const DARKEST = 110

/** Lines are this thick, and lie this far apart, as shares of the longer side. */
const LINE_SHARE = 1 / 512
const HATCH_SHARE = 1 / 64

/**
 * Draws what changed: the source in pale grey, warm colours where kept pixels changed, blue hatching over what was open to the edit or has
 * no counterpart, green frames around protected boxes. A PNG of the result's size.
 */
export function drawHeatMap(source: WorkingPicture, comparison: Comparison, boxes: readonly Box[], result: Size): Promise<Buffer> {
  const placed = boxes.map((box) => scaleBox(box, result, source)).filter((box) => box !== null)
  const pixels = paint(source, comparison)
  for (const box of placed) paintOpenPixels(pixels, source, comparison, box)
  for (const box of placed) frame(pixels, source, box)
  return fromRaw(pixels, source, 3).resize(result.width, result.height, { fit: 'fill' }).png({ compressionLevel: 4 }).toBuffer()
}

function paint({ width, height, rgb }: WorkingPicture, { places, kept }: Comparison): Uint8Array {
  const { line, distance } = lines({ width, height })
  const { deltaE } = kept.colour
  const pixels = new Uint8Array(rgb.length)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      const grey = greyOf(rgb, 3 * at)
      if (places[at] !== PLACE.kept) cover(pixels, 3 * at, grey, HATCH, (x + y) % distance < line ? HATCH_COVERS : TINT_COVERS)
      else if (kept.changed[at] === 1) cover(pixels, 3 * at, grey, heatOf(deltaE[at]!), HEAT_COVERS)
      else cover(pixels, 3 * at, grey, HATCH, 0)
    }
  return pixels
}

/** A protected box is judged also where the mask is open. */
function paintOpenPixels(pixels: Uint8Array, { width, rgb }: WorkingPicture, { places, whole }: Comparison, box: Box): void {
  for (let y = box.y; y < box.y + box.height; y++)
    for (let at = y * width + box.x; at < y * width + box.x + box.width; at++) {
      if (places[at] !== PLACE.open) continue
      const share = whole.changed[at] === 1 ? HEAT_COVERS : 0
      cover(pixels, 3 * at, greyOf(rgb, 3 * at), heatOf(whole.colour.deltaE[at]!), share)
    }
}

function lines({ width, height }: Size): { line: number; distance: number } {
  const longest = Math.max(width, height)
  return { line: Math.max(1, Math.round(longest * LINE_SHARE)), distance: Math.max(4, Math.round(longest * HATCH_SHARE)) }
}

/** Lightness by Rec. 709, made pale. */
function greyOf(rgb: Uint8Array, at: number): number {
  const lightness = 0.2126 * rgb[at]! + 0.7152 * rgb[at + 1]! + 0.0722 * rgb[at + 2]!
  return DARKEST + (lightness / 255) * (PALEST - DARKEST)
}

function cover(pixels: Uint8Array, at: number, grey: number, colour: Colour, share: number): void {
  for (let channel = 0; channel < 3; channel++) pixels[at + channel] = grey * (1 - share) + colour[channel]! * share
}

function heatOf(deltaE: number): Colour {
  const place = Math.min(1, Math.max(0, deltaE - CHANGED_DELTA_E) / (HOTTEST_DELTA_E - CHANGED_DELTA_E)) * (HEAT.length - 1)
  const first = Math.min(HEAT.length - 2, Math.floor(place))
  const [from, to] = [HEAT[first]!, HEAT[first + 1]!]
  const share = place - first
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share]
}

function frame(pixels: Uint8Array, size: Size, box: Box): void {
  const { line } = lines(size)
  const [right, bottom] = [box.x + box.width, box.y + box.height]
  for (let y = box.y; y < bottom; y++)
    for (let x = box.x; x < right; x++) {
      const isBorder = x < box.x + line || x >= right - line || y < box.y + line || y >= bottom - line
      if (isBorder) cover(pixels, 3 * (y * size.width + x), 0, BOX, 1)
    }
}
