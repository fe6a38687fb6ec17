import type { Box } from '../drift-measurement.ts'
import { type ConnectedArea, connectedAreas, largestOf, withMargin } from '../region.ts'
import type { Size, WorkingPicture } from '../working-picture.ts'
import { type Crop, cropOf, greyOf } from './crop.ts'
import { correlationOf, cut } from './crop-values.ts'
import { type Ink, inkOf } from './ink.ts'
import { findPrint, layPrint, type PrintMotion } from './lay-print.ts'
import { leastAgreement } from './print-agreement.ts'

/** How the print in a box of the result differs from that of the source, once it lies over it. */
export interface GlyphComparison {
  /** The largest connected spot that is print in one and not in the other, in squares of a stroke's width. */
  spot: number
  /** Share of the text's length in which there are such spots: a glyph that was replaced is one place, another font is everywhere. */
  spread: number
  /** Correlation of the print, 1 = the same. */
  correlation: number
  /** How well print stands off its ground, the worse of the two, 0..1. */
  clarity: number
  /** Correlation of lightness where it is lowest, of parts as wide as a line is high: what a text as a whole hides. */
  agreement: number
  /** How far the print moved, pixels of the result. */
  shiftX: number
  shiftY: number
  scale: number
  /** Where that spot lies, pixels of the result; null when there is none. */
  place: Box | null
}

/** Line height at which glyphs are compared: strokes are five to eight pixels wide. */
const LINE_PIXELS = 48
const LARGEST_SCALE = 4
/** Pixels of a comparison at most: many lines are compared smaller. */
const MOST_PIXELS = 600_000
/** Room about the box for what moved, in lines. */
const ROOM = 0.4
/** Edges may lie elsewhere by this share of a stroke: encoders and resampling move them, and another weight of the same font does. */
const EDGE_SHARE = 0.3
/** By so much of the way from ground to print must a pixel differ from all about its place. */
const STEP = 0.4
/** Below this print and ground are not told apart, and pixels are compared as they are. */
const LEAST_CLARITY = 0.7
const RAW_CONTRAST = 64
/** Print that correlates so well with what it was is no other way round. */
const LIES_WELL = 0.7
/** Of medium and bold print at the line height compared. */
const USUAL_STROKE = 5

/**
 * Lays a box of the result over that of the source and looks for print that the other has not. Pictures have the same size.
 * @param lineHeight of the text, pixels of the picture
 */
export async function compareGlyphs(
  source: WorkingPicture,
  result: WorkingPicture,
  box: Box,
  lineHeight: number,
): Promise<GlyphComparison> {
  const wide = withMargin(box, ROOM * lineHeight, source)
  const scale = Math.min(LARGEST_SCALE, LINE_PIXELS / lineHeight, Math.sqrt(MOST_PIXELS / (wide.width * wide.height)))
  const [before, after] = await Promise.all([cropOf(source, wide, scale), cropOf(result, wide, scale)])
  const { motion, ...difference } = differenceBetween(before, after, innerOf(box, before))
  return {
    ...difference,
    shiftX: motion.shiftX / scale,
    shiftY: motion.shiftY / scale,
    scale: motion.scale,
    place: difference.place && inPicture(difference.place, before),
  }
}

function innerOf(box: Box, { box: wide, scale, width, height }: Crop): Box {
  const x = Math.max(0, Math.round((box.x - wide.x) * scale) - 2)
  const y = Math.max(0, Math.round((box.y - wide.y) * scale) - 2)
  const right = Math.min(width, Math.round((box.x - wide.x + box.width) * scale) + 2)
  const bottom = Math.min(height, Math.round((box.y - wide.y + box.height) * scale) + 2)
  return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) }
}

function inPicture(place: Box, { box, scale }: Crop): Box {
  return {
    x: Math.round(box.x + place.x / scale),
    y: Math.round(box.y + place.y / scale),
    width: Math.max(1, Math.round(place.width / scale)),
    height: Math.max(1, Math.round(place.height / scale)),
  }
}

type Difference = Pick<GlyphComparison, 'spot' | 'spread' | 'correlation' | 'clarity' | 'agreement' | 'place'> & { motion: PrintMotion }

