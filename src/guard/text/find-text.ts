import type { Box } from '../drift-measurement.ts'
import { fromRaw, type WorkingPicture } from '../working-picture.ts'
import { greyOf } from './crop.ts'
import { charactersOf, nearestPart } from './normalise-text.ts'
import { LAYOUT, type ReadSymbol, type TextReader } from './text-reader.ts'

/** Longest sides at which a whole picture is read, one after the other: the reader knows large print in a small picture, small print in a large one. */
const LONGEST_SIDES = [1000, 2000] as const
const LARGEST_FACTOR = 3
/** Up to this share of its characters may be read wrongly for a text to be found. */
const MOST_WRONG = 0.4
/** A letter with an ascender is up to so many times as high as one without. */
const HIGHEST = 1.8

/** All that is read in a picture, in its own pixels: once for each size. */
export async function readAll(picture: WorkingPicture, reader: TextReader): Promise<ReadSymbol[][]> {
  const grey = greyOf(picture)
  const pages: ReadSymbol[][] = []
  for (const side of LONGEST_SIDES) {
    const factor = Math.min(LARGEST_FACTOR, side / Math.max(picture.width, picture.height))
    const size = { width: Math.max(1, Math.round(picture.width * factor)), height: Math.max(1, Math.round(picture.height * factor)) }
    const png = await fromRaw(grey, picture, 1)
      .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
      .png({ compressionLevel: 1 })
      .toBuffer()
    pages.push(reader.read(png, LAYOUT.scattered).map((symbol) => scaled(symbol, factor)))
  }
  return pages
}

const scaled = (symbol: ReadSymbol, factor: number): ReadSymbol => ({
  ...symbol,
  left: symbol.left / factor,
  top: symbol.top / factor,
  right: symbol.right / factor,
  bottom: symbol.bottom / factor,
})

/** Where among what was read a text stands most nearly, with room about it; null when nothing is near it. */
export function findText(pages: readonly ReadSymbol[][], text: string): Box | null {
  const wanted = charactersOf(text)
  const lines = pages.flatMap((symbols) => [...Map.groupBy(symbols, ({ line }) => line).values()])
  // What goes over several lines is found in the page as a whole only.
  const candidates = [...lines.map((line) => partOf(line, wanted)), ...pages.map((page) => partOf(page, wanted))]
  const best = candidates.reduce<Part | null>((found, part) => (found && found.distance <= part.distance ? found : part), null)
  return best && best.symbols.length > 0 && best.distance <= MOST_WRONG * wanted.length ? boxAround(best.symbols) : null
}

interface Part {
  symbols: ReadSymbol[]
  distance: number
}

function partOf(symbols: readonly ReadSymbol[], wanted: readonly string[]): Part {
  const characters = symbols.flatMap((symbol) => charactersOf(symbol.text).map((character) => ({ character, symbol })))
  const read = characters.map(({ character }) => character)
  const { start, end, distance } = nearestPart(read, wanted)
  return { symbols: characters.slice(start, end).map(({ symbol }) => symbol), distance }
}

/**
 * The reader's boxes now and then reach far into what stands beside, above or below: none is wider than a line is high, and those that are much higher than
 * the low ones do not say where the line ends. In a box that is too high print is compared too small, and a changed glyph hides.
 */
function boxAround(found: readonly ReadSymbol[]): Box {
  const heights = found.map(({ top, bottom }) => bottom - top).sort((one, other) => one - other)
  const highest = HIGHEST * heights[Math.floor(heights.length / 3)]!
  const upright = found.filter(({ top, bottom }) => bottom - top <= highest)
  const widest = 1.3 * Math.min(highest, heights[Math.floor(heights.length / 2)]!)
  const left = Math.min(...found.map((symbol) => Math.max(symbol.left, symbol.right - widest)))
  const right = Math.max(...found.map((symbol) => Math.min(symbol.right, symbol.left + widest)))
  const [top, bottom] = [Math.min(...upright.map((symbol) => symbol.top)), Math.max(...upright.map((symbol) => symbol.bottom))]
  const room = Math.max(3, 0.12 * (bottom - top))
  const [x, y] = [Math.max(0, Math.floor(left - room)), Math.max(0, Math.floor(top - room))]
  return { x, y, width: Math.max(1, Math.ceil(right + room) - x), height: Math.max(1, Math.ceil(bottom + room) - y) }
}
