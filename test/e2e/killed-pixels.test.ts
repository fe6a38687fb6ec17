import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { editRoom, settledDrift } from '../support/edit-calls.ts'
import { callsOf, invoiceOf, ledgerLines, promptWith, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { tidy, untidiness } from './data-folder-state.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Processes that decode pictures for this one: its children whose program is the one of the pool. */
async function pixelProcesses(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [line, stat] = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
      ])
      const parent = Number(/\) \w (\d+)/.exec(stat)?.[1])
      return parent === process.pid && line.includes('pixels/child/') ? Number(pid) : null
    }),
  )
  return found.filter((pid) => pid !== null)
}

/** False when it was gone before. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

/** Kills every process that decodes, again and again, as a kernel without memory does. */
function killingPixels(): AsyncDisposable & { killed: number } {
  let over = false
  const state = { killed: 0 }
  const work = (async () => {
    while (!over) {
      for (const pid of await pixelProcesses()) if (kill(pid)) state.killed++
      await pause(2)
    }
  })()
  return {
    get killed() {
      return state.killed
    },
    async [Symbol.asyncDispose]() {
      over = true
      await work
    },
  }
}

/** Kills those there are, then the first new one: that one has a task. */
async function killNextPixels(): Promise<void> {
  const idle = await pixelProcesses()
  for (const pid of idle) kill(pid)
  for (;;) {
    const [next] = (await pixelProcesses()).filter((pid) => !idle.includes(pid))
    if (next !== undefined) return void kill(next)
    await pause(2)
  }
}

describe('processes that decode pictures and are killed', () => {
  it('F46 once, under a strict edit: another one does the work, and the edit is what was promised', async () => {
    const posts = gateway.gateway.sandbox!.calls.posts()
    const editing = editRoom(gateway, { prompt: promptWith('latency=400', 'a lamp, once'), headers: { 'x-darkroom-mask': 'strict' } })
    while (gateway.gateway.sandbox!.calls.posts() === posts) await pause(1)
    await killNextPixels()
    const { status, record } = await editing
    expect([status, record!.status]).toEqual([200, 'completed'])
    expect(record!.images).toMatchObject([{ process: { kind: 'strict_mask', original_image_id: record!.originals[0]!.id } }])
    expect(await settledDrift(gateway, record!.originals[0]!.id)).toMatchObject({ status: 'measured' })
    expect(callsOf(gateway, record!.attempts[0]!.id)).toBe(1)
  })

  it.each([
    ['a strict edit that is to be composited', 'strict', { status: 502, code: 'retouch_failed', outcome: 'charged' }],
    ['the drift that is to be measured', 'guide', { status: 200, code: undefined, outcome: undefined }],
  ])(
    'F46 again and again behind the call, %s: the picture that was paid for is kept and settled, and nothing is called again',
    async (_what, mask, client) => {
      const posts = gateway.gateway.sandbox!.calls.posts()
      // Its inputs are looked at before the call is made; only what comes behind the call is killed.
      const editing = editRoom(gateway, { prompt: promptWith('latency=150', `a lamp, ${mask}`), headers: { 'x-darkroom-mask': mask } })
      while (gateway.gateway.sandbox!.calls.posts() === posts) await pause(1)
      const killing = killingPixels()
      const { status, error, record } = await editing
      const drift = await settledDrift(gateway, record!.images[0]!.id)
      await killing[Symbol.asyncDispose]()

      expect(killing.killed).toBeGreaterThan(0)
      expect({ status, code: error?.code, outcome: error?.outcome }).toEqual(client)
      expect(record!.images).toMatchObject([{ storage: 'stored', width: 1024, height: 640 }])
      const stored = await gateway.fetch(`/v2/images/${record!.images[0]!.id}`)
      expect(sha256(Buffer.from(await stored.arrayBuffer()))).toBe(record!.images[0]!.sha256)
      expect(drift).toMatchObject({ status: 'failed' })
      const [attempt] = record!.attempts
      expect([record!.attempts.length, callsOf(gateway, attempt!.id)]).toEqual([1, 1])
      expect(sumOf(await ledgerLines(gateway, record!.id), 'settle')).toBe(BigInt(invoiceOf(gateway, attempt!.id)[0]!.nanos))
      expect(await untidiness(gateway)).toEqual(tidy)
    },
  )

  it('F46 before the call, while the inputs are looked at: refused, nothing sent, and the next edit is made', async () => {
    const before = { posts: gateway.gateway.sandbox!.calls.posts(), lines: await ledgerLines(gateway) }
    const killing = killingPixels()
    const { status, error } = await editRoom(gateway, {})
    await killing[Symbol.asyncDispose]()
    expect([status >= 400, error?.outcome]).toEqual([true, 'not_charged'])
    expect({ posts: gateway.gateway.sandbox!.calls.posts(), lines: await ledgerLines(gateway) }).toEqual(before)
    expect((await editRoom(gateway, {})).status).toBe(200)
  })
})
