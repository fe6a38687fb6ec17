import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noReview, type ReviewPolicy } from '../contract/review-policy.ts'
import { isWaivedInVain, planFor, planReview, type ReviewFacts } from './index.ts'

const plain: ReviewFacts = { operation: 'generate', languages: [], projectTag: null, metadata: null, wish: null }
const reasonsOf = (policy: Partial<ReviewPolicy>, facts: Partial<ReviewFacts>, id = 'gen_1') =>
  planReview({ ...noReview, ...policy }, { ...plain, ...facts }, id)?.reasons ?? []

describe('whether the pictures of a call are looked at', () => {
  it.each<[string, Partial<ReviewPolicy>, Partial<ReviewFacts>, string[]]>([
    ['nothing without a rule', {}, { operation: 'edit', languages: ['ja'], projectTag: 'poster' }, []],
    ['every edit', { edits: true }, { operation: 'edit' }, ['edit']],
    ['an assistant may have edited', { edits: true }, { operation: 'respond' }, ['edit']],
    ['no generation for being an edit', { edits: true }, {}, []],
    ['every text', { texts: true }, { languages: ['ja', 'en'] }, ['text']],
    ['no picture without texts', { texts: true }, {}, []],
    ['a tag', { complex: { tags: ['poster'], metadata: {} } }, { projectTag: 'poster' }, ['complex']],
    ['a label', { complex: { tags: [], metadata: { composition: 'complex' } } }, { metadata: { composition: 'complex' } }, ['complex']],
    ['no other label', { complex: { tags: [], metadata: { composition: 'complex' } } }, { metadata: { composition: 'plain' } }, []],
    ['what its call wants looked at', {}, { wish: 'required' }, ['required']],
    [
      'all that hold',
      { edits: true, texts: true },
      { operation: 'edit', languages: ['en'], wish: 'required' },
      ['edit', 'text', 'required'],
    ],
    ['what is waived in vain', { edits: true }, { operation: 'edit', wish: 'none' }, ['edit']],
    ['nothing that may be waived', { edits: true, mayWaive: true, samplePercent: 100 }, { operation: 'edit', wish: 'none' }, []],
    ['all others at a hundred percent', { edits: true, samplePercent: 100 }, {}, ['sampled']],
    ['an edit is not drawn besides', { edits: true, samplePercent: 100 }, { operation: 'edit' }, ['edit']],
  ])('%s', (_what, policy, facts, reasons) => {
    expect(reasonsOf(policy, facts)).toEqual(reasons)
  })

  it('is drawn by lot about as often as the project says, and the same lot each time', () => {
    const ids = Array.from({ length: 4000 }, (_, n) => `gen_${n}`)
    for (const samplePercent of [0, 5, 50, 100]) {
      const drawn = ids.filter((id) => reasonsOf({ samplePercent }, {}, id).length > 0)
      expect(Math.abs((100 * drawn.length) / ids.length - samplePercent)).toBeLessThan(3)
      for (const id of drawn.slice(0, 20)) expect(reasonsOf({ samplePercent }, {}, id)).toEqual(['sampled'])
    }
  })

  it('is drawn at a higher share wherever it is at a lower one', () => {
    const law = fc.property(fc.string(), fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }), (id, a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      return reasonsOf({ samplePercent: low }, {}, id).length <= reasonsOf({ samplePercent: high }, {}, id).length
    })
    fc.assert(law)
  })

  it('is not for a call to waive, unless its project leaves that to it', () => {
    const waived: ReviewFacts = { ...plain, operation: 'edit', wish: 'none' }
    expect(isWaivedInVain({ ...noReview, edits: true }, waived)).toBe(true)
    expect(isWaivedInVain({ ...noReview, samplePercent: 1 }, waived)).toBe(true)
    expect(isWaivedInVain({ ...noReview, edits: true, mayWaive: true }, waived)).toBe(false)
    expect(isWaivedInVain(noReview, waived)).toBe(false)
    expect(isWaivedInVain({ ...noReview, edits: true }, { ...waived, wish: null })).toBe(false)
  })

  it('leaves to the guard what it judges alone: edits and texts, and no picture that is looked at for another reason', () => {
    const policy: ReviewPolicy = { ...noReview, autoApprove: 'adoptable' }
    expect(planFor(policy, ['edit', 'text'], []).guardDecides).toBe(true)
    for (const reason of ['complex', 'sampled', 'required', 'public'] as const)
      expect(planFor(policy, ['edit', reason], []).guardDecides).toBe(false)
    expect(planFor(noReview, ['edit'], []).guardDecides).toBe(false)
  })
})
