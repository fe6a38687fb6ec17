import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxRoute } from '../../src/routes/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { postGeneration, promptWith, seeReply, settledRecord } from '../support/generation-calls.ts'
import { UnknownStage } from '../support/unknown-calls.ts'
import { postResponse, responseOf, smallAsk } from './responses-calls.ts'

let stage: UnknownStage
let sandbox: Sandbox

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  stage = await UnknownStage.open(async () => sandbox, { config: { routes: [sandboxRoute(sandbox.url)] }, backgroundPauseMs: 20 })
})
afterAll(() => stage.close())

const DAY_AND_AN_HOUR_MS = 25 * 3_600_000

describe('a repeated call whose outcome nobody knew', () => {
  it('is told so until the answer is brought home, then gets that, and is never made again', async () => {
    const ask = { ...smallAsk, input: promptWith('slowbackground=3000'), background: true }
    const call = () => postResponse(stage.gateway, ask, { headers: { 'idempotency-key': 'late' } })
    const first = await call()
    const { id: responseId } = responseOf(first)!
    stage.clock.move(DAY_AND_AN_HOUR_MS)
    const record = await settledRecord(stage.gateway, first.generationId!)
    const unknown = await call()
    expect([record.status, unknown.status, unknown.headers.get('x-should-retry')]).toEqual(['outcome_unknown', 502, 'false'])
    expect(unknown.error).toMatchObject({ code: 'upstream_outcome_unknown', generation_id: record.id })

    while (sandbox.responses.list().some(({ id, status }) => id === responseId && status !== 'completed')) await wait(20)
    await stage.admin('/v2/unknowns/check', {})
    const late = await call()
    expect([late.status, late.headers.get('idempotent-replayed')]).toEqual([200, 'true'])
    const response = responseOf(late)!
    expect(response).toMatchObject({ id: responseId, status: 'completed' })
    expect(response.output.find(({ type }) => type === 'image_generation_call')!.result!.length).toBeGreaterThan(1000)
    expect((await seeReply(stage.gateway.fetch(`/v2/generations/${record.id}/result`))).text).toBe(late.text)
    expect(sandbox.calls.posts()).toBe(1)
  })

  it('is told what was decided about it, and is not made again for that', async () => {
    const call = () =>
      seeReply(postGeneration(stage.gateway, { prompt: promptWith('reset-before-headers') }, { headers: { 'idempotency-key': 'decided' } }))
    const first = await call()
    await stage.resolve(first.generationId!, { outcome: 'not_charged' })
    const before = sandbox.calls.posts()
    const again = await call()
    expect([again.status, again.headers.get('x-should-retry')]).toEqual([502, 'false'])
    expect(again.error).toMatchObject({ code: 'call_was_not_charged', outcome: 'not_charged', generation_id: first.generationId })
    expect(sandbox.calls.posts()).toBe(before)
  })
})
