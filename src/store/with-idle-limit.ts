import { Readable } from 'node:stream'

/**
 * A stream whose next piece must come within a time once somebody wants it. A slow reader may be as slow as it likes: the time runs only
 * while the source is waited for.
 */
export function withIdleLimit(source: Readable, idleTimeoutMs: number): Readable {
  return Readable.from(pieces(source, idleTimeoutMs), { objectMode: false })
}

async function* pieces(source: Readable, idleTimeoutMs: number): AsyncGenerator<Uint8Array> {
  const reader = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const silence = setTimeout(() => source.destroy(new Error('the store fell silent while it sent an object')), idleTimeoutMs)
      const { value, done } = await reader.next().finally(() => clearTimeout(silence))
      if (done) return
      yield value
    }
  } finally {
    source.destroy()
  }
}
