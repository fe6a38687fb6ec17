import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generationRecordSchema } from '../contract/record.ts'
import { engines } from '../db/test-engines.ts'
import { AttemptNotOurs, endAbandoned, endAttempt, failGeneration, generationRecord, sweepDeadOwners } from './index.ts'
import { attemptEnd, error, TestGenerations } from './test-generations.ts'

describe.each(engines)('the sweep at boot on $name', (engine) => {
  let test: TestGenerations

  beforeAll(async () => {
    test = await TestGenerations.open(engine)
  })
  beforeEach(async () => {
    await test.clear()
    const node = { id: 'boot_live', role: 'all', folder_id: 'here', version: '1', state: 'live', beats: 0, started_at_ms: 1, seen_at_ms: 1 }
    await test.db.transact([
      {
        query: test.db.sql.insertInto('nodes').values([
          { ...node, ended_at_ms: null },
          { ...node, id: 'boot_dead', state: 'dead', ended_at_ms: 1 },
        ]),
      },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const record = async () => generationRecordSchema.parse(generationRecord(await test.found()))

  const sweep = () => sweepDeadOwners(test.db)
  const endAll = async () => {
    for (const abandoned of await sweep()) await test.db.transact(endAbandoned(test.context(), abandoned, error))
  }

  it('touches nothing of the live boot and nothing that has ended', async () => {
    await test.begin()
    await test.begin({ id: 'done' }, { id: 'done-1', owner: 'boot_dead' })
    await test.db.transact([
      endAttempt(test.context(), attemptEnd({ attemptId: 'done-1', owner: 'boot_dead' })),
      failGeneration(test.context(), { generationId: 'done', status: 'failed', retryReason: null, nextAction: 'stop', error }),
    ])
    expect(await sweep()).toEqual([])
  })

  it('makes what a dead boot was calling unknown, and says how much is held', async () => {
    await test.begin({}, { owner: 'boot_dead' })
    expect(await sweep()).toMatchObject([
      { generation: { id: 'gen', estimated_nanos: 5_920_000n }, attempt: { id: 'att', owner: 'boot_dead' } },
    ])
    await endAll()
    expect(await record()).toMatchObject({
      status: 'outcome_unknown',
      retry_reason: 'unknown_outcome',
      next_action: 'human',
      cost: { held_unknown_nanos: '9007199254740993', settled_nanos: '0' },
      attempts: [{ outcome: expect.stringContaining('abandoned'), cost: null }],
    })
  })

  it('fails what a dead boot left between two attempts: nothing is open, nothing is held', async () => {
    await test.begin({}, { owner: 'boot_dead' })
    await test.db.transact([endAttempt(test.context(), attemptEnd({ owner: 'boot_dead', state: 'not_sent', costNanos: 0n }))])
    await endAll()
    expect(await record()).toMatchObject({ status: 'failed', cost: { held_unknown: '0' }, attempts: [{ outcome: 'ok' }] })
  })

  it('does nothing the second time, and loses to an owner that ended its attempt after all', async () => {
    await test.begin({}, { owner: 'boot_dead' })
    const [abandoned] = await sweep()
    await test.db.transact([endAttempt(test.context(), attemptEnd({ owner: 'boot_dead' })), test.complete()])
    await expect(test.db.transact(endAbandoned(test.context(), abandoned!, error))).rejects.toBeInstanceOf(AttemptNotOurs)
    expect(await sweep()).toEqual([])
    expect((await test.found()).generation.status).toBe('completed')
  })
})
