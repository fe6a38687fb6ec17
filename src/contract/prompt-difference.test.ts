import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PromptSegment, promptDifference } from './prompt-difference.ts'

const side = (segments: readonly PromptSegment[], without: PromptSegment['op']) =>
  segments
    .filter(({ op }) => op !== without)
    .map(({ text }) => text)
    .join('')

describe('promptDifference', () => {
  it('shows what a main model added and took out, word by word', () => {
    expect(promptDifference('a cat on a mat', 'a black cat on a red mat')).toEqual({
      segments: [
        { op: 'same', text: 'a ' },
        { op: 'added', text: 'black ' },
        { op: 'same', text: 'cat on a' },
        { op: 'added', text: ' red' },
        { op: 'same', text: ' mat' },
      ],
      wordsAdded: 2,
      wordsRemoved: 0,
    })
  })

  it('counts a word that was replaced on both sides, and no punctuation', () => {
    expect(promptDifference('a cat.', 'a dog!')).toMatchObject({ wordsAdded: 1, wordsRemoved: 1 })
  })

  it.each([
    ['赤い猫', '黒い猫', '猫'],
    ['公园里的一只猫', '公园里的一只狗', '公园'],
  ])('divides %s and %s into words though nothing is between them', (asked, revised, kept) => {
    const { segments, wordsAdded, wordsRemoved } = promptDifference(asked, revised)
    expect(segments.some(({ op, text }) => op === 'same' && text.includes(kept))).toBe(true)
    expect(Math.min(wordsAdded, wordsRemoved)).toBeGreaterThan(0)
  })

  it('says nothing of two prompts that are the same', () => {
    expect(promptDifference('x', 'x')).toEqual({ segments: [{ op: 'same', text: 'x' }], wordsAdded: 0, wordsRemoved: 0 })
    expect(promptDifference('', '')).toEqual({ segments: [], wordsAdded: 0, wordsRemoved: 0 })
  })

  it('gives both prompts back whole from its pieces', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.array(fc.constantFrom('a ', 'b ', 'cat ', '猫', '。', '\n'), { maxLength: 40 }).map((words) => words.join('')),
    )
    fc.assert(
      fc.property(text, text, (asked, revised) => {
        const { segments } = promptDifference(asked, revised)
        expect(side(segments, 'added')).toBe(asked)
        expect(side(segments, 'removed')).toBe(revised)
      }),
      { numRuns: 500 },
    )
  })

  it('replaces the middle of two long texts whole rather than comparing millions of pairs', () => {
    const words = (prefix: string) => Array.from({ length: 3000 }, (_, index) => `${prefix}${index}`).join(' ')
    const { segments, wordsAdded } = promptDifference(`begin ${words('x')} end`, `begin ${words('y')} end`)
    expect(segments.map(({ op }) => op)).toEqual(['same', 'removed', 'added', 'same'])
    expect(wordsAdded).toBe(3000)
  })
})
