import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { makeBudget } from '../support/admin-calls.ts'
import {
  type BatchStage,
  batchBooks,
  batchesEnded,
  batchesThat,
  inDays,
  jobsEnded,
  readBatches,
  startBatchStage,
  submitEconomy,
  together,
} from '../support/batch-calls.ts'
import { ledgerLines, promptWith, readRecord } from '../support/generation-calls.ts'
import { eventsOfJob, jobThat, postToJob, readJob } from '../support/job-calls.ts'
import { movedClock } from '../support/moved-clock.ts'

const exact = { differing: [], reserved: 0n }
const states = (jobs: { state: string }[]) => jobs.map(({ state }) => state)
const made = ['completed', 'completed']

describe('the economy lane, where upstream', () => {
  let stage: BatchStage
  let before: number
  beforeAll(async () => {
    // Two jobs are a batch.
    stage = await startBatchStage({ economy: together(2) })
    before = 0
  })
  afterEach(async () => {
    stage.sandbox.faults.clear()
    before = stage.sandbox.batches.list().length
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const arm = (call: string, fault: string, times = 1) => stage.sandbox.faults.arm({ match: { call }, fault, times })
  /** Batches that upstream made since the test began. */
  const batchesMade = () => stage.sandbox.batches.list().length - before
  const lastBatch = async () => (await batchesEnded(stage.gateway)).at(-1)
  const run = async (prompts: readonly string[]) => jobsEnded(stage.gateway, await submitEconomy(stage.gateway, prompts))

  it.each([
    ['status=429', 1],
    ['status=500', 1],
    ['html', 1],
    ['reset-before-headers', 2],
  ])('F79 answers the upload with %s: the lines are sent again, and nothing is made twice', async (fault, times) => {
    arm('files.create', fault, times)
    expect(states(await run(['one', 'two']))).toEqual(made)
    expect(batchesMade()).toBe(1)
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it.each(['reset-before-headers', 'cut=10', 'status=502, charged'])(
    'F80 takes the batch and its answer is lost (%s): it is found by its name, and made once',
    async (fault) => {
      arm('batches.create', fault)
      expect(states(await run(['one', 'two']))).toEqual(made)
      expect(await lastBatch()).toMatchObject({ made_anew: 0, outcome: 'completed' })
      expect(batchesMade()).toBe(1)
      expect(await batchBooks(stage)).toMatchObject(exact)
    },
  )

  it('F80 does not list it at once: it is looked for again, and not made a second time', async () => {
    arm('batches.create', 'reset-before-headers')
    arm('batches.list', 'lag=1', 2)
    arm('batches.list', 'status=503')
    expect(states(await run(['one', 'two']))).toEqual(made)
    expect(batchesMade()).toBe(1)
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F81 never took it, and says so by no word: it is made anew once the list has lacked it for long enough', async () => {
    arm('batches.create', 'status=502')
    expect(states(await run(['one', 'two']))).toEqual(made)
    expect(await lastBatch()).toMatchObject({ made_anew: 1, outcome: 'completed' })
    expect(batchesMade()).toBe(1)
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it.each(['status=429', 'code=insufficient_quota', 'status=401'])(
    'F81 does not take it now (%s): the same lines are a batch later, without having been sent again',
    async (fault) => {
      arm('batches.create', fault)
      expect(states(await run(['one', 'two']))).toEqual(made)
      expect(await lastBatch()).toMatchObject({ made_anew: 0, outcome: 'completed' })
      expect(await batchBooks(stage)).toMatchObject(exact)
    },
  )

  it.each(['cut=frame:1', 'reset=300', 'status=500', 'cut=60%'])(
    'F83 breaks off what it gives back (%s): it is read again, and each line is booked once',
    async (fault) => {
      arm('files.content', fault)
      expect(states(await run(['one', 'two']))).toEqual(made)
      expect(await lastBatch()).toMatchObject({ lines: { ended: { answered: 2 } } })
      expect(await batchBooks(stage)).toMatchObject(exact)
    },
  )

  it('F84 lets it expire: what was made is kept at half the price, the rest is made by the standard lane at its own', async () => {
    arm('batches.create', 'expire-after=1')
    const jobs = await run(['one', 'two'])
    expect(jobs.map(({ state, lane }) => `${state} ${lane}`).toSorted()).toEqual(['completed economy', 'completed standard'])
    expect(await lastBatch()).toMatchObject({ outcome: 'expired', lines: { ended: { answered: 1, expired: 1 } } })
    expect(await batchBooks(stage)).toMatchObject(exact)
    const late = jobs.find(({ lane }) => lane === 'standard')!
    expect(await readRecord(stage.gateway, late.id)).toMatchObject({
      cost: { price_card: 'sandbox-gpt-image-2@2026-04-21' },
      attempts: [{ state: 'not_sent', retry_reason: 'timeout' }, { state: 'ok' }],
    })
    const cards = (await ledgerLines(stage.gateway, late.id)).map(({ kind, price_card }) => `${kind} ${price_card.split(':')[1] ?? ''}`)
    expect(cards.toSorted()).toEqual(['release ', 'release batch', 'reserve ', 'reserve batch', 'settle ', 'settle '])
    expect((await eventsOfJob(stage.gateway, late.id)).map(({ event }) => event)).toEqual([
      'queued',
      'started',
      'queued',
      'started',
      'stored',
      'completed',
    ])
  })

  it('F85 fails it as a whole: its jobs wait for another batch, and cost nothing', async () => {
    arm('batches.create', 'failbatch')
    const ids = await submitEconomy(stage.gateway, ['one', 'two'])
    for (const id of ids) await jobThat(stage.gateway, id, ({ state, attempts }) => state === 'queued' && attempts === 1)
    expect(await lastBatch()).toMatchObject({
      outcome: 'failed',
      lines: { ended: { unmade: 2 } },
      errors: [{ code: 'token_limit_exceeded', line: null }],
    })
    expect(await waitsOf(stage, ids[0]!)).toEqual([{ lane: 'economy', reason: 'batch_unmade' }])
    for (const id of ids) expect((await postToJob(stage.gateway, id, 'cancel')).json).toMatchObject({ state: 'cancelled' })
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F86 refuses a line: it fails as the call would, free, and the others are made', async () => {
    const jobs = await run([promptWith('moderation'), promptWith('status=400', 'x'), promptWith('status=500', 'y'), 'a fox'])
    expect(jobs.map(({ state, error, cost }) => [state, error?.['code'] ?? null, cost.settled.nanos === '0'])).toEqual([
      ['failed', 'moderation_blocked', true],
      ['failed', null, true],
      ['failed', 'upstream_refused', true],
      ['completed', null, false],
    ])
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F86 has no room for a line: it is made by the standard lane', async () => {
    const [job] = await run([promptWith('status=429 first=1'), 'a hen'])
    expect(job).toMatchObject({ state: 'completed', lane: 'standard', attempts: 2 })
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it.each([
    ['broken-json', 'failed'],
    ['broken-base64', 'failed'],
    ['no-data', 'failed'],
    ['usage=missing', 'completed'],
  ])('F87 spoils a line (%s): it is booked as the call would be, and the next one is read', async (fault, state) => {
    expect(states(await run([promptWith(fault), 'a hen']))).toEqual([state, 'completed'])
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F87 writes a line twice: it is booked once', async () => {
    expect(states(await run([promptWith('line=twice'), 'a hen']))).toEqual(made)
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it.each(['line=lost', 'line=stranger', 'redirect'])(
    'F87 counts a line as made and does not give it (%s): what it cost is held, and nobody buys it again',
    async (fault) => {
      const charged = stage.sandbox.invoice.lines().length
      const jobs = await run([promptWith(fault), 'a hen'])
      expect(states(jobs)).toEqual(['outcome_unknown', 'completed'])
      expect(await lastBatch()).toMatchObject({ lines: { ended: { answered: 1, unknown: 1 } } })
      expect(BigInt(jobs[0]!.cost.held_unknown.nanos)).toBeGreaterThan(0n)
      expect(await batchBooks(stage)).toMatchObject(exact)
      expect(stage.sandbox.invoice.lines().length - charged).toBe(fault === 'redirect' ? 1 : 2)
    },
  )

  it('F87 has lost what it wrote: nobody knows, and it is held', async () => {
    arm('files.content', 'status=404', 1000)
    expect(states(await run(['one', 'two']))).toEqual(['outcome_unknown', 'outcome_unknown'])
    expect(await lastBatch()).toMatchObject({ outcome: 'lost', lines: { ended: { unknown: 2 } } })
    expect(await batchBooks(stage)).toMatchObject(exact)
  })
})

describe('the economy lane, where a batch is looked at while upstream has it, and it', () => {
  let stage: BatchStage
  beforeAll(async () => {
    stage = await startBatchStage({ economy: together(2), sandbox: { holdBatches: true } })
  })
  afterEach(() => stage.sandbox.faults.clear())
  afterAll(() => stage[Symbol.asyncDispose]())

  /** Two jobs, and the batch that upstream has of them. */
  async function running() {
    const ids = await submitEconomy(stage.gateway, ['one', 'two'])
    const batches = await batchesThat(stage.gateway, (all) => all.at(-1)?.state === 'running')
    return { ids, upstream: stage.sandbox.batches.list().find(({ id }) => id === batches.at(-1)!.upstream!.id)! }
  }

  it('F81 was hidden for too long and made anew: when it comes to light it is stopped, its lines are gone, and it costs nothing', async () => {
    stage.sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'reset-before-headers' })
    stage.sandbox.faults.arm({ match: { call: 'batches.list' }, fault: 'lag=1', times: 1000 })
    const { ids, upstream } = await running()
    const hidden = stage.sandbox.batches.list().find(({ id }) => id !== upstream.id)!
    stage.sandbox.faults.clear()
    await expect.poll(() => hidden.status, { interval: 5 }).toBe('cancelling')
    await stage.sandbox.batches.advance(hidden.id, { to: 'ended' })
    expect((await stage.sandbox.batches.advance(upstream.id, { to: 'ended' })).status).toBe('completed')
    expect(states(await jobsEnded(stage.gateway, ids))).toEqual(made)
    const files = await fetch(`${stage.sandbox.url}/v1/files`, { headers: { authorization: 'Bearer any' } })
    const { data } = (await files.json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).not.toContain(hidden.input_file_id)
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F85 fails for one wrong line: that one fails as upstream says, free; the others are lines of another batch', async () => {
    const { ids, upstream } = await running()
    // As upstream reports a line that it cannot read: by its number.
    upstream.errors = { object: 'list', data: [{ code: 'model_not_found', message: 'No such model.', param: 'body.model', line: 2 }] }
    upstream.status = 'failed'
    const batch = (await batchesEnded(stage.gateway)).at(-1)
    expect(batch).toMatchObject({ outcome: 'failed', lines: { ended: { invalid: 1, unmade: 1 } }, errors: [{ line: 2 }] })
    const jobs = await Promise.all(ids.map((id) => readJob(stage.gateway, id)))
    expect(jobs.filter(({ state }) => state === 'failed')).toMatchObject([{ outcome: 'not_charged', error: { code: 'model_not_found' } }])
    const [waiting] = jobs.filter(({ state }) => state === 'queued')
    expect(waiting).toMatchObject({ lane: 'economy' })
    await postToJob(stage.gateway, waiting!.id, 'cancel')
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F87 leaves a line out that it does not count as made: it is made by the standard lane', async () => {
    const { ids, upstream } = await running()
    await stage.sandbox.batches.advance(upstream.id, { to: 'in_progress', lines: 1 })
    const expiring = stage.sandbox.batches.advance(upstream.id, { to: 'expired', lines: 1 })
    await expiring
    upstream.error_file_id = null
    const jobs = await jobsEnded(stage.gateway, ids)
    expect(jobs.map(({ lane }) => lane).toSorted()).toEqual(['economy', 'standard'])
    expect((await batchesEnded(stage.gateway)).at(-1)).toMatchObject({ lines: { ended: { answered: 1, missing: 1 } } })
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('F84 did not make a job whose deadline has passed by then: it fails, free, and can be made again', async () => {
    const { ids, upstream } = await running()
    const { database } = stage.gateway.gateway.parts
    await database.transact([{ query: database.sql.updateTable('jobs').set({ created_at_ms: 1, deadline_ms: 2 }).where('id', 'in', ids) }])
    await stage.sandbox.batches.advance(upstream.id, { to: 'expired' })
    const failed = { state: 'failed', outcome: 'not_charged', error: { code: 'batch_not_made' } }
    expect(await jobsEnded(stage.gateway, ids)).toMatchObject([failed, failed])
    expect(await batchBooks(stage)).toMatchObject(exact)
    const again = await postToJob(stage.gateway, ids[0]!, 'retry', {})
    expect(again.status).toBe(202)
    await postToJob(stage.gateway, again.json['jobId'] as string, 'cancel')
  })

  it('is of no use to anybody any more: it is stopped, what was made is kept and charged, the rest ends free', async () => {
    const { ids, upstream } = await running()
    await stage.sandbox.batches.advance(upstream.id, { to: 'in_progress', lines: 1 })
    expect((await postToJob(stage.gateway, ids[0]!, 'cancel')).json).toMatchObject({ state: 'running', cancel_requested: true })
    expect(upstream.cancelling_at).toBeNull()
    expect((await postToJob(stage.gateway, ids[1]!, 'cancel')).json).toMatchObject({ state: 'running', cancel_requested: true })
    await expect.poll(() => upstream.status, { interval: 5 }).toBe('cancelling')
    await stage.sandbox.batches.advance(upstream.id, { to: 'ended' })
    const jobs = await jobsEnded(stage.gateway, ids)
    expect(states(jobs).toSorted()).toEqual(['cancelled', 'completed'])
    expect((await batchesEnded(stage.gateway)).at(-1)).toMatchObject({
      outcome: 'cancelled',
      cancel_asked_at: expect.any(String),
      lines: { ended: { answered: 1, cancelled: 1 } },
    })
    expect(await batchBooks(stage)).toMatchObject(exact)
  })
})

describe('F82 a batch that upstream will not take', () => {
  it('is tried as three batches at most; then the standard lane makes its jobs at its own price', async () => {
    const clock = movedClock()
    await using stage = await startBatchStage({ economy: together(1), gateway: { clock } })
    stage.sandbox.faults.arm({ match: { call: 'files.create' }, fault: 'status=400', times: 1000 })
    const [id] = await submitEconomy(stage.gateway, ['one'])
    for (let tries = 1; tries <= 2; tries++) {
      await jobThat(stage.gateway, id!, ({ state, attempts }) => state === 'queued' && attempts === tries)
      clock.move(15 * 60_000)
      stage.gateway.gateway.parts.batches.wake()
    }
    const [job] = await jobsEnded(stage.gateway, [id!])
    expect(job).toMatchObject({ state: 'completed', lane: 'standard', attempts: 4 })
    expect((await readBatches(stage.gateway)).map(({ outcome }) => outcome)).toEqual(Array(3).fill('not_made'))
    expect(await batchBooks(stage)).toMatchObject(exact)
  })

  it('is given up an hour before the first deadline, where it could not be made until then', async () => {
    const clock = movedClock()
    await using stage = await startBatchStage({ economy: together(1), gateway: { clock } })
    stage.sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'status=429', times: 1000 })
    const [id] = await submitEconomy(stage.gateway, ['one'], { deadline: inDays(1.001) })
    await batchesThat(stage.gateway, ([batch]) => (batch?.tries ?? 0) > 0)
    clock.move(23.2 * 3_600_000)
    stage.gateway.gateway.parts.batches.wake()
    expect(await batchesEnded(stage.gateway)).toMatchObject([{ outcome: 'not_made', lines: { ended: { unmade: 1 } } }])
    expect(await readJob(stage.gateway, id!)).toMatchObject({ state: 'queued', lane: 'economy', attempts: 1 })
    expect(stage.sandbox.batches.list()).toEqual([])
    expect(await batchBooks(stage)).toMatchObject({ differing: [], booked: 0n })
  })

  it('is not left to the standard lane where a budget has no room for its price', async () => {
    await using stage = await startBatchStage({ economy: together(2) })
    const made = await jobsEnded(stage.gateway, await submitEconomy(stage.gateway, ['one', 'two']))
    const both = made.reduce((sum, { cost }) => sum + BigInt(cost.settled.nanos), 0n)
    const { database } = stage.gateway.gateway.parts
    const [project] = await database.read(database.sql.selectFrom('projects').select('id'))
    await makeBudget(stage.gateway, {
      project_id: project!.id,
      book: 'sandbox',
      limit_usd: `0.${String((both * 5n) / 4n).padStart(9, '0')}`,
    })
    stage.sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'expire-after=1' })
    const jobs = await jobsEnded(stage.gateway, await submitEconomy(stage.gateway, ['one', 'two']))
    expect(jobs.map(({ state, error }) => `${state} ${error?.['code'] ?? ''}`).toSorted()).toEqual(['completed ', 'failed budget_exceeded'])
    expect(await batchBooks(stage)).toMatchObject(exact)
  })
})

/** How a job was told to wait again. */
async function waitsOf({ gateway }: Pick<BatchStage, 'gateway'>, id: string) {
  const { database } = gateway.gateway.parts
  const rows = await database.read(database.sql.selectFrom('events').selectAll().where('subject_id', '=', id).orderBy('seq'))
  return rows
    .filter(({ type }) => type === 'job.queued')
    .slice(1)
    .map(({ data_json }) => JSON.parse(data_json) as { lane: string; reason: string })
    .map(({ lane, reason }) => ({ lane, reason }))
}
