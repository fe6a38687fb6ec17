import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxRoute } from '../../src/routes/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { ledgerLines, postGeneration, promptWith, seeReply, settledRecord } from '../support/generation-calls.ts'
import { UnknownStage } from '../support/unknown-calls.ts'
import { postResponse, responseOf, smallAsk } from './responses-calls.ts'

const HOUR_MS = 3_600_000

/** The sandbox is on its own clock: upstream's time does not jump. What needs the two clocks to agree comes first. */
let stage: UnknownStage
let sandbox: Sandbox
const log: string[] = []

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  stage = await UnknownStage.open(async () => sandbox, {
    config: { routes: [sandboxRoute(sandbox.url)] },
    backgroundPauseMs: 20,
    logger: createLogger({ level: 'warn', destination: { write: (line: string) => void log.push(line) } }),
  })
})
afterAll(() => stage.close())

describe('a batch that bears the id of an attempt', () => {
  const shelve = (attemptId: string, batch: object) =>
    fetch(`${sandbox.url}/_sandbox/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { attempt_id: attemptId }, ...batch }),
    })

  it.each([
    { status: 'completed', request_counts: { completed: 1 }, outcome: 'charged' },
    { status: 'expired', request_counts: { completed: 1 }, outcome: 'charged' },
    { status: 'failed', request_counts: { failed: 1 }, outcome: 'not_charged' },
    { status: 'in_progress', request_counts: { completed: 1 }, outcome: 'unknown' },
  ])('says $outcome when it is $status', async ({ outcome, ...batch }) => {
    const seen = await seeReply(postGeneration(stage.gateway, { prompt: promptWith('reset-before-headers') }))
    const record = await settledRecord(stage.gateway, seen.generationId!)
    await shelve('att_of_somebody_else', { status: 'failed' })
    await shelve(record.attempts[0]!.id, batch)
    await stage.round()
    const decided = await stage.record(record.id)
    expect(decided.outcome).toBe(outcome)
    if (outcome === 'unknown') await stage.resolve(record.id, { outcome: 'charged' })
    else expect(decided.outcome_evidence).toMatchObject([{ step: 'E3', finding: outcome, evidence: { status: batch.status } }])
  })
})

describe('the operator is told', () => {
  const metrics = async () => (await stage.admin('/metrics')).text()
  const doctor = async () => {
    const { findings } = (await (await stage.admin('/v2/doctor')).json()) as { findings: { name: string; level: string; found: string }[] }
    return findings.find(({ name }) => name === 'unknown outcomes')!
  }

  it('by metrics and doctor while something is unknown, and by a warning once it is too much', async () => {
    expect(await doctor()).toMatchObject({ level: 'ok', found: 'none' })
    const ids: string[] = []
    for (let calls = 0; calls < 6; calls += 1) {
      if (calls === 5) {
        await stage.round()
        expect(await doctor()).toMatchObject({ level: 'note', found: expect.stringContaining('5 of calls') })
        expect(log.filter((line) => line.includes('unknown_alert'))).toEqual([])
      }
      const seen = await seeReply(postGeneration(stage.gateway, { prompt: promptWith('reset-before-headers') }))
      ids.push((await settledRecord(stage.gateway, seen.generationId!)).id)
    }
    expect(await metrics()).toMatch(/darkroom_unknown_outcomes\{route_owner="darkroom-sandbox",book="sandbox"\} 6/)
    expect(await doctor()).toMatchObject({ level: 'warning', found: expect.stringContaining('6 calls, more than 5') })
    await stage.round()
    await stage.round()
    expect(log.filter((line) => line.includes('unknown_alert'))).toHaveLength(1)

    for (const id of ids) await stage.resolve(id, { outcome: 'charged' })
    expect(await metrics()).not.toMatch(/^darkroom_unknown_(?:outcomes|held_dollars|oldest_seconds)\{/m)
    expect(await doctor()).toMatchObject({ level: 'ok' })
  })
})

/** A background response that runs for longer than a day of ours, so that it is given up, and then ends well. */
async function givenUp() {
  const ask = { ...smallAsk, input: promptWith('slowbackground=700'), background: true }
  const seen = await postResponse(stage.gateway, ask)
  const { id: responseId } = responseOf(seen)!
  stage.clock.move(25 * HOUR_MS)
  const record = await settledRecord(stage.gateway, seen.generationId!)
  expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ state: 'unknown' }] })
  return { record, responseId }
}

const check = async () => (await stage.admin('/v2/unknowns/check', {})).json()

describe('a background response that was given up', () => {
  it('is brought home when upstream has it after all: picture, both bills, and the hold closed', async () => {
    const { record, responseId } = await givenUp()
    while (sandbox.responses.list().some(({ id, status }) => id === responseId && status !== 'completed')) await wait(20)
    expect(await check()).toMatchObject({ brought_home: 1, open: 0 })

    const home = await stage.record(record.id)
    expect(home).toMatchObject({
      status: 'completed',
      outcome: 'charged',
      error: null,
      retry_reason: null,
      resolve_by: null,
      images: [{ storage: 'stored' }],
      attempts: [{ state: 'resolved_charged' }],
      outcome_evidence: [{ step: 'E1', finding: 'charged', effect: 'resolved', evidence: { response_id: responseId } }],
    })
    const lines = await ledgerLines(stage.gateway, record.id)
    expect([...new Set(lines.map(({ kind }) => kind))]).toEqual(['reserve', 'release', 'hold_unknown', 'resolve_charged', 'settle'])
    const invoiced = sandbox.invoice.lines().filter(({ response_id }) => response_id === responseId)
    const cost = invoiced.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
    expect(cost).toBeGreaterThan(0n)
    expect(await stage.books(record.id)).toEqual({ cost, unknown: 0n, spent: cost, bound: 0n, invoiced: cost })
    expect(home.cost).toMatchObject({ settled_nanos: String(cost), held_unknown_nanos: '0' })
    const image = await stage.gateway.fetch(`/v2/images/${home.images[0]!.id}`)
    expect(image.status).toBe(200)
    expect(await stage.resolve(record.id, { outcome: 'not_charged', correct: true })).toMatchObject({ status: 409 })
  })

  it('stays unknown when upstream has forgotten it, which is noted once', async () => {
    const { record, responseId } = await givenUp()
    await fetch(`${sandbox.url}/_sandbox/responses/${responseId}`, { method: 'DELETE' })
    expect(await check()).toMatchObject({ brought_home: 0, open: 1 })
    await stage.round()
    expect((await stage.record(record.id)).outcome_evidence).toMatchObject([{ step: 'E1', finding: 'undecided' }])
    await stage.resolve(record.id, { outcome: 'not_charged' })
  })
})
