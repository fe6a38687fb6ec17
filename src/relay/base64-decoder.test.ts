import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Base64Decoder, type ByteTarget } from './base64-decoder.ts'
import { cutUp } from './fixtures/relay-harness.ts'

/** Hands its buffer on whenever `size` bytes are full, as the spool does. */
class SmallTarget implements ByteTarget {
  readonly #size: number
  readonly #buffer: Buffer
  readonly #pieces: Buffer[] = []
  #used = 0

  constructor(size: number) {
    this.#size = size
    this.#buffer = Buffer.alloc(size + 2)
  }

  get bytes(): Buffer {
    return Buffer.concat([...this.#pieces, this.#buffer.subarray(0, this.#used)])
  }

  room(): number {
    return this.#size - this.#used
  }

  view(length: number): Uint8Array {
    return this.#buffer.subarray(this.#used, this.#used + length)
  }

  wrote(length: number): void {
    this.#used += length
    if (this.#used < this.#size) return
    this.#pieces.push(Buffer.from(this.#buffer.subarray(0, this.#size)))
    this.#buffer.copy(this.#buffer, 0, this.#size, this.#used)
    this.#used -= this.#size
  }
}

function decode(pieces: Buffer[], bufferBytes = 100_000): Buffer {
  const target = new SmallTarget(bufferBytes)
  const decoder = new Base64Decoder(target)
  for (const piece of pieces) decoder.push(piece, 0, piece.length)
  decoder.finish()
  return target.bytes
}

const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 })

describe('Base64Decoder', () => {
  it('gives the encoded bytes back however the characters are cut and however small the buffers are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), lengths, fc.integer({ min: 1, max: 5000 }), (bytes, cuts, bufferBytes) => {
        const text = Buffer.from(Buffer.from(bytes).toString('base64'))
        expect(decode(cutUp(text, cuts), bufferBytes).equals(bytes)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('takes single characters between runs', () => {
    const bytes = Buffer.from('a picture, told in base64, one character at a time')
    const target = new SmallTarget(7)
    const decoder = new Base64Decoder(target)
    for (const code of Buffer.from(bytes.toString('base64'))) decoder.pushCharacter(code)
    decoder.finish()
    expect(target.bytes.toString()).toBe(bytes.toString())
  })

  it.each([
    ['a blank', 'AAAA AAA'],
    ['four blanks', 'AAAA    AAAA'],
    ['a line feed', 'AAAA\nAAA'],
    ['URL-safe letters', 'AA-_'],
    ['missing padding', 'AAA'],
    ['too much padding', 'A==='],
    ['padding alone', '===='],
    ['padding in the middle', 'AA==AAAA'],
    ['bits behind the last byte', 'AB=='],
    ['a byte outside ASCII', 'AAA\u00e9'],
    ['a zero byte', 'AAA\0'],
  ])('refuses %s, in one piece, one character at a time and far into a long run', (_, text) => {
    const whole = Buffer.from(text, 'latin1')
    expect(() => decode([whole])).toThrow('bad_base64')
    expect(() => decode(cutUp(whole, [1]))).toThrow('bad_base64')
    expect(() => decode([Buffer.concat([Buffer.alloc(400_000, 'QUJD'), whole])])).toThrow('bad_base64')
  })
})
