import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanPrompt } from './clean-prompt.ts'
import { composeTitle } from './compose-title.ts'
import { canDraw } from './font-library.ts'
import { guessLanguages } from './language-guess.ts'
import { textOf, toAtoms } from './line-breaks.ts'
import type { Line } from './set-lines.ts'
import { splitPrompt } from './split-prompt.ts'

const brush = createCanvas(1, 1).getContext('2d')

function setTitle(prompt: string, width: number, height: number) {
  const title = splitPrompt(cleanPrompt(prompt, canDraw))
  return composeTitle(brush, title, { width, height, unit: 1, weight: 'bold', largestPixels: 120 })
}

function textOfLine(line: Line): string {
  return line.atoms.map((atom, index) => (index > 0 && atom.gap > 0.2 ? ' ' : '') + textOf(atom)).join('')
}

describe('a clean prompt', () => {
  it.each([
    ['folds white space and keeps line feeds', ' a \t b\r\n\n c ', 'a b\nc'],
    ['leaves out control, direction and zero-width characters', 'a\u0000\u202Eb\u200Bc\uFEFF', 'abc'],
    ['leaves out emoji, joined ones too', '🎉 Party 👨‍👩‍👧 🇯🇵', 'Party'],
    ['composes what was decomposed', 'cafe\u0301 か\u3099', 'café が'],
    ['shows at most three boxes for a script without glyphs', 'مرحبا بالعالم', '□□□ □□□'],
    ['takes the plain letters of styled ones', '𝕳𝖊𝖑𝖑𝖔', 'Hello'],
    ['survives lone surrogates', '\ud800x\udc00', '□x□'],
    ['keeps Han beyond the basic plane', '𠮷野家', '𠮷野家'],
    ['is empty for nothing but space', ' \n\t\u3000', ''],
  ])('%s', (_claim, prompt, expected) => {
    expect(cleanPrompt(prompt, canDraw)).toBe(expected)
  })
})

describe('the language of Han characters', () => {
  it.each([
    ['静かな港', 'ja'],
    ['東京駅', 'ja'],
    ['新茶入荷', 'ja'],
    ['图书馆', 'zh'],
    ['上海夜景', 'ja'],
  ])('%s alone is set as %s', (phrase, language) => {
    expect(guessLanguages(phrase)(phrase)).toBe(language)
  })

  it('follows the rest of the prompt where a phrase has no evidence of its own', () => {
    expect(guessLanguages('上海夜景 霓虹灯 海报')('上海夜景')).toBe('zh')
    expect(guessLanguages('上海夜景のポスター')('上海夜景')).toBe('ja')
  })

  it('is decided phrase by phrase in a mixed prompt', () => {
    const guess = guessLanguages('東京のカフェ and 简体中文标题')
    expect(guess('東京のカフェ')).toBe('ja')
    expect(guess('简体中文标题')).toBe('zh')
  })
})

describe('line breaks', () => {
  const atomsOf = (text: string): string[] => toAtoms(text, guessLanguages(text)).map(textOf)

  it('fall between Japanese and Chinese words, not inside them', () => {
    expect(atomsOf('新茶入荷')).toEqual(['新茶', '入荷'])
    expect(atomsOf('霓虹灯海报')).toEqual(['霓虹灯', '海报'])
    expect(atomsOf('静かな夜に珈琲を')).toEqual(['静かな', '夜に', '珈琲を'])
  })

  it('never come before closing punctuation or small kana, nor after an opening bracket', () => {
    for (const atom of atomsOf('「港」の夜、静か。ティーパーティー（新茶）ご案内！')) {
      expect(atom).not.toMatch(/^[、。」）！ーァィゥェォッャュョ]/u)
      expect(atom).not.toMatch(/[「（]$/u)
    }
  })

  it('come after the hyphen of a long word, not of a short one, and never inside a contraction', () => {
    expect(atomsOf("don't over-think photo-realistic")).toEqual(["don't", 'over-think', 'photo-', 'realistic'])
  })
})

describe('a title', () => {
  it.each([
    ['a dash', '新茶入荷 — First flush tea poster', '新茶入荷', 'First flush tea poster'],
    ['a comma', 'A quiet harbour at dawn, lanterns, watercolour', 'A quiet harbour at dawn', 'lanterns, watercolour'],
    ['a space after Han', '上海夜景 霓虹灯 海报', '上海夜景', '霓虹灯 海报'],
    ['a question', 'Who goes there? A night watch', 'Who goes there?', 'A night watch'],
  ])('has its headline before %s', (_mark, prompt, headline, deck) => {
    expect(splitPrompt(prompt)).toEqual({ headline, deck })
  })

  it('takes the words in quotation marks as headline and keeps the whole prompt beneath', () => {
    const prompt = 'A festival poster that says “JAZZ IN JUNE” in bold'
    expect(splitPrompt(prompt)).toEqual({ headline: 'JAZZ IN JUNE', deck: prompt })
  })

  it('does not take a time of day or a short first item for a headline', () => {
    expect(splitPrompt('Train at 9:30').deck).toBe('')
    expect(splitPrompt('Red, white and blue flag').deck).toBe('')
  })

  it('starts a long sentence with a few words that do not lean on the next one', () => {
    const { headline, deck } = splitPrompt('Create a photorealistic image of an elderly sailor standing on a small fishing boat at sea')
    expect(headline).toBe('Create a photorealistic image')
    expect(deck).toMatch(/^of an elderly sailor/)
  })

  it('shows every word of a prompt that fits, and an ellipsis for one that does not', () => {
    const short = setTitle('A quiet harbour at dawn, lanterns, watercolour', 800, 300)
    expect(short.headline.map(textOfLine).join(' ')).toBe('A quiet harbour at dawn')
    expect(short.deck.map(textOfLine).join(' ')).toBe('lanterns, watercolour')
    expect(textOfLine(setTitle('word '.repeat(900), 800, 300).deck.at(-1)!)).toMatch(/\.\.\.$/)
    expect(textOfLine(setTitle('静かな港の夜明けに灯る提灯と'.repeat(90), 800, 300).deck.at(-1)!)).toMatch(/…$/)
  })

  it('grows with the room it has', () => {
    expect(setTitle('Untamed horizons', 900, 400).headlinePixels).toBeGreaterThan(setTitle('Untamed horizons', 300, 200).headlinePixels)
  })

  it('stays inside its room for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom('新', '茶', 'の', '。', '「', 'ー', '报', ' ', 'a', 'W', '-', '\n', '…', '🎉'),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    )
    const prompt = fc.array(piece, { maxLength: 300 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(prompt, fc.integer({ min: 240, max: 1600 }), fc.integer({ min: 200, max: 900 }), (text, width, height) => {
        const title = setTitle(text, width, height)
        expect(title.headline.length).toBeGreaterThan(0)
        expect(title.width).toBeLessThanOrEqual(width + 1)
        expect(title.height).toBeLessThanOrEqual(height + 1)
      }),
      { numRuns: 60 },
    )
  })
})
