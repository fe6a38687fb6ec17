import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Oddity, SelfDescription } from './fixtures/odd-task.ts'
import { openPixelPool, type PixelPool, type PixelPoolOptions, pixelTask } from './index.ts'

const odd = pixelTask<Oddity, unknown>('odd', new URL('./fixtures/odd-task.ts', import.meta.url).href)
const poolOwner = fileURLToPath(new URL('./fixtures/pool-owner.ts', import.meta.url))

let pools: AsyncDisposableStack
beforeEach(() => {
  pools = new AsyncDisposableStack()
})
afterEach(() => pools.disposeAsync())

const open = (options?: PixelPoolOptions): PixelPool => pools.use(openPixelPool(options))
const describeSelf = (pool: PixelPool) => pool.run(odd, { do: 'describe' }) as Promise<SelfDescription>
const echo = (pool: PixelPool, value: unknown, afterMs?: number) => pool.run(odd, { do: 'echo', value, afterMs })

/** A killed process stays in the table until its parent has taken its end: it is no longer alive then. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await wait(10)
}

describe('a pool of pixel processes', () => {
  it('runs a task in another process and brings back its JSON', async () => {
    const pool = open()
    expect(await echo(pool, { width: 3, list: ['a', null, 1.5] })).toEqual({ width: 3, list: ['a', null, 1.5] })
    expect((await describeSelf(pool)).pid).not.toBe(process.pid)
  })

  it('gives its processes nothing of the environment, a low priority and no network', async () => {
    process.env['OPENAI_API_KEY'] = 'sk-must-not-be-seen'
    try {
      const pool = open()
      const { environment, priority } = await describeSelf(pool)
      expect(Object.keys(environment).filter((name) => !['MALLOC_ARENA_MAX', 'NODE_COMPILE_CACHE'].includes(name))).toEqual([])
      expect(priority).toBeGreaterThan(0)
      await expect(pool.run(odd, { do: 'connect' })).rejects.toMatchObject({
        kind: 'failed',
        message: expect.stringContaining('ERR_ACCESS_DENIED'),
      })
    } finally {
      delete process.env['OPENAI_API_KEY']
    }
  })

  it('has no more processes than allowed', async () => {
    const pool = open({ children: 2 })
    const selves = await Promise.all(Array.from({ length: 8 }, () => describeSelf(pool)))
    expect(new Set(selves.map(({ pid }) => pid)).size).toBeLessThanOrEqual(2)
  })

  it('serves its queue in the order of arrival', async () => {
    const pool = open({ children: 1 })
    const order: unknown[] = []
    const arrivals = [0, 1, 2, 3, 4, 5]
    await Promise.all(arrivals.map(async (index) => order.push(await echo(pool, index, index === 0 ? 30 : 0))))
    expect(order).toEqual(arrivals)
  })

  it('tells what a task refused from what went wrong in it, and keeps the process for both', async () => {
    const pool = open({ children: 1 })
    const { pid } = await describeSelf(pool)
    await expect(pool.run(odd, { do: 'refuse' })).rejects.toMatchObject({
      kind: 'refused',
      code: 'too_odd',
      message: 'found something odd',
    })
    await expect(pool.run(odd, { do: 'throw' })).rejects.toMatchObject({
      kind: 'failed',
      code: 'task_threw',
      message: expect.stringContaining('a bug'),
    })
    await expect(echo(pool, 1n)).rejects.toThrow(TypeError)
    expect((await describeSelf(pool)).pid).toBe(pid)
  })

  it.each<[Oddity['do'], object]>([
    ['abort', { kind: 'crashed', code: 'crashed' }],
    ['exit', { kind: 'crashed', code: 'crashed' }],
    ['hoard', { kind: 'crashed', code: 'out_of_memory' }],
  ])('fails only the task at hand when its process dies: %s', async (oddity, error) => {
    const pool = open({ children: 1, maxRssBytes: 250_000_000 })
    const dying = pool.run(odd, { do: oddity } as Oddity)
    const behind = echo(pool, 'still served')
    await expect(dying).rejects.toMatchObject(error)
    expect(await behind).toBe('still served')
  })

  it('kills a task that does not end, even one that never gives the event loop a turn', async () => {
    const pool = open({ children: 1 })
    const { pid } = await describeSelf(pool)
    await expect(pool.run(odd, { do: 'spin' }, { timeoutMs: 100 })).rejects.toMatchObject({ kind: 'timeout', code: 'timeout' })
    await untilGone([pid])
    expect(await echo(pool, 1)).toBe(1)
  })

  it('is not upset by a process that answers nonsense', async () => {
    const pool = open()
    await expect(pool.run(odd, { do: 'answer nonsense' })).rejects.toMatchObject({ kind: 'failed', code: 'task_threw' })
  })

  it('replaces a process after so many tasks, and one that holds half of the memory it may', async () => {
    const pool = open({ children: 1, recycleAfter: 3, maxRssBytes: 400_000_000 })
    const pids: number[] = []
    for (let task = 0; task < 6; task++) pids.push((await describeSelf(pool)).pid)
    expect(pids.map((pid) => pids.indexOf(pid))).toEqual([0, 0, 0, 3, 3, 3])

    const { pid } = await describeSelf(pool)
    expect(await pool.run(odd, { do: 'hold', bytes: 250_000_000 })).toBe(250_000_000)
    expect((await describeSelf(pool)).pid).not.toBe(pid)
  })

  it('ends processes that have no work, and starts another when there is some', async () => {
    const pool = open({ idleMs: 30 })
    const { pid } = await describeSelf(pool)
    await untilGone([pid])
    expect((await describeSelf(pool)).pid).not.toBe(pid)
  })

  it('ends all processes and fails all tasks when it is closed', async () => {
    const pool = openPixelPool({ children: 1 })
    const { pid } = await describeSelf(pool)
    const tasks = [pool.run(odd, { do: 'spin' }), echo(pool, 1), echo(pool, 2)]
    const ends = Promise.allSettled(tasks)
    await pool[Symbol.asyncDispose]()
    expect(isAlive(pid)).toBe(false)
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { kind: 'failed', code: 'pool_closed' } })
    await expect(echo(pool, 3)).rejects.toMatchObject({ code: 'pool_closed' })
  })

  it('leaves no process behind when its own process is killed in the middle of work', async () => {
    const owner = spawn(process.execPath, [poolOwner], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(owner.stdout.setEncoding('utf8'), 'data')
    const pids = String(line).trim().split(' ').map(Number)
    expect(pids.map(isAlive)).toEqual([true, true])
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    await untilGone(pids)
  })

  it('does not keep a program alive that is done with it', async () => {
    const owner = spawn(process.execPath, [poolOwner, 'leave'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(owner.stdout.setEncoding('utf8'), 'data')
    expect(await once(owner, 'exit')).toEqual([0, null])
    await untilGone(String(line).trim().split(' ').map(Number))
  })
})
