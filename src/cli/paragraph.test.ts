import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from './layout.ts'
import { paragraph } from './paragraph.ts'

describe('paragraph', () => {
  it.each([
    ['one two three', 8, ['one two', 'three']],
    ['a /v1/images/generations call', 12, ['a', '/v1/images/generations', 'call']],
    ['画像を直します。次へ', 8, ['画像を直', 'します。', '次へ']],
    ['まず low 品質の「下書き」から', 10, ['まず low', '品質の「下', '書き」から']],
    ['描くのは「下書き」', 10, ['描くのは', '「下書き」']],
    ['尺寸不超过 3840，比例', 11, ['尺寸不超过', '3840，比例']],
    ['', 10, ['']],
  ])('breaks %j at %i cells', (text, width, lines) => {
    expect(paragraph(text, width)).toEqual(lines)
  })

  const letter = fc.constantFrom(
    'a',
    'Z',
    '7',
    '/',
    '.',
    ',',
    ' ',
    '画',
    'の',
    'ン',
    'ー',
    '、',
    '。',
    '「',
    '」',
    '（',
    '）',
    '(',
    ')',
    '，',
  )
  const prose = fc.string({ unit: letter, maxLength: 60 })

  it('keeps every letter in its place and adds none', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(paragraph(text, width).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
      }),
    )
  })

  it('breaks nothing that fits', () => {
    fc.assert(
      fc.property(prose, (text) => {
        const words = text.trim().replace(/ +/g, ' ')
        expect(paragraph(words, Math.max(1, displayWidth(words)))).toEqual([words])
      }),
    )
  })

  it('begins no line of Japanese with the mark that closes the line before', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('画', 'の', '。', '、'), maxLength: 60 }),
        fc.integer({ min: 8, max: 20 }),
        (text, width) => {
          const lines = paragraph(`図${text}`, width)
          expect(lines.filter((line) => /^[。、]/.test(line))).toEqual([])
        },
      ),
    )
  })
})
