import { inflateSync } from 'node:zlib'
import type { Raster } from './raster.ts'

const SIGNATURE = '\x89PNG\r\n\x1a\n'
const TRUECOLOUR_ALPHA = 6
const BYTES_PER_PIXEL = 4

/**
 * Decodes the ordinary kind of PNG with alpha, exactly: 8 bits, red, green, blue and alpha, not interlaced. The graphics library keeps
 * pixels multiplied with their alpha, which loses the colour of transparent ones; an edit must hand them back as they were.
 * @returns null for every other kind of PNG and for what cannot be read, which is left to the graphics library.
 */
export function decodePlainPng(bytes: Uint8Array): Raster | null {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.toString('latin1', 0, 8) !== SIGNATURE || file.length < 33) return null
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  const [depth, colourType, , , interlaced] = file.subarray(24, 29)
  if (depth !== 8 || colourType !== TRUECOLOUR_ALPHA || interlaced !== 0) return null
  const rows = inflatedRows(file, height * (1 + width * BYTES_PER_PIXEL))
  return rows && unfilter(rows, width, height)
}

function inflatedRows(file: Buffer, length: number): Buffer | null {
  const pieces: Buffer[] = []
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at))
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') pieces.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  try {
    const rows = inflateSync(Buffer.concat(pieces), { maxOutputLength: length })
    return rows.length === length ? rows : null
  } catch {
    return null
  }
}

/** Undoes the filters of PNG (3rd edition, section 9): each byte was stored as its difference from a neighbour. */
function unfilter(rows: Buffer, width: number, height: number): Raster | null {
  const stride = width * BYTES_PER_PIXEL
  const data = new Uint8ClampedArray(stride * height)
  const bytes = new Uint8Array(data.buffer)
  for (let row = 0; row < height; row++) {
    const from = row * (stride + 1) + 1
    const to = row * stride
    const predict = predictors[rows[from - 1]!]
    if (!predict) return null
    for (let at = 0; at < stride; at++) {
      const left = at < BYTES_PER_PIXEL ? 0 : bytes[to + at - BYTES_PER_PIXEL]!
      const above = row === 0 ? 0 : bytes[to + at - stride]!
      const aboveLeft = row === 0 || at < BYTES_PER_PIXEL ? 0 : bytes[to + at - stride - BYTES_PER_PIXEL]!
      bytes[to + at] = rows[from + at]! + predict(left, above, aboveLeft)
    }
  }
  return { width, height, data }
}

type Predictor = (left: number, above: number, aboveLeft: number) => number

/** By the number of the filter: none, sub, up, average, Paeth. */
const predictors: readonly Predictor[] = [() => 0, (left) => left, (_, above) => above, (left, above) => (left + above) >> 1, paeth]

function paeth(left: number, above: number, aboveLeft: number): number {
  const estimate = left + above - aboveLeft
  const [fromLeft, fromAbove, fromCorner] = [Math.abs(estimate - left), Math.abs(estimate - above), Math.abs(estimate - aboveLeft)]
  if (fromLeft <= fromAbove && fromLeft <= fromCorner) return left
  return fromAbove <= fromCorner ? above : aboveLeft
}
