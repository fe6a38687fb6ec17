import { describe, expect, it } from 'vitest'
import { Lanes } from './index.ts'

const failure = (nowMs: number, retryAfterMs: number | null = null) => ({ nowMs, retryAfterMs, chance: 0.999_999 })

/** Begins whatever may begin now, as the deliveries do. @returns lanes in the order in which they were served */
function beginAll(lanes: Lanes, nowMs: number): string[] {
  return lanes.ready(nowMs).flatMap((name) => {
    const begun = Array.from({ length: lanes.room(name) }, () => name)
    for (const each of begun) lanes.begin(each)
    return begun
  })
}

describe('lanes', () => {
  it('are served in the order in which something waits in them', () => {
    const lanes = new Lanes()
    lanes.due({ lane: 'later', projectId: 'prj', atMs: 20 })
    lanes.due({ lane: 'first', projectId: 'prj', atMs: 10 })
    lanes.due({ lane: 'not yet', projectId: 'prj', atMs: 30 })
    expect(lanes.ready(20)).toEqual(['first', 'later'])
    expect(lanes.nextAtMs()).toBe(10)
  })

  it('take eight attempts at once while all is well, two behind a failure, one behind five', () => {
    const lanes = new Lanes()
    lanes.due({ lane: 'a', projectId: 'prj', atMs: 0 })
    expect(beginAll(lanes, 0)).toHaveLength(8)
    expect(lanes.nextAtMs()).toBeNull()
    for (const room of [0, 0, 0, 0]) {
      lanes.end('a', failure(0))
      expect(lanes.room('a')).toBe(room)
    }
    for (let left = 0; left < 3; left++) lanes.end('a', 'left')
    expect(lanes.room('a')).toBe(1)
    lanes.end('a', failure(0))
    expect([lanes.open, lanes.room('a')]).toEqual([1, 1])
  })

  it('that failed five times in a row pause for ten seconds, and for a minute at most; a success ends that', () => {
    const lanes = new Lanes()
    lanes.due({ lane: 'a', projectId: 'prj', atMs: 0 })
    const pauses: number[] = []
    let nowMs = 0
    for (let attempt = 0; attempt < 9; attempt++) {
      lanes.begin('a')
      lanes.end('a', failure(nowMs))
      pauses.push(Math.round((lanes.nextAtMs()! - nowMs) / 1000))
      nowMs = Math.max(nowMs, lanes.nextAtMs()!)
    }
    expect(pauses).toEqual([0, 0, 0, 0, 10, 20, 40, 60, 60])
    lanes.begin('a')
    lanes.end('a', 'succeeded')
    expect([lanes.nextAtMs(), lanes.room('a'), lanes.open]).toEqual([0, 8, 0])
  })

  it('wait for as long as the receiver asked', () => {
    const lanes = new Lanes()
    lanes.due({ lane: 'a', projectId: 'prj', atMs: 0 })
    lanes.begin('a')
    lanes.end('a', failure(0, 30_000))
    expect([lanes.ready(29_999), lanes.ready(30_000)]).toEqual([[], ['a']])
  })

  it('of a project with many dead receivers leave room for another project', () => {
    const lanes = new Lanes()
    for (let at = 0; at < 50; at++) lanes.due({ lane: `dead ${at}`, projectId: 'many', atMs: 0 })
    lanes.due({ lane: 'alive', projectId: 'other', atMs: 1 })
    expect(beginAll(lanes, 1).filter((name) => name === 'alive')).toHaveLength(8)
    expect(lanes.underWay).toBe(64 + 8)
  })

  it('are forgotten when nothing waits in them', () => {
    const lanes = new Lanes()
    lanes.due({ lane: 'a', projectId: 'prj', atMs: 0 })
    lanes.forgetDue('a')
    lanes.tidy()
    lanes.due({ lane: 'a', projectId: 'another', atMs: 5 })
    expect(lanes.ready(5)).toEqual(['a'])
  })
})
