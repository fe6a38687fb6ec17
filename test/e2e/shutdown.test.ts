import { describe, it } from 'vitest'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { draining, everyGeneration, generate, openStage, upstreamHas } from '../support/gateway-stage.ts'
import { promptWith } from '../support/generation-calls.ts'

/** Signals that come close together are one wish: insists until something has happened. */
async function insist(gateway: GatewayProcess, until: Promise<unknown>): Promise<void> {
  const insisting = setInterval(() => gateway.end('SIGTERM'), 200)
  await until
  clearInterval(insisting)
}

const endOf = async (answer: Promise<Response>) => {
  const response = await answer
  return { status: response.status, text: await response.text() }
}

describe.concurrent('a gateway that is told to stop', { timeout: 120_000 }, () => {
  it('F44 ends 30 calls under way, takes nothing new, and exits cleanly with nothing held', async ({ expect }) => {
    await using stage = await openStage()
    await using gateway = await stage.start()
    const running = Array.from({ length: 30 }, (_, index) =>
      endOf(generate(gateway, { prompt: promptWith('latency=2500', `fox ${index}`), stream: index % 3 === 0 })),
    )
    await upstreamHas(stage.sandbox, running.length)
    const exit = gateway.end('SIGTERM')
    await draining(gateway)
    const late = await generate(gateway, { prompt: 'too late' })
    expect(late.status).toBe(503)
    expect(Object.fromEntries(late.headers)).toMatchObject({ 'retry-after': '5', 'x-should-retry': 'true' })
    expect(await late.json()).toMatchObject({ error: { code: 'shutting_down', outcome: 'not_charged', next_action: 'retry' } })
    expect((await gateway.fetch('/healthz')).status).toBe(200)

    for (const { status, text } of await Promise.all(running)) {
      expect(status).toBe(200)
      expect(text).toContain('b64_json')
    }
    expect(await exit).toEqual({ code: 0, signal: null })
    expect(stage.sandbox.calls.posts()).toBe(running.length)

    await using next = await stage.start()
    const generations = await everyGeneration(stage, next)
    const kinds = generations.map(({ record, kinds }) => `${record.status}: ${kinds}`)
    expect(kinds).toEqual(Array(running.length).fill('completed: reserve release settle'))
    expect(generations.filter(({ booked, invoiced }) => booked !== invoiced)).toEqual([])
  })

  it('F45 holds what is slower than the grace as unknown when it exits, and tells its callers so', async ({ expect }) => {
    await using stage = await openStage({ yaml: 'timeouts: { drain_s: 1 }\n' })
    await using gateway = await stage.start()
    const slow = endOf(generate(gateway, { prompt: promptWith('silence') }))
    await upstreamHas(stage.sandbox, 1)
    expect(await gateway.end('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(gateway.errors()).toContain('1 call took longer than the grace: broken off, the cost is held as unknown.')
    const { status, text } = await slow
    expect(status).toBe(502)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_outcome_unknown', outcome: 'unknown' } })

    await using next = await stage.start()
    // The next start found nothing to sweep: it was all on disk before.
    expect(next.errors()).toBe('')
    const [generation] = await everyGeneration(stage, next)
    expect(generation).toMatchObject({
      kinds: 'reserve release hold_unknown',
      record: { status: 'outcome_unknown', attempts: [{ outcome: 'lost: aborted' }] },
    })
    expect(stage.sandbox.calls.posts()).toBe(1)
  })

  it('F45 told again, holds everything under way at once and exits as one that failed: the invoice minus what is unknown is the ledger', async ({
    expect,
  }) => {
    await using stage = await openStage()
    await using gateway = await stage.start()
    await endOf(generate(gateway, {}))
    const scripts = ['silence', 'latency=60000', 'trickle=2000', 'trickle=2000']
    const left = scripts.map((script, index) =>
      endOf(generate(gateway, { prompt: promptWith(script, `fox ${index}`), stream: index === 3 })).catch(() => null),
    )
    await upstreamHas(stage.sandbox, scripts.length + 1)
    const exit = gateway.end('SIGTERM')
    await draining(gateway)
    await insist(gateway, Promise.race([left[0], exit]))
    expect(await exit).toEqual({ code: 143, signal: null })
    await Promise.all(left)

    await using next = await stage.start()
    expect(next.errors()).toBe('')
    const generations = await everyGeneration(stage, next)
    expect(generations).toHaveLength(scripts.length + 1)
    const unknown = generations.filter(({ record }) => record.status === 'outcome_unknown')
    expect(unknown.length).toBeGreaterThanOrEqual(2)
    expect(unknown.filter(({ kinds, held, invoiced }) => kinds !== 'reserve release hold_unknown' || held < invoiced)).toEqual([])
    const sum = (of: typeof generations, what: 'booked' | 'invoiced') => of.reduce((total, each) => total + each[what], 0n)
    expect(sum(generations, 'booked')).toBe(stage.sandbox.invoice.totals().nanos - sum(unknown, 'invoiced'))
    expect(stage.sandbox.calls.posts()).toBe(scripts.length + 1)
  })
})
