import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it } from 'vitest'
import type { GenerationRecord, LedgerEntriesReply } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { type GatewayProcess, runProgram, startGatewayProcess } from '../support/gateway-process.ts'
import { promptWith, smallCall, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'

/** A sandbox that outlives the gateways that call it, and the data folder they follow one another in. */
async function openStage() {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-process-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const open = opening.move()
  return {
    sandbox,
    dataFolder,
    start: () => startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

function generate(gateway: GatewayProcess, change: object): Promise<Response> {
  return gateway.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...smallCall, ...change }),
  })
}

/** Waits until the sandbox has so many calls. */
async function upstreamHas(sandbox: Sandbox, calls: number): Promise<void> {
  while (sandbox.calls.posts() < calls) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until a gateway has begun to stop. */
async function draining(gateway: GatewayProcess): Promise<void> {
  while ((await gateway.fetch('/readyz')).status !== 503) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Every generation of a data folder: its record, its ledger lines and what the sandbox charged for it. */
async function everyGeneration({ sandbox }: { sandbox: Sandbox }, gateway: GatewayProcess) {
  const reply = (await (await gateway.fetch('/v2/ledger/entries?limit=1000')).json()) as LedgerEntriesReply
  const generations = Map.groupBy(reply.entries, (entry) => entry.generation_id)
  return Promise.all(
    [...generations].map(async ([id, lines]) => {
      const record = (await (await gateway.fetch(`/v2/generations/${id}`)).json()) as GenerationRecord
      const wireId = `dk-${record.attempts[0]!.id}`
      const charged = sandbox.invoice.lines().filter((line) => line.client_request_id === wireId)
      return {
        record,
        kinds: [...new Set(lines.map(({ kind }) => kind))].join(' '),
        booked: sumOf(lines, 'settle', 'loss'),
        held: sumOf(lines, 'hold_unknown'),
        invoiced: charged.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n),
        upstreamCalls: sandbox.calls.countFor(wireId),
      }
    }),
  )
}

describe.concurrent('a gateway that is killed', () => {
  it('holds the calls it had under way as unknown at its next start, and calls nothing twice', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const prompts = ['silence', 'trickle=2000', 'latency=60000'].map((script) => promptWith(script))
    const left = prompts.map((prompt, index) => generate(killed, { prompt, stream: index === 2 }).catch(() => null))
    await upstreamHas(stage.sandbox, prompts.length)
    await killed.end('SIGKILL')
    await Promise.all(left)

    await using next = await stage.start()
    const generations = await everyGeneration(stage, next)
    expect(generations).toHaveLength(prompts.length)
    for (const { record, kinds, held, invoiced, upstreamCalls } of generations) {
      expect(record).toMatchObject({
        status: 'outcome_unknown',
        retry_reason: 'unknown_outcome',
        next_action: 'human',
        error: { code: 'upstream_outcome_unknown', outcome: 'unknown', generation_id: record.id },
        attempts: [{ outcome: 'abandoned: the process ended during the call' }],
      })
      expect(kinds).toBe('reserve release hold_unknown')
      expect(record.cost).toMatchObject({ settled_nanos: '0', held_unknown_nanos: record.cost.reserved_nanos })
      expect(held).toBeGreaterThanOrEqual(invoiced)
      expect(upstreamCalls).toBe(1)
    }
    expect(stage.sandbox.calls.posts()).toBe(prompts.length)
    expect(await readdir(join(stage.dataFolder, 'spool'))).toEqual([])
  })

  it('loses no picture that a client has wholly read, whenever it dies', async ({ expect }) => {
    await using stage = await openStage()
    const read = new Map<string, string>()
    for (const killAfter of [1, 7, 13]) {
      await using gateway = await stage.start()
      const readWhole = async (index: number) => {
        const response = await generate(gateway, { prompt: `fox ${killAfter} ${index}`, stream: index % 2 === 0 })
        const text = await response.text()
        const picture = Buffer.from(/"b64_json": ?"([^"]+)"/.exec(text)![1]!, 'base64')
        read.set(response.headers.get('x-darkroom-generation')!, sha256(picture))
        return read.size
      }
      const before = read.size
      const calls = Array.from({ length: 16 }, (_, index) =>
        readWhole(index).then((count) => (count === before + killAfter ? gateway.end('SIGKILL') : null)),
      )
      await Promise.allSettled(calls)
      await gateway.ended
    }

    await using survivor = await stage.start()
    const generations = await everyGeneration(stage, survivor)
    for (const [id, hash] of read) {
      const { record } = generations.find((generation) => generation.record.id === id)!
      expect(record).toMatchObject({ status: 'completed', images: [{ sha256: hash, storage: 'stored' }] })
      const stored = await survivor.fetch(`/v2/images/${record.images[0]!.id}`)
      expect(sha256(Buffer.from(await stored.arrayBuffer()))).toBe(hash)
    }
    expect(read.size).toBeGreaterThanOrEqual(21)
    for (const { record, booked, held, invoiced, upstreamCalls } of generations) {
      expect(['completed', 'outcome_unknown']).toContain(record.status)
      expect(upstreamCalls).toBeLessThanOrEqual(1)
      if (record.status === 'completed') expect(booked).toBe(invoiced)
      else expect(held).toBeGreaterThanOrEqual(invoiced)
    }
  })
})

