import { describe, expect, it } from 'vitest'
import { checkKinds } from '../contract/review-policy.ts'
import { checklistOf, judgeAnswers, needsFullSize } from './index.ts'

const all = checklistOf({ checklist: [...checkKinds], languages: ['ja', 'en'] })

describe('a checklist', () => {
  it('asks about the text of each language, then about structure, brand and rights', () => {
    expect(all.map(({ id }) => id)).toEqual(['text:ja', 'text:en', 'structure', 'brand', 'rights'])
    expect(all[0]!.question).toMatch(/every text in ja in full, at full size and not as a thumbnail/)
    expect(checklistOf({ checklist: ['brand'], languages: ['ja'] }).map(({ id }) => id)).toEqual(['brand'])
  })

  it('is answered when every question has its yes, or does not matter; a text always matters', () => {
    const yes = { 'text:ja': 'yes', 'text:en': 'yes', structure: 'yes', brand: 'not_applicable', rights: 'yes' } as const
    expect(judgeAnswers(all, yes)).toEqual({ open: [], unknown: [] })
    expect(judgeAnswers(all, { ...yes, 'text:ja': 'not_applicable' }).open).toEqual(['text:ja'])
    expect(judgeAnswers(all, { ...yes, rights: 'no' }).open).toEqual(['rights'])
    expect(judgeAnswers(all, {}).open).toHaveLength(5)
    expect(judgeAnswers(all, { ...yes, 'text:zh': 'yes' }).unknown).toEqual(['text:zh'])
  })

  it('needs the full size where there is a text to read', () => {
    expect(needsFullSize(all)).toBe(true)
    expect(needsFullSize(checklistOf({ checklist: [...checkKinds], languages: [] }))).toBe(false)
  })
})
