import { beforeAll, describe, expect, it } from 'vitest'
import { type GuardCase, guardCase, type Kind, kinds } from '../../bench/guard/guard-set.ts'
import { type JudgedCase, judgeSet } from '../../bench/guard/judge-set.ts'

/**
 * Thirty cases of the labelled set (docs/guard.md), by their numbers in it: every kind, every script, shifts from 4 to 18 pixels. Each fourth, counted from
 * the third, does not say what its subject is, each eighth, from the fifth, not where its text stands.
 */
const picked: Record<Kind, readonly number[]> = {
  ...{ honest: [0, 1, 2, 3], background: [0, 1, 2], 'text set anew': [0, 1], jpeg: [0, 1], noise: [0] },
  ...{ 'subject shifted': [2, 3, 9, 16], 'subject scaled': [0], 'subject recoloured': [0], 'camera moved': [0] },
  ...{ 'glyph latin': [0, 1, 5], 'glyph japanese': [0, 1, 2], 'glyph chinese': [0, 1, 2], 'drawn right': [0], 'drawn wrong': [0] },
}

function* pickedCases(): Generator<GuardCase> {
  for (const [kind, numbers] of Object.entries(picked) as [Kind, number[]][])
    for (const number of numbers) yield guardCase('test', kind, number)
}

let judged: JudgedCase[]

beforeAll(async () => {
  judged = await judgeSet(pickedCases())
}, 300_000)

const of = (...kinds: string[]) => judged.filter(({ kind }) => kinds.some((start) => kind.startsWith(start)))

describe('thirty of the labelled edits', () => {
  it('are judged, some of every kind', () => {
    expect(judged).toHaveLength(30)
    expect(new Set(judged.map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)))
  })

  it('none that is honest is rejected', () => {
    const honest = of('honest', 'background', 'text set anew', 'jpeg', 'noise', 'drawn right')
    expect(honest.filter(({ report }) => report.overall === 'reject')).toEqual([])
    expect(honest.filter(({ report }) => report.overall === 'adoptable').length).toBeGreaterThan(honest.length / 2)
  })

  it('no text of which one glyph is another is kept, in any script', () => {
    expect(of('glyph', 'drawn wrong').filter(({ report }) => report.text.verdict === 'kept')).toEqual([])
  })

  it('a declared subject that moved by four pixels or more, grew or took another colour is changed', () => {
    const moved = of('subject').filter(
      ({ kind, shift, isSubjectDeclared }) => isSubjectDeclared && (kind !== 'subject shifted' || shift >= 4),
    )
    expect(moved.length).toBeGreaterThan(3)
    expect(moved.filter(({ report }) => report.subject.verdict !== 'changed')).toEqual([])
  })

  it('a camera that moved is rejected', () => {
    expect(of('camera').map(({ report }) => report.overall)).toEqual(of('camera').map(() => 'reject'))
  })
})
