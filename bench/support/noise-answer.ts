import { randomFillSync } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
const SERIAL_KEYWORD = 'serial\0'
const SERIAL_DIGITS = 8
/** Signature and IHDR: a multiple of 3, so that what follows begins a new group of base64. */
const HEADER_BYTES = 33
/** Text chunk with the serial number: a multiple of 3 too. */
const SERIAL_CHUNK_BYTES = 12 + SERIAL_KEYWORD.length + SERIAL_DIGITS

/** What upstream counts for a low picture of each size; the gateway compares it with its formula. */
const outputTokens: Readonly<Record<number, number>> = { 1024: 196, 2048: 397 }

/** Usage tokens of the input that every bench call has. */
const INPUT_TOKENS = 12

/**
 * An answer as OpenAI's Image API gives it, pretty-printed, around a valid PNG of noise stored without compression. Each copy carries a
 * serial number inside the picture: no two have the same hash, so a gateway cannot keep them as one.
 */
export class NoiseAnswer {
  /** Bytes of the decoded picture. */
  readonly imageBytes: number
  /** Bytes of the whole JSON body. */
  readonly bodyBytes: number
  readonly #beginning: Buffer
  readonly #rest: Buffer

  /** @param side edge of the square picture in pixels: 1024 gives 4 MiB of base64, 2048 gives 16 MiB */
  constructor(side: number) {
    const header = Buffer.concat([SIGNATURE, chunk('IHDR', imageHeader(side))])
    const pixels = Buffer.concat([chunk('IDAT', deflateSync(noise(side), { level: 0 })), chunk('IEND', Buffer.alloc(0))])
    this.imageBytes = HEADER_BYTES + SERIAL_CHUNK_BYTES + pixels.length
    this.#beginning = Buffer.from(`${jsonBefore}${header.toString('base64')}`)
    this.#rest = Buffer.from(`${pixels.toString('base64')}${jsonAfter(side)}`)
    this.bodyBytes = this.#beginning.length + (SERIAL_CHUNK_BYTES / 3) * 4 + this.#rest.length
  }

  /** The body of one copy, in the pieces to be written. The last one is shared by all copies. */
  pieces(serial: number): Buffer[] {
    const text = Buffer.from(SERIAL_KEYWORD + String(serial).padStart(SERIAL_DIGITS, '0'), 'latin1')
    return [this.#beginning, Buffer.from(chunk('tEXt', text).toString('base64'), 'latin1'), this.#rest]
  }
}

/** Reads the serial number out of a picture's bytes; NaN when there is none. */
export function serialOf(picture: Buffer): number {
  const at = HEADER_BYTES + 8 + SERIAL_KEYWORD.length
  return Number.parseInt(picture.toString('latin1', at, at + SERIAL_DIGITS), 10)
}

function imageHeader(side: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return header
}

/** Rows of random RGB pixels, each behind the filter byte 0. */
function noise(side: number): Buffer {
  const rowBytes = 1 + side * 3
  const rows = randomFillSync(Buffer.allocUnsafe(rowBytes * side))
  for (let at = 0; at < rows.length; at += rowBytes) rows[at] = 0
  return rows
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

const jsonBefore = `{
  "created": 1795219200,
  "background": "opaque",
  "data": [
    {
      "b64_json": "`

function jsonAfter(side: number): string {
  const output = outputTokens[side] ?? 0
  return `"
    }
  ],
  "output_format": "png",
  "quality": "low",
  "size": "${side}x${side}",
  "usage": {
    "input_tokens": ${INPUT_TOKENS},
    "input_tokens_details": {
      "image_tokens": 0,
      "text_tokens": ${INPUT_TOKENS}
    },
    "output_tokens": ${output},
    "output_tokens_details": {
      "image_tokens": ${output},
      "text_tokens": 0
    },
    "total_tokens": ${INPUT_TOKENS + output}
  }
}`
}
