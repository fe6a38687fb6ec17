import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/sandbox/index.ts'
import { ledgerLines, seeReply } from '../support/generation-calls.ts'
import { UnknownStage, unknownKinds } from '../support/unknown-calls.ts'
import { keyOfAnotherProject } from './another-project.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let stage: UnknownStage
beforeAll(async () => {
  stage = await UnknownStage.open((clock) => startSandbox({ latencyMs: 0, flat: true, clock }))
})
afterAll(() => stage.close())

/** Every way in which an unknown outcome ends, with the truth it has to find. */
const resolutions = [
  { how: 'an operator says charged', charged: true, step: 'E6', state: 'resolved_charged', code: 'call_was_charged' },
  { how: 'an operator says not charged', charged: false, step: 'E6', state: 'resolved_free', code: 'call_was_not_charged' },
  { how: 'the account was counted for it', charged: true, step: 'E4', state: 'resolved_charged', code: 'call_was_charged' },
  { how: 'the account was not counted for it', charged: false, step: 'E4', state: 'resolved_free', code: 'call_was_not_charged' },
  { how: 'nobody finds out for 72 hours', charged: true, step: 'E7', state: 'presumed_charged', code: 'call_presumed_charged' },
] as const

const cases = unknownKinds.flatMap((kind) => resolutions.map((resolution) => ({ kind, ...resolution })))

