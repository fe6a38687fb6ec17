import { afterEach, describe, expect, it } from 'vitest'
import type { Mood } from './__fixtures__/moody-thread.ts'
import { ThreadPool } from './thread-pool.ts'

const moody = new URL('./__fixtures__/moody-thread.ts', import.meta.url)
const pools: ThreadPool<Mood, string>[] = []

function createPool(options: { threads?: number; idleMs?: number; script?: URL } = {}): ThreadPool<Mood, string> {
  const pool = new ThreadPool<Mood, string>({ script: moody, threads: 1, idleMs: 60_000, env: {}, ...options })
  pools.push(pool)
  return pool
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()))
})

describe('a thread pool', () => {
  it('starts no thread before the first task and no more than it is allowed', async () => {
    const pool = createPool({ threads: 2 })
    expect(pool.size).toBe(0)
    const answers = Promise.all(['a', 'b', 'c', 'd', 'e'].map((say) => pool.run({ say })))
    expect(pool.size).toBe(2)
    expect(await answers).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(pool.size).toBe(2)
  })

  it('hands on the words of a failed task and keeps the thread', async () => {
    const pool = createPool()
    await expect(pool.run({ complain: 'no such colour' })).rejects.toThrow('no such colour')
    expect(pool.size).toBe(1)
    expect(await pool.run({ say: 'still here' })).toBe('still here')
  })

  it('fails only the task whose thread died, and serves the waiting ones on a new thread', async () => {
    const pool = createPool()
    const doomed = pool.run({ leaveWith: 9 })
    const waiting = ['one', 'two'].map((say) => pool.run({ say }))
    await expect(doomed).rejects.toThrow('ended with code 9')
    expect(await Promise.all(waiting)).toEqual(['one', 'two'])
    expect(pool.size).toBe(1)
  })

  it('names the uncaught error that a thread died of', async () => {
    const pool = createPool()
    const error = await pool.run({ breakDown: 'out of paint' }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).cause).toMatchObject({ name: 'TypeError', message: 'out of paint' })
    expect(await pool.run({ say: 'recovered' })).toBe('recovered')
  })

  it('fails every task, and hangs none, when the thread cannot even start', async () => {
    const pool = createPool({ script: new URL('./__fixtures__/no-such-thread.ts', import.meta.url) })
    const outcomes = await Promise.allSettled([pool.run({ say: 'a' }), pool.run({ say: 'b' })])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('fails a task that cannot be sent to a thread, and goes on', async () => {
    const pool = createPool()
    const unsendable = { say: (() => 'a function') as unknown as string }
    await expect(pool.run(unsendable)).rejects.toThrow('could not be sent')
    expect(await pool.run({ say: 'next' })).toBe('next')
  })

  it('ends a thread that had nothing to do for the idle time, and starts another when needed', async () => {
    const pool = createPool({ idleMs: 20 })
    await pool.run({ say: 'a' })
    await expect.poll(() => pool.size).toBe(0)
    expect(await pool.run({ say: 'b' })).toBe('b')
  })

  it('closes with no thread left, failing what ran and what waited', async () => {
    const pool = createPool()
    const tasks = [pool.run({ say: 'running' }), pool.run({ say: 'waiting' })].map((task) => task.catch((error: Error) => error.message))
    await pool.close()
    expect(await Promise.all(tasks)).toEqual(['the thread pool is closed', 'the thread pool is closed'])
    expect(pool.size).toBe(0)
    await expect(pool.run({ say: 'late' })).rejects.toThrow('closed')
  })
})