describe.concurrent('a gateway that is told to stop', () => {
  it('ends what it has under way, takes nothing new, and exits cleanly', async ({ expect }) => {
    await using stage = await openStage()
    await using gateway = await stage.start()
    const running = [1, 2, 3].map((index) =>
      generate(gateway, { prompt: promptWith('latency=700', `fox ${index}`), stream: index === 3 }).then(async (response) => ({
        status: response.status,
        text: await response.text(),
      })),
    )
    await upstreamHas(stage.sandbox, 3)
    const exit = gateway.end('SIGTERM')
    await draining(gateway)
    const late = await generate(gateway, { prompt: 'too late' })
    expect(late.status).toBe(503)
    expect(late.headers.get('retry-after')).toBe('5')
    expect(await late.json()).toMatchObject({ error: { code: 'shutting_down', outcome: 'not_charged', next_action: 'retry' } })

    for (const { status, text } of await Promise.all(running)) {
      expect(status).toBe(200)
      expect(text).toContain('b64_json')
    }
    expect(await exit).toEqual({ code: 0, signal: null })
    expect(stage.sandbox.calls.posts()).toBe(3)

    await using next = await stage.start()
    const generations = await everyGeneration(stage, next)
    expect(generations.map(({ record, kinds }) => `${record.status}: ${kinds}`)).toEqual(Array(3).fill('completed: reserve release settle'))
  })

  it('ends without waiting when it is told again, and what it had under way is held by the next start', async ({ expect }) => {
    await using stage = await openStage()
    await using gateway = await stage.start()
    const left = generate(gateway, { prompt: promptWith('silence') }).catch(() => null)
    await upstreamHas(stage.sandbox, 1)
    const exit = gateway.end('SIGTERM')
    await draining(gateway)
    // Signals that come close together are one wish: somebody has to insist.
    const insisting = setInterval(() => gateway.end('SIGTERM'), 200)
    const { code } = await exit
    clearInterval(insisting)
    expect(code).not.toBe(0)
    expect(await left).toBeNull()

    await using next = await stage.start()
    const generations = await everyGeneration(stage, next)
    expect(generations.map(({ record, kinds }) => `${record.status}: ${kinds}`)).toEqual(['outcome_unknown: reserve release hold_unknown'])
    expect(stage.sandbox.calls.posts()).toBe(1)
  })
})

describe.concurrent('a data folder that has an owner', () => {
  it('is refused to a second gateway, which names the first; the first goes on serving', async ({ expect }) => {
    await using stage = await openStage()
    await using first = await stage.start()
    const second = runProgram(['serve'], { DARKROOM_DATA: stage.dataFolder })
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.errors()).toContain(`process ${first.pid} at ${first.url}`)
    expect(second.errors()).toMatch(/nothing was changed or charged/i)
    expect((await generate(first, {})).status).toBe(200)
  })

  it('is free again at once when its owner was killed', async ({ expect }) => {
    await using stage = await openStage()
    const killed = await stage.start()
    await killed.end('SIGKILL')
    await using next = await stage.start()
    expect((await generate(next, {})).status).toBe(200)
  })
})

const program = resolve(import.meta.dirname, '../support/gateway-that-ends.ts')

describe.concurrent('a gateway that was closed', () => {
  it('leaves no timer, connection, process or file behind: its process ends by itself', async ({ expect }) => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-end-'))
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', TMPDIR: folder }
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const heard = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (piece: Buffer) => {
        heard[stream] += piece
      })
    const [code, signal] = await once(child, 'close')

    expect({ code, signal, said: heard.stderr }).toEqual({ code: 0, signal: null, said: '' })
    expect(JSON.parse(heard.stdout)).toEqual({ running: 0, spool: [], incoming: [], children: [] })
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })
})
