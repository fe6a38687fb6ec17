import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PictureCache } from './picture-cache.ts'

describe('a picture cache', () => {
  it('drops the least recently used picture first', () => {
    const cache = new PictureCache(30)
    cache.set('a', Buffer.alloc(10))
    cache.set('b', Buffer.alloc(10))
    cache.set('c', Buffer.alloc(10))
    cache.get('a')
    cache.set('d', Buffer.alloc(10))
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key))).toEqual(['a', 'c', 'd'])
  })

  it('does not give up everything for one picture that is larger than its bound', () => {
    const cache = new PictureCache(30)
    cache.set('a', Buffer.alloc(10))
    cache.set('huge', Buffer.alloc(31))
    expect(cache.get('huge')).toBeUndefined()
    expect(cache.get('a')).toHaveLength(10)
  })

  it('never holds more than its bound and counts exactly what it holds', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.integer({ min: 0, max: 50 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new PictureCache(100)
        for (const { key, bytes } of steps) cache.set(key, Buffer.alloc(bytes))
        const held = ['a', 'b', 'c', 'd', 'e'].reduce((total, key) => total + (cache.get(key)?.length ?? 0), 0)
        expect(cache.bytes).toBe(held)
        expect(held).toBeLessThanOrEqual(100)
      }),
    )
  })
})
