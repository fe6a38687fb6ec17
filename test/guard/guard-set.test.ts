import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardSet } from '../../bench/guard/guard-set.ts'
import { judgePatiently } from '../../bench/guard/judge-case.ts'
import type { JudgedCase } from '../../bench/guard/print-figures.ts'
import { readerOptions } from '../../src/guard/index.ts'
import { openPixelPool } from '../../src/pixels/index.ts'

/** Of the labelled set (docs/guard.md) so many, in the proportions of the whole. */
const CASES = 30
const SHARE = 0.1

let folder: string
let judged: JudgedCase[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-guard-set-'))
  await using pixels = openPixelPool()
  await using reader = openPixelPool(readerOptions)
  const cases = [...guardSet('test', SHARE)].slice(0, CASES)
  judged = await Array.fromAsync(cases, async (made) => {
    const report = await judgePatiently({ pixels, reader }, folder, made)
    const { kind, script, truth, shift, subject } = made
    return { kind, script, truth, shift, isSubjectDeclared: subject !== null, report }
  })
}, 300_000)
afterAll(() => rm(folder, { recursive: true }))

const of = (...kinds: string[]) => judged.filter(({ kind }) => kinds.some((start) => kind.startsWith(start)))

describe('thirty of the labelled edits', () => {
  it('are judged, each of every kind', () => {
    expect(judged).toHaveLength(CASES)
    expect(new Set(judged.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(13)
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
    expect(moved.length).toBeGreaterThan(2)
    expect(moved.filter(({ report }) => report.subject.verdict !== 'changed')).toEqual([])
  })

  it('a camera that moved is rejected', () => {
    expect(of('camera').map(({ report }) => report.overall)).toEqual(of('camera').map(() => 'reject'))
  })
})