/** @param inner what is compared of the crops; the room about it is for what moved */
function differenceBetween(before: Crop, after: Crop, inner: Box): Difference {
  const [greyBefore, greyAfter] = [greyOf(before), greyOf(after)]
  const [sampleBefore, sampleAfter] = [cut(greyBefore, before, inner), cut(greyAfter, before, inner)]
  const source = inkOf(greyBefore, before, undefined, sampleBefore)
  const lay = (isLight: boolean) => {
    const ink = inkOf(greyAfter, after, isLight, sampleAfter)
    const motion = findPrint(source.amount, ink.amount, before)
    const laid = cut(layPrint(ink.amount, before, motion), before, inner)
    return { ink, motion, correlation: correlationOf(cut(source.amount, before, inner), laid) }
  }
  // Print may have become light on dark: where it does not lie well, the way in which it lies better counts.
  const asBefore = lay(source.isLight)
  const turned = asBefore.correlation < LIES_WELL ? lay(!source.isLight) : asBefore
  const { ink, motion, correlation } = asBefore.correlation >= turned.correlation ? asBefore : turned
  const clarity = Math.min(source.clarity, ink.clarity)
  const [one, other] = clarity >= LEAST_CLARITY ? [source.amount, ink.amount] : asTheyAre(greyBefore, greyAfter)
  // On such a ground what was told apart is no print, and its strokes are none.
  const stroke = clarity >= LEAST_CLARITY ? source.strokePixels : Math.min(source.strokePixels, USUAL_STROKE)
  const radius = Math.max(1, Math.round(EDGE_SHARE * stroke))
  const spots = onlyIn(inner, before, spotsBetween(one, layPrint(other, before, motion), before, radius))
  const shown = Float32Array.from(greyAfter, (level) => (ink.isLight === source.isLight ? level : 255 - level))
  const areas = connectedAreas(spots, before)
  const least = 0.25 * stroke ** 2
  const largest = largestOf(areas)
  return {
    spot: (largest?.pixels ?? 0) / stroke ** 2,
    spread: spreadOf(
      areas.filter(({ pixels }) => pixels >= least),
      source,
    ),
    correlation,
    clarity,
    agreement: leastAgreement(Float32Array.from(greyBefore), layPrint(shown, before, motion), before, inner, LINE_PIXELS),
    motion,
    place: largest?.box ?? null,
  }
}

function onlyIn(box: Box, { width, height }: Size, spots: Uint8Array): Uint8Array {
  const kept = new Uint8Array(spots.length)
  for (let y = box.y; y < Math.min(height, box.y + box.height); y++) {
    const start = y * width + box.x
    kept.set(spots.subarray(start, start + box.width), start)
  }
  return kept
}

/** Where the ground is no plain one: lightness itself. What differs by a tenth of all there is, is seen. */
function asTheyAre(before: Uint8Array, after: Uint8Array): [Float32Array, Float32Array] {
  const of = (grey: Uint8Array) => Float32Array.from(grey, (level) => level / RAW_CONTRAST)
  return [of(before), of(after)]
}

/** 1 where a pixel of either lies clearly beyond all that the other has within a radius. */
function spotsBetween(one: Float32Array, other: Float32Array, size: Size, radius: number): Uint8Array {
  const spots = new Uint8Array(one.length)
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const [low, high] = [extremes(to, size, radius, Math.min), extremes(to, size, radius, Math.max)]
    for (let at = 0; at < spots.length; at++) if (from[at]! > high[at]! + STEP || from[at]! < low[at]! - STEP) spots[at] = 1
  }
  return spots
}

/** The lowest or highest value of the square about each pixel, rows first, then columns. */
function extremes(values: Float32Array, { width, height }: Size, radius: number, pick: (a: number, b: number) => number): Float32Array {
  const rows = new Float32Array(values.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let found = values[y * width + x]!
      for (let near = Math.max(0, x - radius); near <= Math.min(width - 1, x + radius); near++)
        found = pick(found, values[y * width + near]!)
      rows[y * width + x] = found
    }
  const squares = new Float32Array(values.length)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let found = rows[y * width + x]!
      for (let near = Math.max(0, y - radius); near <= Math.min(height - 1, y + radius); near++)
        found = pick(found, rows[near * width + x]!)
      squares[y * width + x] = found
    }
  return squares
}

/** Of the cells of a line's height that hold print, the share that holds a spot. */
function spreadOf(areas: readonly ConnectedArea[], { amount, width, height }: Ink): number {
  const columns = Math.max(1, Math.round(width / LINE_PIXELS))
  const rows = Math.max(1, Math.round(height / LINE_PIXELS))
  const cellOf = (x: number, y: number) =>
    Math.min(rows - 1, Math.floor((y * rows) / height)) * columns + Math.min(columns - 1, Math.floor((x * columns) / width))
  const printed = new Set<number>()
  for (let at = 0; at < amount.length; at++) if (amount[at]! >= 0.5) printed.add(cellOf(at % width, Math.floor(at / width)))
  const spotted = new Set(areas.map(({ box }) => cellOf(box.x + box.width / 2, box.y + box.height / 2)))
  return printed.size === 0 ? 0 : [...spotted].filter((cell) => printed.has(cell)).length / printed.size
}
