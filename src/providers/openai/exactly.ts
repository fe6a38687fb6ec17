import type { StreamedBody } from '../../outbound/index.ts'

/**
 * The pieces of a content as they come, held to the length it was announced with.
 * @throws Error at the first byte too many, or at an end that came too early.
 */
export async function* exactly(content: StreamedBody): AsyncGenerator<Uint8Array> {
  let left = content.byteLength
  for await (const piece of content.open()) {
    left -= piece.length
    if (left < 0) throw new Error('an input is longer than it was when it was examined')
    yield piece
  }
  if (left > 0) throw new Error('an input is shorter than it was when it was examined')
}
