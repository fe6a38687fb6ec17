import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Blocks, MemoryQueue, type WaitingJob } from './index.ts'

const job = (id: string, change: Partial<WaitingJob> = {}): WaitingJob => ({
  id,
  projectId: 'prj',
  lane: 'standard',
  priority: 1,
  routes: 'one',
  readyAtMs: 0,
  deadlineMs: 1000,
  ...change,
})
const blocks = (change: Partial<Blocks> = {}): Blocks => ({
  running: new Map(),
  weightOf: () => 1,
  isBlocked: () => false,
  nowMs: 0,
  ...change,
})
const filled = (...jobs: WaitingJob[]) => {
  const queue = new MemoryQueue()
  for (const each of jobs) queue.added(each)
  return queue
}
const drained = (queue: MemoryQueue, change: Partial<Blocks> = {}) => {
  const ids: string[] = []
  for (let next = queue.next(blocks(change)); next; next = queue.next(blocks(change))) ids.push(next.id)
  return ids
}

describe('the queue in memory', () => {
  it('takes what is dearest to its project, and of that the oldest', () => {
    expect(drained(filled(job('c'), job('a', { priority: 0 }), job('d', { priority: 2 }), job('b')))).toEqual(['d', 'b', 'c', 'a'])
  })

  it('passes over what is blocked or not ready, and does not wait for it', () => {
    const queue = filled(job('a', { routes: 'full' }), job('b', { readyAtMs: 10 }), job('c'))
    const isBlocked = ({ routes }: WaitingJob) => routes === 'full'
    expect(drained(queue, { isBlocked })).toEqual(['c'])
    expect(drained(queue, { isBlocked, nowMs: 10 })).toEqual(['b'])
    expect(drained(queue)).toEqual(['a'])
  })

  it('gives each project its share by weight, whoever came first and however much it asks for', () => {
    const weights: Record<string, number> = { big: 3, small: 1 }
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 40 }), (places) => {
        const many = (projectId: string) =>
          Array.from({ length: 50 }, (_, index) => job(`${projectId}-${String(index).padStart(2, '0')}`, { projectId }))
        const queue = filled(...many('big'), ...many('small'))
        const running = new Map<string, number>()
        for (let place = 0; place < places; place++) {
          const { projectId } = queue.next(blocks({ running, weightOf: (project) => weights[project]! }))!
          running.set(projectId, (running.get(projectId) ?? 0) + 1)
        }
        expect(Math.abs(running.get('big')! - 3 * (running.get('small') ?? 0))).toBeLessThanOrEqual(3)
      }),
    )
  })

  it('forgets nothing and names nothing twice, in whatever order jobs come, go and come back', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'remove', 'next', 'overdue'),
      id: fc.integer({ min: 0, max: 12 }).map(String),
      priority: fc.constantFrom(0, 1, 2),
      projectId: fc.constantFrom('p', 'q', 'r'),
      deadlineMs: fc.integer({ min: 1, max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new MemoryQueue()
        const known = new Map<string, WaitingJob>()
        for (const [nowMs, { what, id, ...change }] of steps.entries()) {
          if (what === 'add') {
            const added = job(id, { ...change, priority: change.priority as WaitingJob['priority'] })
            queue.added(added)
            known.set(id, added)
          } else if (what === 'remove') {
            queue.remove(id)
            known.delete(id)
          } else if (what === 'next') {
            const next = queue.next(blocks({ nowMs }))
            expect(next === null).toBe(known.size === 0)
            if (next) expect(known.delete(next.id)).toBe(true)
          } else {
            const overdue = queue.takeOverdue(nowMs).map((late) => late.id)
            expect(overdue.sort()).toEqual(
              [...known.values()]
                .filter((late) => late.deadlineMs <= nowMs)
                .map((late) => late.id)
                .sort(),
            )
            for (const late of overdue) known.delete(late)
          }
          expect(queue.size).toBe(known.size)
        }
        expect(drained(queue).sort()).toEqual([...known.keys()].sort())
      }),
    )
  })

  it('says when something changes by itself: a job becomes ready, or is too late', () => {
    expect(filled().nextChangeAtMs(0)).toBeNull()
    expect(filled(job('a'), job('b', { readyAtMs: 300 })).nextChangeAtMs(0)).toBe(300)
    expect(filled(job('a', { deadlineMs: 200 }), job('b', { readyAtMs: 300 })).nextChangeAtMs(0)).toBe(200)
    expect(filled(job('a')).nextChangeAtMs(0)).toBe(1000)
  })
})
