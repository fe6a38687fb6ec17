import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Database, rawQuery, statementContext } from '../db/index.ts'
import { openPostgresDatabase } from '../db/postgres.ts'
import { makeTestDatabase, type OwnDatabase } from '../db/test-postgres-databases.ts'
import { testRows } from '../db/test-rows.ts'
import { type Clock, systemClock } from '../primitives/clock.ts'
import { newId } from '../primitives/ids.ts'
import { Secret } from '../primitives/secret.ts'
import { type Blocks, BossQueue, priorities, type WaitingJob } from './index.ts'

let own: OwnDatabase
let db: Database
const queues: BossQueue[] = []

beforeEach(async () => {
  own = await makeTestDatabase()
  db = await openPostgresDatabase({ url: own.url, clock: systemClock, durabilityVouched: true })
})

afterEach(async () => {
  await Promise.all(queues.splice(0).map((queue) => queue.close()))
  await db.close()
  await own[Symbol.asyncDispose]()
})

async function open({ works = true, mostOfProject = 100, clock = systemClock } = {}): Promise<BossQueue> {
  const queue = await BossQueue.open({
    db,
    clock,
    url: new Secret(own.url),
    works,
    mostOfProject: () => mostOfProject,
    onFault: () => undefined,
  })
  queues.push(queue)
  return queue
}

function job(change: Partial<WaitingJob> = {}): WaitingJob {
  const nowMs = Date.now()
  return {
    id: newId('gen'),
    projectId: 'prj',
    lane: 'standard',
    priority: priorities.normal,
    routes: 'r',
    readyAtMs: nowMs,
    deadlineMs: nowMs + 60_000,
    ...change,
  }
}

const enqueue = async (queue: BossQueue, ...jobs: WaitingJob[]) => {
  const context = statementContext(db, systemClock, newId)
  await db.transact((await Promise.all(jobs.map((each) => queue.enqueue(context, each)))).flat())
}

const free: Blocks = {
  running: new Map(),
  weightOf: () => 1,
  isBlocked: () => false,
  get nowMs() {
    return Date.now()
  },
}

/** Asks for jobs as a runner does, and takes all that are at hand. */
async function take(queue: BossQueue, count: number, blocks = free): Promise<WaitingJob[]> {
  const { promise: arrived, resolve } = Promise.withResolvers<void>()
  queue.onArrival(resolve)
  if (queue.want(count)) await arrived
  queue.want(count)
  const taken: WaitingJob[] = []
  for (let next = queue.next(blocks); next !== null; next = queue.next(blocks)) taken.push(next)
  return taken
}

/** Asks again and again until so many came. */
async function takeUntil(queue: BossQueue, count: number): Promise<WaitingJob[]> {
  const taken: WaitingJob[] = []
  while (taken.length < count) {
    taken.push(...(await take(queue, count - taken.length)))
    await wait(20)
  }
  return taken
}

/** A job that waits on record, and is not in the queue. */
async function onRecord(): Promise<WaitingJob> {
  const project = testRows.project({ id: newId('prj') })
  const waiting = job({ projectId: project.id, readyAtMs: 1 })
  const generation = testRows.generation({ id: waiting.id, project_id: project.id, status: 'queued', completed_at_ms: null })
  const row = {
    id: waiting.id,
    project_id: project.id,
    key_id: null,
    shape: 'native',
    lane: 'standard',
    priority: 1,
    routes: 'r',
    created_at_ms: 1,
    ready_at_ms: 1,
    deadline_ms: waiting.deadlineMs,
    attempt_id: newId('att'),
    starts: 0,
    heartbeat_at_ms: null,
    cancel_requested_at_ms: null,
    base_url: 'http://x',
    retry_of: null,
    set_id: null,
    set_place: null,
    webhook_id: null,
    webhook_events_json: null,
  }
  await db.transact([
    { query: db.sql.insertInto('projects').values(project) },
    { query: db.sql.insertInto('generations').values({ ...generation, key_id: null }) },
    { query: db.sql.insertInto('jobs').values(row) },
  ])
  return waiting
}

