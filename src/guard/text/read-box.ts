import type { Box } from '../drift-measurement.ts'
import { withMargin } from '../region.ts'
import { fromRaw, type WorkingPicture } from '../working-picture.ts'
import { type Crop, cropOf, greyOf } from './crop.ts'
import { inkOf, linesOf } from './ink.ts'
import { charactersOf, nearestPart, normaliseText } from './normalise-text.ts'
import { LAYOUT, type ReadSymbol, type TextReader } from './text-reader.ts'

/** What was read in a box. */
export interface Reading {
  text: string
  /** Mean of its characters, 0..100. */
  confidence: number
  /** Of its worst character. */
  lowest: number
}

/** A box as it was read. */
export interface ReadBox {
  /** One for each way in which it was shown to the reader. */
  readings: Reading[]
  /** Height of a line, pixels of the picture. */
  lineHeight: number
}

/** Line heights at which the reader is shown a text; its networks were trained on about the first. */
const LINE_PIXELS = [40, 56, 30] as const
const LARGEST_SCALE = 6
const MARGIN = 0.12
/** White about the text, in lines: glyphs at the border are read badly. */
const FRAME = 0.35
const MOST_PIXELS = 4_000_000

/**
 * Reads the text in a box: cut out with some room about it, brought to the line height that the reader knows best, grey, as dark print on light.
 * Read again in other sizes as long as it is not what is wanted.
 * @param isFound the box was found by the text: what else it holds at its ends is not the text's
 */
export async function readBox(
  picture: WorkingPicture,
  box: Box,
  reader: TextReader,
  wanted: string | null,
  isFound = false,
): Promise<ReadBox> {
  const wide = withMargin(box, MARGIN * Math.min(box.width, box.height), picture)
  const { lineHeight, lines } = await layoutOf(picture, wide)
  const readings: Reading[] = []
  for (const target of LINE_PIXELS) {
    const scale = Math.min(LARGEST_SCALE, target / lineHeight, Math.sqrt(MOST_PIXELS / (wide.width * wide.height)))
    const png = await printOf(await cropOf(picture, wide, scale), Math.round(FRAME * target))
    const symbols = reader.read(png, lines > 1 ? LAYOUT.block : LAYOUT.line)
    readings.push(readingOf(isFound && wanted !== null ? within(symbols, wanted) : symbols))
    if (wanted !== null && normaliseText(readings.at(-1)!.text) === normaliseText(wanted)) break
  }
  return { readings, lineHeight }
}

/** How many lines a box holds, and how high they are. What stands on no plain ground is taken for one line of the box's height. */
export async function layoutOf(picture: WorkingPicture, box: Box): Promise<{ lineHeight: number; lines: number }> {
  const scale = Math.min(1, 256 / Math.min(box.width, box.height))
  const crop = await cropOf(picture, box, scale)
  const found = linesOf(inkOf(greyOf(crop), crop))
  if (found.length === 0) return { lineHeight: box.height, lines: 1 }
  const heights = found.map(({ top, bottom }) => bottom - top).sort((one, other) => one - other)
  const height = heights[Math.floor(heights.length / 2)]! / scale
  // Print reaches from top to foot of its letters; a line has some room above and below.
  return { lineHeight: Math.max(2, Math.min(box.height, height * 1.15)), lines: found.length }
}

/** Dark print on a light ground, stretched to full contrast, with a frame of the ground's lightness. */
async function printOf(crop: Crop, frame: number): Promise<Buffer> {
  const grey = greyOf(crop)
  const { isLight } = inkOf(grey, crop)
  const upright = isLight ? grey.map((level) => 255 - level) : grey
  const ground = Math.round(quantile(upright, 0.8))
  return fromRaw(upright, crop, 1)
    .extend({ top: frame, bottom: frame, left: frame, right: frame, background: { r: ground, g: ground, b: ground } })
    .normalise()
    .png({ compressionLevel: 1 })
    .toBuffer()
}

function quantile(levels: Uint8Array, share: number): number {
  const histogram = new Uint32Array(256)
  for (const level of levels) histogram[level]!++
  let below = 0
  return histogram.findIndex((count) => {
    below += count
    return below >= share * levels.length
  })
}

/** The symbols of a text, where all of it stands among others. */
function within(symbols: readonly ReadSymbol[], wanted: string): readonly ReadSymbol[] {
  const seen = symbols.flatMap((symbol) => charactersOf(symbol.text).map((character) => ({ character, symbol })))
  const read = seen.map(({ character }) => character)
  const { start, end, distance } = nearestPart(read, charactersOf(wanted))
  return distance === 0 ? [...new Set(seen.slice(start, end).map(({ symbol }) => symbol))] : symbols
}

/** Puts symbols together; what is white space or was not recognised is left out. */
function readingOf(symbols: readonly ReadSymbol[]): Reading {
  const seen = symbols.filter(({ text }) => charactersOf(text).length > 0)
  const sum = seen.reduce((total, { confidence }) => total + confidence, 0)
  return {
    text: seen.map(({ text }) => text).join(''),
    confidence: seen.length === 0 ? 0 : sum / seen.length,
    lowest: seen.length === 0 ? 0 : Math.min(...seen.map(({ confidence }) => confidence)),
  }
}