describe('an unknown outcome', () => {
  it.each(cases)('of a $kind ends when $how: ledger, record and reports agree', async ({ kind, how: _how, charged, step, state, code }) => {
    const before = await stage.totals().catch(() => ({ charged: 0n, lost: 0n, presumed: 0n, invoiced: 0n, held: 0n }))
    const held = await stage.makeUnknown(kind, charged, step === 'E4' ? 'counted' : 'blind')
    const reserved = BigInt(held.cost.reserved_nanos)
    expect(held).toMatchObject({ status: 'outcome_unknown', outcome: 'unknown', attempts: [{ state: 'unknown' }], outcome_evidence: [] })
    expect(Date.parse(held.resolve_by!) - Date.parse(held.attempts[0]!.started_at)).toBe(72 * HOUR_MS)
    expect(await stage.books(held.id)).toEqual({ cost: 0n, unknown: reserved, spent: 0n, bound: reserved, invoiced: 0n })
    expect((await stage.unknowns()).unknowns).toMatchObject([{ generation_id: held.id, held: { nanos: String(reserved) } }])

    if (step === 'E6') {
      const answer = await stage.resolve(held.id, { outcome: charged ? 'charged' : 'not_charged' })
      expect(answer.status).toBe(200)
    }
    stage.clock.move(step === 'E7' ? 72 * HOUR_MS : 16 * MINUTE_MS)
    await stage.round()
    if (step === 'E4' && !charged) {
      expect((await stage.record(held.id)).outcome_evidence).toMatchObject([
        { step, finding: 'undecided', evidence: { counted_requests: 0 } },
      ])
      stage.clock.move(45 * MINUTE_MS)
      await stage.round()
    }

    const cost = charged ? BigInt(held.cost.estimated_nanos) : 0n
    expect(stage.invoiceOf(held)).toBe(cost)
    const record = await stage.record(held.id)
    expect(record).toMatchObject({
      status: 'failed',
      outcome: charged ? 'charged' : 'not_charged',
      resolve_by: null,
      error: { code, outcome: charged ? 'charged' : 'not_charged', generation_id: held.id },
      cost: { settled_nanos: String(cost), held_unknown_nanos: '0', presumed: step === 'E7' },
      attempts: [{ state, cost: { nanos: String(cost) } }],
    })
    expect(record.outcome_evidence.at(-1)).toMatchObject({
      step,
      finding: charged ? 'charged' : 'not_charged',
      effect: step === 'E7' ? 'presumed' : 'resolved',
      by: step === 'E6' ? 'admin' : 'resolver',
      cost: { nanos: String(cost) },
    })
    expect(await stage.books(held.id)).toEqual({ cost, unknown: 0n, spent: cost, bound: 0n, invoiced: 0n })
    expect(await stage.totals()).toEqual({
      charged: before.charged + cost,
      lost: before.lost + cost,
      presumed: before.presumed + (step === 'E7' ? cost : 0n),
      invoiced: before.invoiced,
      held: 0n,
    })
    expect((await stage.unknowns()).totals).toEqual({ count: 0, oldest_at: null, held: [] })

    const lines = await ledgerLines(stage.gateway, held.id)
    for (const outcome of ['charged', 'not_charged'])
      expect(await stage.resolve(held.id, { outcome })).toMatchObject({ status: 409, error: { code: 'outcome_already_known' } })
    stage.clock.move(73 * HOUR_MS)
    expect(await stage.round()).toEqual({ open: 0, charged: 0, not_charged: 0, presumed: 0, brought_home: 0 })
    expect(await ledgerLines(stage.gateway, held.id)).toEqual(lines)
  })

  it('is counted for: all of several are decided at once, beside calls that succeeded', async () => {
    await stage.makeKnown()
    const unknown = [await stage.makeUnknown('reset', true), await stage.makeUnknown('edge 504', true, 'counted', { n: 2 })]
    await stage.makeKnown()
    stage.clock.move(16 * MINUTE_MS)
    expect(await stage.round()).toMatchObject({ charged: 2, open: 0 })
    const [first] = (await stage.record(unknown[0]!.id)).outcome_evidence
    expect(first!.evidence).toMatchObject({ counted_requests: 4, counted_images: 5, explained_calls: 2, unknown_calls: 2, reason: null })
    for (const { id } of unknown) expect((await stage.books(id)).cost).toBe(stage.invoiceOf(await stage.record(id)))
  })

  it('is counted for: when only some were charged, nothing is decided, and the count is kept as evidence of each', async () => {
    const unknown = [
      await stage.makeUnknown('reset', true),
      await stage.makeUnknown('reset', false),
      await stage.makeUnknown('reset', true),
    ]
    stage.clock.move(HOUR_MS)
    expect(await stage.round()).toMatchObject({ charged: 0, not_charged: 0, open: 3 })
    for (const { id } of unknown) {
      const record = await stage.record(id)
      expect(record.status).toBe('outcome_unknown')
      expect(record.outcome_evidence).toMatchObject([
        { step: 'E4', finding: 'undecided', effect: 'none', evidence: { reason: '2 of 3 were charged, and nobody can say which' } },
      ])
    }
    await stage.resolve(unknown[1]!.id, { outcome: 'not_charged' })
    stage.clock.move(24 * HOUR_MS)
    expect(await stage.round()).toMatchObject({ charged: 2, open: 0 })
  })

  it('is never decided by a count where something else uses the key', async () => {
    const held = await stage.makeUnknown('reset', false)
    for (const prompt of ['a stranger', 'another']) await stage.callBesideTheGateway(prompt)
    stage.clock.move(HOUR_MS)
    expect(await stage.round()).toMatchObject({ charged: 0, not_charged: 0, open: 1 })
    expect((await stage.record(held.id)).outcome_evidence.at(-1)!.evidence['reason']).toMatch(/more calls were counted than were made/)
    await stage.resolve(held.id, { outcome: 'not_charged' })
  })

  it('is contradicted after a presumption by an adjustment beside it, as often as it takes', async () => {
    const held = await stage.makeUnknown('reset', false, 'blind')
    const estimate = BigInt(held.cost.estimated_nanos)
    stage.clock.move(72 * HOUR_MS)
    const before = await stage.totals()
    await stage.round()
    const presumed = await ledgerLines(stage.gateway, held.id)
    expect(presumed.map(({ kind, bucket }) => `${kind} ${bucket}`)).toEqual([
      'reserve total',
      'release total',
      'hold_unknown total',
      'presume hold',
      'presume total',
    ])

    expect(await stage.resolve(held.id, { outcome: 'not_charged', correct: true })).toMatchObject({ status: 200 })
    expect(await stage.record(held.id)).toMatchObject({
      status: 'failed',
      outcome: 'not_charged',
      cost: { settled_nanos: '0', presumed: false },
      attempts: [{ state: 'resolved_free', cost: { nanos: '0' } }],
    })
    expect(await stage.totals()).toEqual({ ...before, held: 0n })
    expect((await ledgerLines(stage.gateway, held.id)).slice(0, 5)).toEqual(presumed)

    expect(await stage.resolve(held.id, { outcome: 'charged', amount_usd: '0.5', correct: true })).toMatchObject({ status: 200 })
    expect(await stage.books(held.id)).toEqual({ cost: 500_000_000n, unknown: 0n, spent: 500_000_000n, bound: 0n, invoiced: 0n })
    expect(await stage.resolve(held.id, { outcome: 'charged', amount_usd: '0.5', correct: true })).toMatchObject({ status: 409 })
    expect(await stage.resolve(held.id, { outcome: 'not_charged', correct: true })).toMatchObject({ status: 200 })
    const adjustments = (await ledgerLines(stage.gateway, held.id)).filter(({ kind }) => kind === 'adjust')
    expect(adjustments.map(({ bucket, nanos }) => [bucket, BigInt(nanos)])).toEqual([
      ['less-1', estimate],
      ['more-2', 500_000_000n],
      ['less-3', 500_000_000n],
    ])
  })

  it('is presumed no longer once somebody confirms it', async () => {
    const held = await stage.makeUnknown('reset', true, 'blind')
    stage.clock.move(72 * HOUR_MS)
    await stage.round()
    const { presumed, charged } = await stage.totals()
    expect(await stage.resolve(held.id, { outcome: 'charged', correct: true })).toMatchObject({ status: 200 })
    expect(await stage.totals()).toMatchObject({ charged, presumed: presumed - BigInt(held.cost.estimated_nanos) })
    expect(await stage.record(held.id)).toMatchObject({ cost: { presumed: false }, attempts: [{ state: 'resolved_charged' }] })
  })

  it('belongs to its project: another one neither sees it nor decides about it', async () => {
    const held = await stage.makeUnknown('reset', false, 'blind')
    const headers = { authorization: `Bearer ${await keyOfAnotherProject(stage.gateway)}`, 'content-type': 'application/json' }
    const list = await (await stage.gateway.fetch('/v2/unknowns', { headers })).json()
    expect(list).toEqual({ unknowns: [], totals: { count: 0, oldest_at: null, held: [] }, next_cursor: null })
    const post = (path: string, body: object) =>
      seeReply(stage.gateway.fetch(`/v2/unknowns/${held.id}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }))
    expect(await post('run-again', { accept_double_charge: true })).toMatchObject({ status: 404 })
    expect(await post('resolve', { outcome: 'not_charged', evidence: 'I say so' })).toMatchObject({ status: 404 })
    expect((await stage.record(held.id)).outcome_evidence).toEqual([])
    await stage.resolve(held.id, { outcome: 'not_charged' })
  })

  it('is run again by nobody who does not accept a double charge; who does is on record, and told how', async () => {
    const held = await stage.makeUnknown('reset', true, 'blind')
    const posts = stage.sandbox.calls.posts()
    const runAgain = (body: object) =>
      seeReply(
        stage.gateway.fetch(`/v2/unknowns/${held.id}/run-again`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      )
    expect(await runAgain({ accept_double_charge: false })).toMatchObject({ status: 409, error: { code: 'double_charge_not_accepted' } })
    expect(await runAgain({})).toMatchObject({ status: 400 })
    expect((await stage.record(held.id)).outcome_evidence).toEqual([])

    const accepted = { accept_double_charge: true, reason: 'the print shop is waiting' }
    const answer = await runAgain(accepted)
    expect(answer).toMatchObject({ status: 409, error: { code: 'run_again_not_possible', outcome: 'not_charged' } })
    expect(answer.error!.message).toContain('new idempotency key')
    await runAgain(accepted)
    const record = await stage.record(held.id)
    expect(record).toMatchObject({ status: 'outcome_unknown' })
    expect(record.outcome_evidence).toMatchObject([
      { finding: 'run_again', effect: 'none', by: expect.stringMatching(/^key_/), evidence: { reason: accepted.reason } },
    ])
    expect(stage.sandbox.calls.posts()).toBe(posts)
    await stage.resolve(held.id, { outcome: 'charged' })
    expect(await runAgain(accepted)).toMatchObject({ status: 409, error: { code: 'outcome_already_known' } })
  })

  it.each([
    [{ outcome: 'maybe' }, 'outcome'],
    [{ outcome: 'charged', evidence: '' }, 'evidence'],
    [{ outcome: 'charged', amount_usd: '-1' }, 'amount_usd'],
    [{ outcome: 'charged', amount_usd: 0.5 }, 'amount_usd'],
    [{ outcome: 'not_charged', amount_usd: '0.5' }, 'amount_usd'],
    [{ outcome: 'charged', who: 'me' }, 'who'],
  ])('is not decided by %j', async (word, param) => {
    const held = await stage.makeKnown('blind')
    expect(await stage.resolve(held.id, word)).toMatchObject({ status: 400, error: { param, outcome: 'not_charged' } })
  })

  it('was never one: a call that is known cannot be decided about, and one that is not there is not found', async () => {
    const known = await stage.makeKnown('blind')
    for (const correct of [true, false])
      expect(await stage.resolve(known.id, { outcome: 'not_charged', correct })).toMatchObject({ status: 409 })
    for (const id of [`gen_${'0'.repeat(44)}`, 'gen_x', "' or 1=1"])
      expect(await stage.resolve(encodeURIComponent(id), { outcome: 'charged' })).toMatchObject({ status: 404 })
  })

  it('is listed a page at a time, by route and by age', async () => {
    const made: string[] = []
    for (const route of ['blind', 'counted', 'blind'] as const) {
      made.push((await stage.makeUnknown('reset', false, route)).id)
      stage.clock.move(MINUTE_MS)
    }
    const ids = async (query: string) => (await stage.unknowns(query)).unknowns.map(({ generation_id }) => generation_id)
    expect(await ids('')).toEqual(made)
    expect(await ids('?route=counted')).toEqual([made[1]])
    expect(await ids('?min_age_s=90')).toEqual(made.slice(0, 2))
    const first = await stage.unknowns('?limit=2')
    expect(first.totals).toMatchObject({ count: 3, held: [{ route_owner: 'darkroom-sandbox', book: 'sandbox', count: 3 }] })
    expect(await ids(`?limit=2&cursor=${first.next_cursor}`)).toEqual([made[2]])
    expect((await stage.admin('/v2/unknowns?cursor=nonsense')).status).toBe(400)
    for (const id of made) await stage.resolve(id, { outcome: 'not_charged' })
  })
})

describe('whatever happens', () => {
  const call = fc.record({
    kind: fc.constantFrom('reset' as const, 'edge 504' as const, 'known' as const),
    charged: fc.boolean(),
    route: fc.constantFrom('counted' as const, 'blind' as const),
    word: fc.constantFrom('truth' as const, 'none' as const),
    pauseMin: fc.constantFrom(0, 20, 300),
  })

  it('the ledger is the invoice minus what is unknown or presumed, and after 72 hours nothing is held', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 5 }), async (calls) => {
        stage.clock.move(24 * HOUR_MS)
        const ids: string[] = []
        for (const { kind, charged, route, word, pauseMin } of calls) {
          const made = kind === 'known' ? await stage.makeKnown(route) : await stage.makeUnknown(kind, charged, route)
          ids.push(made.id)
          if (word === 'truth' && kind !== 'known') await stage.resolve(made.id, { outcome: charged ? 'charged' : 'not_charged' })
          stage.clock.move(pauseMin * MINUTE_MS)
          await stage.round()
        }
        const compare = async () => {
          for (const id of ids) {
            const record = await stage.record(id)
            const { cost, unknown } = await stage.books(id)
            if (record.outcome === 'unknown') expect([cost, unknown >= stage.invoiceOf(record)]).toEqual([0n, true])
            else if (!record.cost.presumed) expect(cost).toBe(stage.invoiceOf(record))
            else expect(cost).toBe(BigInt(record.cost.estimated_nanos))
          }
        }
        await compare()
        stage.clock.move(72 * HOUR_MS)
        await stage.round()
        await compare()
        expect((await stage.totals()).held).toBe(0n)
        expect((await stage.unknowns()).totals.count).toBe(0)
      }),
      { numRuns: 12 },
    )
  })
})
