import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, it } from 'vitest'
import { runProgram } from '../support/gateway-process.ts'
import { everyGeneration, generate, openStage, upstreamHas } from '../support/gateway-stage.ts'
import { promptWith } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'

describe.concurrent('a gateway that is killed', () => {
  it('holds the calls it had under way as unknown at its next start, and calls nothing twice', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const prompts = ['silence', 'silence', 'silence'].map((script) => promptWith(script))
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
      expect(['completed', 'outcome_unknown', 'failed']).toContain(record.status)
      expect(upstreamCalls).toBeLessThanOrEqual(1)
      if (record.status !== 'outcome_unknown') expect(booked).toBe(invoiced)
      else expect(held).toBeGreaterThanOrEqual(invoiced)
    }
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
