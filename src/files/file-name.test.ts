import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanFileName } from './index.ts'

describe('a file name', () => {
  it.each([
    ['cat.png', 'cat.png'],
    ['ein Café 🎨.webp', 'ein Café 🎨.webp'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\cat.png', 'cat.png'],
    ['a\r\nx-header: 1\u0000.png', 'ax-header: 1.png'],
    ['gpj.\u202egnp.exe', 'gpj.gnp.exe'],
    ['می‌خواهم.png', 'می‌خواهم.png'],
    ['half \ud83c.png', 'half \ufffd.png'],
    ['  ', 'file'],
    ['..', 'file'],
    ['pictures/', 'file'],
    ['', 'file'],
  ])('%j is kept as %j', (given, kept) => {
    expect(cleanFileName(given)).toBe(kept)
  })

  it('is cut to 255 whole characters and keeps its extension', () => {
    expect(cleanFileName(`${'a'.repeat(300)}.png`)).toBe(`${'a'.repeat(251)}.png`)
    expect(cleanFileName('🎨'.repeat(300))).toBe('🎨'.repeat(255))
    expect(cleanFileName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`)
    expect(cleanFileName(`${'a'.repeat(254)} ${'b'.repeat(300)}`)).toBe('a'.repeat(254))
    expect(cleanFileName(`${'.'.repeat(255)}${'b'.repeat(300)}`)).toBe('file')
  })

  it('comes out short, seen, of one part and the same when cleaned again, whatever came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (name) => {
        const kept = cleanFileName(name)
        expect([...kept].length).toBeLessThanOrEqual(255)
        expect(kept).toMatch(/^[^/\\\u0000-\u001f\u007f-\u009f\u2028-\u202e]+$/u)
        expect(kept).not.toMatch(/^\.*$/)
        expect(cleanFileName(kept)).toBe(kept)
      }),
    )
  })
})
