import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../contract/failure.ts'
import { readIdempotencyKey, readRetryCount } from './index.ts'

const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 255,
})
const isQuoted = (text: string) => text.length >= 2 && text.startsWith('"') && text.endsWith('"')

function refusal(values: readonly string[]): unknown {
  try {
    return readIdempotencyKey(values)
  } catch (error) {
    return error instanceof Failure ? error.code : error
  }
}

describe('an idempotency key', () => {
  it('is any 1 to 255 visible ASCII characters, and the same bare or in one pair of quotes', () => {
    fc.assert(
      fc.property(visible, (key) => {
        fc.pre(!isQuoted(key))
        expect(readIdempotencyKey([key])).toBe(key)
        expect(readIdempotencyKey([`"${key}"`])).toBe(key)
      }),
    )
  })

  it('loses one pair of quotes only, and none that is not a pair', () => {
    expect(readIdempotencyKey(['""a""'])).toBe('"a"')
    expect(readIdempotencyKey(['"a'])).toBe('"a')
    expect(readIdempotencyKey(['"'])).toBe('"')
    expect(readIdempotencyKey([`"${'x'.repeat(255)}"`])).toHaveLength(255)
  })

  it('is none where the header did not come', () => {
    expect(readIdempotencyKey([])).toBeNull()
  })

  it('is refused when it is empty, too long, not visible ASCII, or came twice', () => {
    const wrong = [[''], ['""'], ['x'.repeat(256)], ['a b'], ['ключ'], ['a\u00e9'], ['a\tb'], ['a\u007f'], ['a', 'a'], ['a', 'b']]
    expect(wrong.map(refusal)).toEqual(wrong.map(() => 'invalid_idempotency_key'))
  })

  it('is never anything else, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { minLength: 1, maxLength: 3 }), (values) => {
        const read = refusal(values)
        expect(read === 'invalid_idempotency_key' || (values.length === 1 && /^[\x21-\x7e]{1,255}$/.test(String(read)))).toBe(true)
      }),
    )
  })
})

describe('a retry count', () => {
  it('is what the library says, and none where it says nothing that can be read', () => {
    expect([['2'], ['0'], [], [''], ['-1'], ['1.5'], ['1', '2'], ['x']].map(readRetryCount)).toEqual([2, 0, 0, 0, 0, 0, 0, 0])
  })
})
