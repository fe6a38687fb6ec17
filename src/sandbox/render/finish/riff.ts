/** Bytes before the data of a RIFF chunk: its name and its length. */
export const RIFF_HEADER_BYTES = 8

/** A chunk, padded to an even length. */
export function riffChunk(name: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(RIFF_HEADER_BYTES + data.length + (data.length % 2))
  chunk.write(name, 'latin1')
  chunk.writeUInt32LE(data.length, 4)
  chunk.set(data, RIFF_HEADER_BYTES)
  return chunk
}

/** Writes into the head of a RIFF file how long it is now. */
export function withRiffLength(file: Buffer): Buffer {
  file.writeUInt32LE(file.length - RIFF_HEADER_BYTES, 4)
  return file
}
