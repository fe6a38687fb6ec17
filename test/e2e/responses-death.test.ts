import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, it } from 'vitest'
import type { GenerationRecord, LedgerEntriesReply } from '../../src/contract/record.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts'
import { promptWith, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { bookedBooks, invoicedBooks, type SeenResponse, smallAsk } from './responses-calls.ts'

/** A sandbox that outlives the gateways that call it, and the data folder they follow one another in. */
async function openStage() {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-response-death-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const open = opening.move()
  return {
    sandbox,
    start: () => startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

type Stage = Awaited<ReturnType<typeof openStage>>

function ask(gateway: GatewayProcess, faults: string, change: object = {}): Promise<Response> {
  const body = JSON.stringify({ ...smallAsk, input: promptWith(faults, 'Draw a fox'), ...change })
  return gateway.fetch('/v1/responses', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

/** The one generation of a data folder once it has ended: its record, its ledger lines, and what the sandbox charged in all. */
async function onlyGeneration({ sandbox }: Stage, gateway: GatewayProcess) {
  const page = async () => (await (await gateway.fetch('/v2/ledger/entries?limit=1000')).json()) as LedgerEntriesReply
  const [id] = new Set((await page()).entries.map((entry) => entry.generation_id))
  for (;;) {
    const record = (await (await gateway.fetch(`/v2/generations/${id}`)).json()) as GenerationRecord
    const lines = (await page()).entries
    if (record.status !== 'running') return { record, lines, booked: bookedBooks(lines), invoiced: invoicedBooks(sandbox.invoice.lines()) }
    await wait(20)
  }
}

async function upstreamHas({ sandbox }: Stage, calls: number): Promise<void> {
  while (sandbox.calls.posts() < calls) await wait(5)
}

describe.concurrent('a gateway that is killed with a background response under way', () => {
  it.for([
    ['as JSON', {}],
    ['as a stream', { stream: true }],
  ] as const)('%s: the next start brings it home, bought once, both books exact', async ([, shape], { expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const answer = await ask(killed, 'slowbackground=1500', { background: true, ...shape })
    const begun = 'stream' in shape ? await firstEvent(answer) : ((await answer.json()) as SeenResponse)
    expect(begun.id).toMatch(/^resp_/)
    await killed.end('SIGKILL')

    await using next = await stage.start()
    const early = await next.fetch(`/v1/responses/${begun.id}`)
    expect(['queued', 'in_progress', 'completed']).toContain(((await early.json()) as SeenResponse).status)
    const { record, lines, booked, invoiced } = await onlyGeneration(stage, next)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }], attempts: [{ n: 1, outcome: 'completed' }] })
    expect(booked).toEqual(invoiced)
    expect([...new Set(lines.map(({ kind }) => kind))]).toEqual(['reserve', 'release', 'settle'])
    expect(stage.sandbox.calls.posts()).toBe(1)

    const done = (await (await next.fetch(`/v1/responses/${begun.id}`)).json()) as SeenResponse
    const { result } = done.output.find(({ type }) => type === 'image_generation_call')!
    expect(sha256(Buffer.from(result!, 'base64'))).toBe(record.images[0]!.sha256)
  })

  it('which ends upstream while no gateway runs: it is brought home all the same', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const begun = (await (await ask(killed, 'slowbackground=300', { background: true })).json()) as SeenResponse
    await killed.end('SIGKILL')
    while (stage.sandbox.responses.list().find(({ id }) => id === begun.id)?.status !== 'completed') await wait(10)

    await using next = await stage.start()
    const { record, booked, invoiced } = await onlyGeneration(stage, next)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
    expect(booked).toEqual(invoiced)
  })

  it('again and again: every start goes on, none buys again', async ({ expect }) => {
    await using stage = await openStage()
    await using first = await stage.start()
    const begun = (await (await ask(first, 'slowbackground=2500', { background: true })).json()) as SeenResponse
    await first.end('SIGKILL')
    await using second = await stage.start()
    await second.end('SIGKILL')

    await using third = await stage.start()
    const { record, booked, invoiced } = await onlyGeneration(stage, third)
    expect(record).toMatchObject({ status: 'completed', assistant: { response_id: begun.id } })
    expect(booked).toEqual(invoiced)
    expect(stage.sandbox.calls.posts()).toBe(1)
  })

  it('which upstream has forgotten by then: its reservation is held, nothing is bought again', async ({ expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    await (await ask(killed, 'slowbackground=1500', { background: true })).json()
    while (stage.sandbox.invoice.totals().nanos === 0n) await wait(5)
    await killed.end('SIGKILL')
    stage.sandbox.responses.forget()

    await using next = await stage.start()
    const { record, lines, invoiced } = await onlyGeneration(stage, next)
    expect(record).toMatchObject({ status: 'outcome_unknown', next_action: 'human', images: [] })
    expect(sumOf(lines, 'hold_unknown')).toBeGreaterThanOrEqual(invoiced.main + invoiced.tool)
    expect(stage.sandbox.calls.posts()).toBe(1)
  })
})

describe.concurrent('a gateway that is killed before upstream named the response', () => {
  it.for([
    ['in the background', { background: true }],
    ['in the foreground', {}],
    ['as a stream', { stream: true }],
  ] as const)('%s: held as unknown at the next start, never bought again', async ([, shape], { expect }) => {
    await using stage = await openStage()
    await using killed = await stage.start()
    const left = ask(killed, 'silence', shape).catch(() => null)
    await upstreamHas(stage, 1)
    while (stage.sandbox.invoice.totals().nanos === 0n) await wait(5)
    await killed.end('SIGKILL')
    expect(await left).toBeNull()

    await using next = await stage.start()
    const { record, lines, booked, invoiced } = await onlyGeneration(stage, next)
    expect(record).toMatchObject({
      status: 'outcome_unknown',
      next_action: 'human',
      error: { code: 'upstream_outcome_unknown', outcome: 'unknown' },
      attempts: [{ n: 1, outcome: 'abandoned: the process ended during the call' }],
    })
    expect(booked).toEqual({ main: 0n, tool: 0n })
    expect(sumOf(lines, 'hold_unknown')).toBeGreaterThanOrEqual(invoiced.main + invoiced.tool)
    await wait(300)
    expect(stage.sandbox.calls.posts()).toBe(1)
  })
})

/** The response that the first event of a stream names. */
async function firstEvent(response: Response): Promise<SeenResponse> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { value = '' } = await reader.read()
    text += value
    const data = /^data: (.*)\n\n/m.exec(text)?.[1]
    if (data) return (JSON.parse(data) as { response: SeenResponse }).response
  }
}
