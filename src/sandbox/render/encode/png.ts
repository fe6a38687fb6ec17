import { crc32, deflateSync } from 'node:zlib'
import { pixelOfColour } from '../colour.ts'
import { type FourShades, fourShadeStride } from './four-shades.ts'

/** What an IHDR chunk says about the pixels that follow (PNG 3rd edition, section 11.2.1). */
interface PngHeader {
  width: number
  height: number
  bitDepth: 2 | 8
  colourType: typeof PALETTE | typeof TRUECOLOUR | typeof TRUECOLOUR_ALPHA
}

const TRUECOLOUR = 2
const PALETTE = 3
const TRUECOLOUR_ALPHA = 6
const FILTER_SUB = 1

// Level 3 of Node's zlib is as fast as level 1 on these pictures and packs soft gradients a quarter smaller; from 4 on it is slower.
const DEFLATE_LEVEL = 3

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const SOFTWARE_NOTE = 'Software\u0000Darkroom sandbox'

/**
 * Encodes RGBA pixels (not premultiplied, `width × height × 4` bytes) as an 8-bit PNG with or without its alpha channel.
 * Two to three times as fast as the graphics library's own encoder, which searches the best filter for every row.
 */
export function encodePng(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number, alpha: boolean): Uint8Array<ArrayBuffer> {
  const rows = alpha ? filterRowsWithAlpha(rgba, width, height) : filterOpaqueRows(rgba, width, height)
  return assemble({ width, height, bitDepth: 8, colourType: alpha ? TRUECOLOUR_ALPHA : TRUECOLOUR }, [], rows)
}

/** Encodes a four-shade picture as a PNG with a palette, two bits a pixel. */
export function encodeFourShadePng(picture: FourShades): Uint8Array<ArrayBuffer> {
  const { width, height, shades, clear } = picture
  const stride = fourShadeStride(width)
  const rows = new Uint8Array(height * (1 + stride))
  for (let y = 0; y < height; y++) rows.set(picture.rows.subarray(y * stride, (y + 1) * stride), y * (1 + stride) + 1)
  const extra = [chunk('PLTE', Uint8Array.from(shades.flatMap(pixelOfColour)))]
  if (clear) extra.push(chunk('tRNS', Uint8Array.of(0)))
  return assemble({ width, height, bitDepth: 2, colourType: PALETTE }, extra, rows)
}

function filterOpaqueRows(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  const rows = new Uint8Array(height * (1 + 3 * width))
  let from = 0
  let to = 0
  for (let y = 0; y < height; y++) {
    rows[to++] = FILTER_SUB
    let leftRed = 0
    let leftGreen = 0
    let leftBlue = 0
    for (let x = 0; x < width; x++) {
      const red = rgba[from]!
      const green = rgba[from + 1]!
      const blue = rgba[from + 2]!
      rows[to] = red - leftRed
      rows[to + 1] = green - leftGreen
      rows[to + 2] = blue - leftBlue
      leftRed = red
      leftGreen = green
      leftBlue = blue
      from += 4
      to += 3
    }
  }
  return rows
}

function filterRowsWithAlpha(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  const stride = 4 * width
  const rows = new Uint8Array(height * (1 + stride))
  let to = 0
  for (let y = 0; y < height; y++) {
    const start = y * stride
    rows[to++] = FILTER_SUB
    for (let at = start; at < start + 4; at++) rows[to++] = rgba[at]!
    for (let at = start + 4; at < start + stride; at++) rows[to++] = rgba[at]! - rgba[at - 4]!
  }
  return rows
}

function assemble(header: PngHeader, extra: Uint8Array[], rows: Uint8Array): Uint8Array<ArrayBuffer> {
  const ihdr = new Uint8Array(13)
  const view = new DataView(ihdr.buffer)
  view.setUint32(0, header.width)
  view.setUint32(4, header.height)
  view.setUint8(8, header.bitDepth)
  view.setUint8(9, header.colourType)
  const data = deflateSync(rows, { level: DEFLATE_LEVEL, memLevel: 9 })
  const note = chunk('tEXt', Buffer.from(SOFTWARE_NOTE, 'latin1'))
  return joined([SIGNATURE, chunk('IHDR', ihdr), note, ...extra, chunk('IDAT', data), chunk('IEND', new Uint8Array(0))])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let index = 0; index < 4; index++) bytes[4 + index] = type.charCodeAt(index)
  bytes.set(data, 8)
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)))
  return bytes
}

/** One buffer of its own, so that it can be transferred to another thread. */
function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
