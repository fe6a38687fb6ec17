import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BatchStage, inDays, startBatchStage } from '../support/batch-calls.ts'
import { smallCall } from '../support/generation-calls.ts'
import { submit } from '../support/job-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'

let stage: BatchStage
beforeAll(async () => {
  stage = await startBatchStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const order = (change: object) => ({ request: { ...smallCall, ...change }, lane: 'economy', deadline: inDays(2) })
describe('a job of the economy lane is refused before it is paid', () => {
  it.each<[string, object, string, string | null]>([
    ['whose model has no batch price', { model: 'gpt-image-2.6-flare' }, 'price_not_configured', null],
    ['that is a stream', { stream: true }, 'unsupported_on_route', 'lane'],
    ['that asks for previews', { stream: true, partial_images: 1 }, 'unsupported_on_route', 'lane'],
  ])('%s', async (_, change, code, param) => {
    const seen = await submit(stage.gateway, order(change))
    expect([seen.status >= 400, seen.error?.code, seen.error?.outcome]).toEqual([true, code, 'not_charged'])
    if (param !== null) expect(seen.error?.param).toBe(param)
    expect(stage.sandbox.batches.list()).toEqual([])
  })

  it('whose route has no batches, or of which nobody said that it takes them', async () => {
    const yaml = `version: 1
routes:
  - { id: plain, owner: darkroom-sandbox, kind: provider, base_url: '${stage.sandbox.url}/v1', key: { env: UPSTREAM_KEY } }
  - { id: jobs, owner: darkroom-sandbox, kind: provider, protocol: apiframe, base_url: '${stage.sandbox.url}', key: { env: UPSTREAM_KEY }, capabilities: [{ from: '2026-01-01', batch: true, source: test }] }
`
    await using gateway = await startTestGateway({ yaml, environment: { UPSTREAM_KEY: 'sk-upstream' } })
    for (const route of ['plain', 'jobs']) {
      const seen = await submit(gateway, { request: { ...smallCall, size: 'auto' }, lane: 'economy' }, { 'x-darkroom-route': route })
      expect([seen.status, seen.error?.code, seen.error?.param]).toEqual([400, 'unsupported_on_route', 'lane'])
      expect(seen.error?.message).toContain(`Route '${route}' takes no jobs of the economy lane`)
    }
  })

  it('whose deadline is less than a day away, with or without a price', async () => {
    const seen = await submit(stage.gateway, { ...order({}), deadline: inDays(0.9) })
    expect([seen.status, seen.error?.code]).toEqual([400, 'invalid_deadline'])
  })

  it('also where only the estimate is asked for', async () => {
    const ask = (body: object) =>
      stage.gateway.fetch('/v2/estimate', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    const refused = await ask({ request: { ...smallCall, model: 'gpt-image-2.6-flare' }, lane: 'economy' })
    expect(((await refused.json()) as { error: { code: string } }).error.code).toBe('price_not_configured')
    const assistant = await ask({ operation: 'respond', request: { model: 'gpt-5.4', input: 'x' }, lane: 'economy' })
    expect(((await assistant.json()) as { error: { param: string } }).error.param).toBe('lane')
  })
})
