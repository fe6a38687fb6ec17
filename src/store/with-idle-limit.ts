import { Readable } from 'node:stream'

/**
 * A stream whose next piece must come within a time once somebody wants it. A slow reader may be as slow as it likes: the time runs only
 * while the source is waited for.
 */
export function withIdleLimit(source: Readable, idleTimeoutMs: number): Readable {
  // A source that breaks before anybody reads tells the reader, not the process.
  source.on('error', () => undefined)
  const limited = Readable.from(pieces(source, idleTimeoutMs), { objectMode: false })
  // A generator that was never begun has no end to clean up in.
  return limited.on('close', () => source.destroy())
}

async function* pieces(source: Readable, idleTimeoutMs: number): AsyncGenerator<Uint8Array> {
  const reader = source[Symbol.asyncIterator]()
  for (;;) {
    const silence = setTimeout(() => source.destroy(new Error('the store fell silent while it sent an object')), idleTimeoutMs)
    const { value, done } = await reader.next().finally(() => clearTimeout(silence))
    if (done) return
    yield value
  }
}
