/** Bytes that are handed to the compressor at a time, about. */
const CHUNK_BYTES = 1 << 20
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/**
 * A mask as PNG: 8-bit RGBA, black, transparent where `values` is 255 (the model draws anew) and opaque where it is 0. Written by hand because a canvas multiplies colours
 * by their alpha, and because some browsers add noise to what is read from one.
 * @param values one byte for each pixel, row by row
 */
export async function writeMaskPng({ width, height, values }: { width: number; height: number; values: Uint8Array }): Promise<Blob> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 6, 0, 0, 0], 8)
  const pixels = await deflate(scanlines(width, height, values))
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return new Blob([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', new Uint8Array(0))], { type: 'image/png' })
}

/** Rows with a filter byte before each, some at a time. */
function* scanlines(width: number, height: number, values: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  const rowBytes = 1 + 4 * width
  const rows = Math.max(1, Math.floor(CHUNK_BYTES / rowBytes))
  for (let top = 0; top < height; top += rows) {
    const bytes = new Uint8Array(Math.min(rows, height - top) * rowBytes)
    for (let row = 0; row * rowBytes < bytes.length; row++) {
      const from = (top + row) * width
      for (let x = 0; x < width; x++) bytes[row * rowBytes + 4 * x + 4] = 255 - values[from + x]!
    }
    yield bytes
  }
}

async function deflate(pieces: Iterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new CompressionStream('deflate')
  const whole = new Response(stream.readable).arrayBuffer()
  const writer = stream.writable.getWriter()
  for (const piece of pieces) await writer.write(piece)
  await writer.close()
  return new Uint8Array(await whole)
}

/** Length, name, data, and the check sum of name and data. */
function chunk(name: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  for (let index = 0; index < 4; index++) bytes[4 + index] = name.charCodeAt(index)
  bytes.set(data, 8)
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)))
  return bytes
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