describe('a queue that processes share', () => {
  it('knows of a job when the transaction stands that records it, and of none that was rolled back', async () => {
    const queue = await open()
    const [kept, lost] = [job(), job()]
    await enqueue(queue, kept)
    const context = statementContext(db, systemClock, newId)
    const refuse = { query: rawQuery('select 1 where false'), expect: { rows: 1, otherwise: () => new Error('refused') } }
    await expect(db.transact([...(await queue.enqueue(context, lost)), refuse])).rejects.toThrow('refused')
    expect(await take(queue, 10)).toEqual([kept])
  })

  it('hands each job to one process, by priority and then by age', async () => {
    const [one, other] = [await open(), await open()]
    const low = job({ priority: priorities.low })
    const jobs = [low]
    for (const priority of [1, 1, 1, 1, 1, 1, 2] as const) {
      await enqueue(one, jobs.at(-1)!)
      // Ids tell the age to the millisecond.
      await wait(2)
      jobs.push(job({ priority }))
    }
    await enqueue(one, jobs.at(-1)!)
    const first = await take(one, 4)
    const second = await take(other, 10)
    expect(first.map(({ id }) => id)).toEqual([jobs[7]!, jobs[1]!, jobs[2]!, jobs[3]!].map(({ id }) => id))
    expect(second.map(({ id }) => id)).toEqual([jobs[4]!, jobs[5]!, jobs[6]!, low].map(({ id }) => id))
    expect(await take(one, 10)).toEqual([])
  })

  it('hands out no job before its time, and of a project no more than it may have', async () => {
    const queue = await open({ mostOfProject: 2 })
    const jobs = Array.from({ length: 5 }, () => job())
    await enqueue(queue, ...jobs, job({ readyAtMs: Date.now() + 60_000 }), job({ projectId: 'other' }))
    const taken = await take(queue, 10)
    expect(Map.groupBy(taken, ({ projectId }) => projectId).get('prj')).toHaveLength(2)
    expect(taken).toHaveLength(3)
  })

  it.each([
    ['ahead', 60 * 60 * 1000],
    ['behind', -60 * 60 * 1000],
  ])(
    'hands out at once what a process enqueues whose clock is %s, to one whose clock is right, and the other way round',
    async (_how, byMs) => {
      const skewed: Clock = { ...systemClock, nowMs: () => Date.now() + byMs }
      const [one, other] = [await open({ clock: skewed }), await open()]
      const [early, late] = [job({ readyAtMs: skewed.nowMs() }), job({ readyAtMs: skewed.nowMs() + 60_000 })]
      await enqueue(one, early, late)
      expect(await take(other, 10)).toMatchObject([{ id: early.id }])
      const usual = job()
      await enqueue(other, usual)
      const there: Blocks = {
        ...free,
        get nowMs() {
          return skewed.nowMs()
        },
      }
      expect(await take(one, 10, there)).toMatchObject([{ id: usual.id }])
      one.postponed(usual, skewed.nowMs())
      expect(await takeUntil(other, 1)).toMatchObject([{ id: usual.id }])
    },
  )

  it('gives back what cannot begin here, and what a process had at hand that ends', async () => {
    const [one, other] = [await open(), await open()]
    const jobs = [job(), job()]
    await enqueue(one, ...jobs)
    expect(await take(one, 10, { ...free, nowMs: Date.now() + 1000, isBlocked: () => true })).toEqual([])
    const back = await takeUntil(other, 2)
    expect(new Set(back.map(({ id }) => id))).toEqual(new Set(jobs.map(({ id }) => id)))
    for (const each of back) other.postponed(each, Date.now())
    await other.close()
    queues.splice(queues.indexOf(other), 1)
    expect(await takeUntil(one, 2)).toHaveLength(2)
  })

  it('puts a job aside that fails again and again, shows why, and puts it back when it is told to', async () => {
    const queue = await open()
    const doomed = job()
    await enqueue(queue, doomed)
    const inQueue = `update pgboss.job set retry_limit = 1, retry_delay = 0, retry_backoff = false, start_after = now() where name = 'darkroom-jobs'`
    await db.transact([{ query: rawQuery(inQueue) }])
    for (let tries = 0; tries < 2; tries++) {
      await takeUntil(queue, 1)
      queue.failed(doomed, new Error('the order cannot be read'))
    }
    await expect.poll(() => queue.deadLetters(10)).toMatchObject([{ job: { id: doomed.id }, why: 'the order cannot be read' }])
    const [letter] = await queue.deadLetters(10)
    expect(await queue.redrive([letter!.id])).toBe(1)
    expect((await takeUntil(queue, 1))[0]).toMatchObject({ id: doomed.id })
    expect(await queue.deadLetters(10)).toEqual([])
  })

  it('is filled from the record with what it lost', async () => {
    const queue = await open()
    const { id, projectId } = await onRecord()
    expect(await queue.refill(Date.now(), 100)).toBe(1)
    expect(await queue.refill(Date.now(), 100)).toBe(0)
    expect(await takeUntil(queue, 1)).toMatchObject([{ id, projectId, readyAtMs: 1 }])
    expect(await queue.refill(Date.now(), 100)).toBe(0)
  })

  it('hands out again what a process took that is silent since, and nothing that has begun', async () => {
    const [dead, other] = [await open(), await open()]
    const [waiting, begun] = [await onRecord(), await onRecord()]
    await enqueue(dead, waiting, begun)
    expect(await takeUntil(dead, 2)).toHaveLength(2)
    await db.transact([{ query: db.sql.updateTable('generations').set({ status: 'running' }).where('id', '=', begun.id) }])
    expect(await other.takeBack()).toBe(0)
    await db.transact([{ query: rawQuery(`update pgboss.job set heartbeat_on = now() - interval '11 s' where name = 'darkroom-jobs'`) }])
    expect(await other.takeBack()).toBe(1)
    expect(await other.takeBack()).toBe(0)
    expect(await takeUntil(other, 1)).toMatchObject([{ id: waiting.id }])
  })
})
