import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MOST_WORDS, promptWords } from './prompt-words.ts'

describe('the words that a prompt is found by', () => {
  it.each([
    ['A fox, a FOX & 2 foxes', ['a', 'fox', '2', 'foxes']],
    ['Café Ångström naïve Việt', ['cafe', 'angstrom', 'naive', 'viet']],
    ['ﬁne ﬀ ＡＢＣ', ['fine', 'ff', 'abc']],
    ['夜明けの港', ['夜', '明', '港', '夜明', '明け', 'けの', 'の港']],
    ['猫', ['猫']],
    ['がギｶﾞ', ['がギ', 'ギガ']],
    ['ラーメン', ['ラー', 'ーメ', 'メン']],
    ['2026年カタログ', ['2026', '年', '年カ', 'カタ', 'タロ', 'ログ']],
    ['ภาพ', ['ภา', 'าพ']],
    ['हिन्दी', ['हिन्दी']],
    ['سلام دنيا', ['سلام', 'دنيا']],
    ['!!! — … 🦊', []],
    ['x'.repeat(50), ['x'.repeat(40)]],
  ])('%s', (text, words) => {
    expect(promptWords(text)).toEqual(words)
  })

  it('are the same for every form of the same text, each once, never more than are kept', () => {
    const forms = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const words = promptWords(text)
        expect(new Set(words).size).toBe(words.length)
        expect(words.length).toBeLessThanOrEqual(MOST_WORDS)
        for (const form of forms) expect(promptWords(text.normalize(form))).toEqual(words)
      }),
      { seed: 25 },
    )
  })

  it('of a part that ends where words end are all words of the whole', () => {
    const word = fc.constantFrom('fox', 'Été', '夜明けの港', '한국어', '2026', 'snow')
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), fc.nat(), (words, at) => {
        const part = words[at % words.length]!
        const whole = new Set(promptWords(words.join(' ')))
        expect(promptWords(part).filter((found) => !whole.has(found))).toEqual([])
      }),
      { seed: 25 },
    )
  })
})
