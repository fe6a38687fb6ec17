import { pixelOfColour } from '../colour.ts'
import { type FourShades, fourShadeStride } from './four-shades.ts'

// A lossless WebP bitstream (RFC 9649, section 3), written by hand for one kind of picture: four colours, long runs.
// The graphics library's encoder takes 17 to 60 ms for a plain megapixel, this one about 1.

const SIGNATURE = 0x2f
const COLOUR_INDEXING = 3
const GREEN_SYMBOLS = 280
const FIRST_LENGTH_SYMBOL = 256
/** With 280 symbols of 8 and 9 bits, a complete prefix code has 232 of the shorter. */
const SHORT_SYMBOLS = 232
const LONGEST_RUN = 4096
const SHORTEST_RUN = 3
/** Of the code's nineteen length symbols, in the order they are written, the twelfth means 8 bits and the thirteenth 9. */
const LENGTHS_WRITTEN = 13

/** Bits of a stream, the lowest bit of every byte first. */
class BitWriter {
  readonly #bytes: number[] = []
  #pending = 0
  #count = 0

  write(value: number, bits: number): void {
    this.#pending |= value << this.#count
    this.#count += bits
    while (this.#count >= 8) {
      this.#bytes.push(this.#pending & 255)
      this.#pending >>>= 8
      this.#count -= 8
    }
  }

  finish(): Uint8Array {
    if (this.#count > 0) this.#bytes.push(this.#pending & 255)
    return Uint8Array.from(this.#bytes)
  }
}

/** Encodes a four-shade picture as lossless WebP. */
export function encodeFourShadeWebp(picture: FourShades): Uint8Array<ArrayBuffer> {
  const bits = new BitWriter()
  bits.write(SIGNATURE, 8)
  bits.write(picture.width - 1, 14)
  bits.write(picture.height - 1, 14)
  bits.write(picture.clear ? 1 : 0, 1)
  bits.write(0, 3)
  writeColourTable(bits, picture)
  writeIndexes(bits, picture)
  return wrap(bits.finish())
}

function writeColourTable(bits: BitWriter, { shades, clear }: FourShades): void {
  bits.write(1, 1)
  bits.write(COLOUR_INDEXING, 2)
  bits.write(shades.length - 1, 8)
  bits.write(0, 1)
  writeGreenCode(bits)
  for (let channel = 0; channel < 3; channel++) writeByteCode(bits)
  writeSingleSymbolCode(bits)
  let previous = [0, 0, 0, 0]
  for (const [index, shade] of shades.entries()) {
    const [red, green, blue] = pixelOfColour(shade)
    const entry = [green, red, blue, clear && index === 0 ? 0 : 255]
    const [greenStep, ...otherSteps] = entry.map((value, channel) => (value - previous[channel]!) & 255)
    writeGreenSymbol(bits, greenStep!)
    for (const step of otherSteps) bits.write(reversed(step, 8), 8)
    previous = entry
  }
  bits.write(0, 1)
}

/** The packed indexes travel in the green channel; every run copies from the row above or from the byte to the left. */
function writeIndexes(bits: BitWriter, { width, rows }: FourShades): void {
  bits.write(0, 1)
  bits.write(0, 1)
  writeGreenCode(bits)
  for (let channel = 0; channel < 3; channel++) writeSingleSymbolCode(bits)
  writeTwoSymbolCode(bits)
  const stride = fourShadeStride(width)
  for (let at = 0; at < rows.length; ) {
    const above = at >= stride ? runLength(rows, at, stride) : 0
    const left = at >= 1 && above < LONGEST_RUN ? runLength(rows, at, 1) : 0
    const run = Math.max(above, left)
    if (run < SHORTEST_RUN) {
      writeGreenSymbol(bits, lowestFirst(rows[at]!))
      at++
    } else {
      writeRunLength(bits, run)
      // Distance codes 1 and 2 are "the pixel above" and "the pixel to the left"; with a distance of one byte both are the same.
      bits.write(above >= left ? 0 : 1, 1)
      at += run
    }
  }
}

function runLength(rows: Uint8Array, at: number, distance: number): number {
  const end = Math.min(rows.length, at + LONGEST_RUN)
  let place = at
  while (place < end && rows[place] === rows[place - distance]) place++
  return place - at
}

/** A length is a prefix symbol with extra bits, in steps that double every second symbol (RFC 9649, section 4.2.2). */
function writeRunLength(bits: BitWriter, length: number): void {
  if (length <= 4) {
    writeGreenSymbol(bits, FIRST_LENGTH_SYMBOL + length - 1)
    return
  }
  const value = length - 1
  const highest = 31 - Math.clz32(value)
  const extra = highest - 1
  writeGreenSymbol(bits, FIRST_LENGTH_SYMBOL + 2 * highest + ((value >> extra) & 1))
  bits.write(value & ((1 << extra) - 1), extra)
}

/** A fixed code for the 280 symbols of green and run lengths: 232 of eight bits, 48 of nine. */
function writeGreenCode(bits: BitWriter): void {
  bits.write(0, 1)
  bits.write(LENGTHS_WRITTEN - 4, 4)
  for (let place = 0; place < LENGTHS_WRITTEN; place++) bits.write(place >= LENGTHS_WRITTEN - 2 ? 1 : 0, 3)
  bits.write(0, 1)
  for (let symbol = 0; symbol < GREEN_SYMBOLS; symbol++) bits.write(symbol < SHORT_SYMBOLS ? 0 : 1, 1)
}

/** A fixed code of eight bits for each of 256 symbols; with a single length in use, the lengths themselves take no bits. */
function writeByteCode(bits: BitWriter): void {
  bits.write(0, 1)
  bits.write(LENGTHS_WRITTEN - 1 - 4, 4)
  for (let place = 0; place < LENGTHS_WRITTEN - 1; place++) bits.write(place === LENGTHS_WRITTEN - 2 ? 1 : 0, 3)
  bits.write(0, 1)
}

function writeSingleSymbolCode(bits: BitWriter): void {
  bits.write(0b0001, 4)
}

/** The symbols 0 and 1 with one bit each. */
function writeTwoSymbolCode(bits: BitWriter): void {
  bits.write(0b0011, 4)
  bits.write(1, 8)
}

function writeGreenSymbol(bits: BitWriter, symbol: number): void {
  if (symbol < SHORT_SYMBOLS) bits.write(reversed(symbol, 8), 8)
  else bits.write(reversed(SHORT_SYMBOLS + symbol, 9), 9)
}

function reversed(value: number, bits: number): number {
  let result = 0
  for (let bit = 0; bit < bits; bit++) result |= ((value >> bit) & 1) << (bits - 1 - bit)
  return result
}

/** WebP packs the leftmost of four pixels into the lowest bits. */
function lowestFirst(packed: number): number {
  return ((packed >> 6) & 3) | ((packed >> 2) & 12) | ((packed << 2) & 48) | ((packed << 6) & 192)
}

function wrap(stream: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = stream.length + (stream.length & 1)
  const file = new Uint8Array(20 + padded)
  const view = new DataView(file.buffer)
  file.set(Buffer.from('RIFF----WEBPVP8L', 'latin1'))
  view.setUint32(4, 12 + padded, true)
  view.setUint32(16, stream.length, true)
  file.set(stream, 20)
  return file
}
