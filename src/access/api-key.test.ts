import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { API_KEY_PATTERN, isWellFormedKey, makeApiKey } from './api-key.ts'

describe('API keys', () => {
  it('have the documented form, and no two are alike', () => {
    const keys = Array.from({ length: 1_000 }, () => makeApiKey())
    for (const key of keys) expect(key).toMatch(/^dk_live_[0-9A-Za-z]{36}$/)
    expect(keys.every((key) => API_KEY_PATTERN.test(key) && isWellFormedKey(key))).toBe(true)
    expect(new Set(keys).size).toBe(1_000)
  })

  it('end in the checksum of what stands before it', () => {
    // Computed apart from this code, with Python's zlib.
    const zeros = (bytes: number) => new Uint8Array(bytes)
    expect(makeApiKey(zeros)).toBe(`dk_live_${'0'.repeat(30)}3fI366`)
    expect(isWellFormedKey(`dk_live_${'0'.repeat(30)}3fI366`)).toBe(true)
  })

  it('throw bytes away that would make some characters likelier than others', () => {
    const cycle = [255, 0, 248, 61, 62, 251, 247]
    let next = 0
    const cycling = (bytes: number) => Uint8Array.from({ length: bytes }, () => cycle[next++ % cycle.length]!)
    expect(makeApiKey(cycling).slice(8, 38)).toMatch(/^(?:0z0z)+(?:0z)?$/)
  })

  it('are refused when a single character was changed or two were swapped', () => {
    const alphabet = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz']
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 43 }), fc.constantFrom(...alphabet), (index, character) => {
        const key = makeApiKey()
        const changed = key.slice(0, index) + character + key.slice(index + 1)
        const swapped = key.slice(0, index - 1) + key[index] + key[index - 1] + key.slice(index + 1)
        expect(isWellFormedKey(changed)).toBe(changed === key)
        if (index > 8) expect(isWellFormedKey(swapped)).toBe(swapped === key)
      }),
      { numRuns: 500 },
    )
  })

  it('are never any other text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => !isWellFormedKey(text)))
    fc.assert(
      fc.property(fc.stringMatching(/^dk_live_[0-9A-Za-z]{30,40}$/), (text) => !isWellFormedKey(text)),
      { numRuns: 200 },
    )
  })
})
