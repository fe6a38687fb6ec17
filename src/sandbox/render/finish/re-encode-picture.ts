import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { riffChunk, withRiffLength } from './riff.ts'

const NOTE = Buffer.from('optimised by the CDN of the sandbox')
const PNG_SIGNATURE_BYTES = 8
const JPEG_COMMENT = 0xfffe
const JPEG_MARKER_BYTES = 2

/**
 * Writes a picture that the sandbox painted anew, without loss: a PNG is deflated again and loses its texts, a JPEG and a WebP get a
 * comment. The same picture gives the same bytes. Whatever was embedded before is not in them: it is done before anything would be.
 */
export function reEncodePicture(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (file.toString('latin1', 1, 4) === 'PNG') return Uint8Array.from(deflatedAgain(file))
  return Uint8Array.from(
    file.readUInt16BE(0) === 0xffd8 ? withComment(file) : withRiffLength(Buffer.concat([file, riffChunk('NOTE', NOTE)])),
  )
}

interface PngChunk {
  type: string
  data: Buffer
}

function deflatedAgain(file: Buffer): Buffer {
  const chunks = [...pngChunks(file)]
  const pixels = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)))
  const before = chunks.filter(({ type }) => type === 'IHDR' || type === 'PLTE' || type === 'tRNS')
  const written = [...before, { type: 'IDAT', data: deflateSync(pixels, { level: 6 }) }, { type: 'IEND', data: Buffer.alloc(0) }]
  return Buffer.concat([file.subarray(0, PNG_SIGNATURE_BYTES), ...written.map(pngChunk)])
}

function* pngChunks(file: Buffer): Generator<PngChunk> {
  for (let at = PNG_SIGNATURE_BYTES; at < file.length; ) {
    const length = file.readUInt32BE(at)
    yield { type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, at + 8 + length) }
    at += 12 + length
  }
}

function pngChunk({ type, data }: PngChunk): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** After the first segment, which by the standards of JFIF and Exif stands first. */
function withComment(file: Buffer): Buffer {
  const first = JPEG_MARKER_BYTES + JPEG_MARKER_BYTES + file.readUInt16BE(2 * JPEG_MARKER_BYTES)
  const comment = Buffer.alloc(2 * JPEG_MARKER_BYTES + NOTE.length)
  comment.writeUInt16BE(JPEG_COMMENT)
  comment.writeUInt16BE(JPEG_MARKER_BYTES + NOTE.length, JPEG_MARKER_BYTES)
  comment.set(NOTE, 2 * JPEG_MARKER_BYTES)
  return Buffer.concat([file.subarray(0, first), comment, file.subarray(first)])
}
