import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GuardReport, readerOptions } from '../../src/guard/index.ts'
import { openPixelPool } from '../../src/pixels/index.ts'
import type { GuardCase } from './guard-set.ts'
import { judgePatiently, type Pools } from './judge-case.ts'

/** A case and what the guard said. */
export interface JudgedCase extends Pick<GuardCase, 'name' | 'kind' | 'script' | 'truth' | 'shift'> {
  isSubjectDeclared: boolean
  report: GuardReport
}

/** While one case is drawn, another is compared and a third is read: two cores are at work all the time. */
const AT_ONCE = 3

/** Judges cases in the processes that the gateway has: two that compare, one that reads. @returns in the order of the set */
export async function judgeSet(cases: Iterable<GuardCase>, onJudged: (judged: JudgedCase) => void = () => {}): Promise<JudgedCase[]> {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-guard-set-'))
  try {
    await using pixels = openPixelPool()
    await using reader = openPixelPool(readerOptions)
    const waiting = numbered(cases)
    const judged: JudgedCase[] = []
    const work = async (own: string) => {
      await mkdir(own)
      for (const [at, made] of waiting) {
        judged[at] = await judge({ pixels, reader }, own, made)
        onJudged(judged[at])
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(join(folder, String(worker)))))
    return judged
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** One for all who take from it: a case is drawn when it is somebody's turn. */
function* numbered(cases: Iterable<GuardCase>): Generator<[number, GuardCase]> {
  let at = 0
  for (const made of cases) yield [at++, made]
}

async function judge(pools: Pools, folder: string, made: GuardCase): Promise<JudgedCase> {
  const { name, kind, script, truth, shift, subject } = made
  return { name, kind, script, truth, shift, isSubjectDeclared: subject !== null, report: await judgePatiently(pools, folder, made) }
}
