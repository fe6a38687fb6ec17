import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultDeadlines } from '../../src/contract/deadlines.ts'
import type { ImageProvider, ReplySink } from '../../src/providers/index.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const deadlines = { ...defaultDeadlines, generate: { upstreamMs: 1000, gatewayMs: 1500, clientMs: 2000 } }

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ config: { deadlines } })
})
afterAll(() => gateway.close())

/** Puts a provider in the place of the real one that never says how its call ended, and notes whether it was broken off. */
function withDeafProvider(before: (sink: ReplySink) => void): Disposable & { signals: AbortSignal[] } {
  const providers = gateway.gateway.parts.providers as Map<string, ImageProvider>
  const real = providers.get('openai')!
  const signals: AbortSignal[] = []
  const dispatch: ImageProvider['dispatch'] = (call, sink) => {
    signals.push(call.signal!)
    before(sink)
    return new Promise(() => undefined)
  }
  providers.set('openai', Object.assign(Object.create(real), { dispatch }))
  return { signals, [Symbol.dispose]: () => void providers.set('openai', real) }
}

const kindsOf = async (generationId: string) => (await ledgerLines(gateway, generationId)).map(({ kind }) => kind)

describe('a call', () => {
  it("is ended by upstream's own time first, and its outcome is unknown", async () => {
    const reply = await seeReply(postGeneration(gateway, { prompt: promptWith('silence') }))
    expect(reply).toMatchObject({ status: 502, error: { code: 'upstream_outcome_unknown', outcome: 'unknown' } })
    expect(await readRecord(gateway, reply.error!.generation_id!)).toMatchObject({
      timeout_ms: 1000,
      attempts: [{ outcome: 'lost: timeout' }],
    })
  })

  it('is ended by the gateway where that fails: nobody waits for ever, and what it may have cost is held', async () => {
    using deaf = withDeafProvider((sink) => sink.sent())
    const reply = await seeReply(postGeneration(gateway))
    expect(reply).toMatchObject({ status: 502, error: { code: 'upstream_outcome_unknown', outcome: 'unknown' } })
    expect(deaf.signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(await kindsOf(reply.error!.generation_id!)).toEqual(['reserve', 'release', 'hold_unknown'])
    expect(gateway.gateway.parts.running.size).toBe(0)
  })

  it('is ended by the gateway in the middle of an answer too, and the caller does not take what came for a whole one', async () => {
    const head = { status: 200, kind: 'json' as const, requestId: 'req_upstream' }
    using deaf = withDeafProvider((sink) => {
      sink.sent()
      sink.begin(head as Parameters<ReplySink['begin']>[0])
      sink.data(Buffer.from('{"created":1,"data":[{"b64_json":"iVBORw0KGgo'), () => undefined)
    })
    const { status, ending, generationId } = await seeReply(postGeneration(gateway))
    expect(ending === 'broken' || status === 502).toBe(true)
    expect(deaf.signals.map(({ aborted }) => aborted)).toEqual([true])
    const [running] = (await ledgerLines(gateway)).slice(-1)
    expect(await readRecord(gateway, generationId ?? running!.generation_id)).toMatchObject({
      status: 'failed',
      attempts: [{ outcome: 'partial: connection_cut' }],
    })
  })

  it('may be given less time by its own header, never more', async () => {
    const asked = (ms: string) => postGeneration(gateway, { prompt: promptWith('latency=1') }, { headers: { 'x-darkroom-timeout-ms': ms } })
    const times = await Promise.all(['1000', '600000'].map(async (ms) => readRecord(gateway, (await seeReply(asked(ms))).generationId!)))
    expect(times.map(({ timeout_ms }) => timeout_ms)).toEqual([1000, 1000])
  })
})
