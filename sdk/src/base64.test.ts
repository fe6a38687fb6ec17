import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => vi.resetModules())

/** The module as a runtime has it that lacks, or has, base64 of its own. */
async function moduleWith(isNative: boolean) {
  const holder = Uint8Array as unknown as { fromBase64?: unknown; prototype: { toBase64?: unknown } }
  const kept = [holder.fromBase64, holder.prototype.toBase64]
  if (!isNative) [holder.fromBase64, holder.prototype.toBase64] = [undefined, undefined]
  const { bytesOfBase64, base64OfBytes } = await import('./base64.ts')
  return {
    bytesOfBase64,
    base64OfBytes,
    [Symbol.dispose]: () => {
      ;[holder.fromBase64, holder.prototype.toBase64] = kept
    },
  }
}

describe.each([
  ['of the runtime', true],
  ['of our own, for older runtimes', false],
])('base64 %s', (_, isNative) => {
  it('reads and writes what Node does', async () => {
    using base64 = await moduleWith(isNative)
    const sizes = [0, 1, 2, 3, 24_575, 24_576, 24_577, 100_000]
    for (const bytes of [...sizes.map((size) => new Uint8Array(size).fill(251)), ...fc.sample(fc.uint8Array({ maxLength: 200 }), 50)]) {
      const text = Buffer.from(bytes).toString('base64')
      expect(base64.base64OfBytes(bytes)).toBe(text)
      expect(Buffer.from(base64.bytesOfBase64(text)).equals(Buffer.from(bytes))).toBe(true)
    }
    expect(() => base64.bytesOfBase64('no base64!')).toThrow()
  })
})
