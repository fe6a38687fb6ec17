import { describe, it } from 'vitest'
import { everyGeneration, generate, openStage, upstreamHas } from '../support/gateway-stage.ts'
import { postGeneration, promptWith, seeReply } from '../support/generation-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'

/** Loaded before the program: a fault of its own at a signal, where no handler of ours is in between. */
const faultAt = (statement: string) =>
  `--import=data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => { ${statement} })`)}`

describe.concurrent('F50 a fault that nobody caught', { timeout: 120_000 }, () => {
  it.for([
    ['an exception', "throw new Error('out of order')"],
    ['a rejection', "Promise.reject(new Error('out of order'))"],
  ] as const)('%s: the program holds what is under way as unknown and ends as one that failed', async ([, statement], { expect }) => {
    await using stage = await openStage()
    await using gateway = await stage.start({ NODE_OPTIONS: faultAt(statement) })
    const call = generate(gateway, { prompt: promptWith('silence') })
    await upstreamHas(stage.sandbox, 1)
    expect(await gateway.end('SIGUSR2')).toEqual({ code: 70, signal: null })
    expect(gateway.errors()).toContain('the program failed where nobody expected it, and ends')
    expect(gateway.errors()).toContain('out of order')
    expect((await call).status).toBe(502)

    await using next = await stage.start()
    expect(next.errors()).toBe('')
    const generations = await everyGeneration(stage, next)
    expect(generations.map(({ record, kinds }) => `${record.status}: ${kinds}`)).toEqual(['outcome_unknown: reserve release hold_unknown'])
  })
})

describe('F50 a fault within a handler', () => {
  it('is answered 500 with the id of the request; nothing is reserved, and the next request is served', async ({ expect }) => {
    await using gateway = await startTestGateway()
    const { storageHealth } = gateway.gateway.parts
    const { assertWritable } = storageHealth
    storageHealth.assertWritable = () => Promise.reject(new TypeError('a fault of ours'))
    const reply = await seeReply(postGeneration(gateway))
    expect(reply).toMatchObject({ status: 500, error: { code: 'internal_error', generation_id: null } })
    expect(reply.error!.request_id).toBe(reply.headers.get('x-request-id'))
    expect(reply.text).not.toContain('a fault of ours')
    storageHealth.assertWritable = assertWritable.bind(storageHealth)
    expect((await seeReply(postGeneration(gateway))).status).toBe(200)
    while (gateway.gateway.parts.admission.load.calls > 0) await new Promise((resolve) => setTimeout(resolve, 2))
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(1)
  })
})
