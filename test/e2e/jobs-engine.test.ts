import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/contract/record.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { makeBudget, makeProject, readBudget } from '../support/admin-calls.ts'
import { editRoom } from '../support/edit-calls.ts'
import { ledgerLines, promptWith, readRecord, sumOf } from '../support/generation-calls.ts'
import { type Callable, jobThat, jobWhen, postToJob, readJob, submit, submitSmall } from '../support/job-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

const HOUR_MS = 3_600_000
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const posts = (gateway: TestGateway) => gateway.gateway.sandbox!.calls.posts()
const oneAtATime = 'version: 1\njobs: { concurrency: 1 }'
const startsOf = async (gateway: TestGateway, ids: readonly string[]) => {
  const jobs = await Promise.all(ids.map((id) => jobWhen(gateway, id)))
  return jobs.toSorted((a, b) => Date.parse(a.startedAt!) - Date.parse(b.startedAt!)).map(({ id }) => id)
}

describe('the order in which jobs are made', () => {
  it('is by priority and then by age, within a project', async () => {
    await using gateway = await startTestGateway({ yaml: oneAtATime })
    const first = await submitSmall(gateway, { prompt: promptWith('latency=2000') })
    await jobWhen(gateway, first, ['running'])
    const low = await submitSmall(gateway, { prompt: promptWith('latency=20', 'low') }, { priority: 'low' })
    const normal = await submitSmall(gateway, { prompt: promptWith('latency=20', 'normal') })
    const later = await submitSmall(gateway, { prompt: promptWith('latency=20', 'later') })
    const high = await submitSmall(gateway, { prompt: promptWith('latency=20', 'high') }, { priority: 'high' })
    expect(await startsOf(gateway, [first, low, normal, later, high])).toEqual([first, high, normal, later, low])
  })

  it('is fair between projects: whoever comes with one job does not wait for the hundred of another', async () => {
    await using gateway = await startTestGateway({ yaml: 'version: 1\njobs: { concurrency: 2 }' })
    const { key } = await makeProject(gateway, 'newcomer')
    const many: string[] = []
    for (let made = 0; made < 20; made++) many.push(await submitSmall(gateway, { prompt: promptWith('latency=300', `fox ${made}`) }))
    const newcomer = { fetch: fetchWith(gateway, key) }
    const one = await submitSmall(newcomer, { prompt: 'mine' })
    const job = await jobWhen(newcomer, one)
    expect(job.state).toBe('completed')
    const states = await Promise.all(many.map(async (id) => (await readJob(gateway, id)).state))
    expect(states.filter((state) => state === 'queued').length).toBeGreaterThan(0)
  })
})

it('a project that weighs three times as much has three of four places where both have jobs to make', async () => {
  await using gateway = await startTestGateway({
    yaml: 'version: 1\njobs: { concurrency: 4 }\nadmission: { calls: 1000, weights: { heavy: 3 } }',
  })
  const projects = await Promise.all(['heavy', 'light'].map((name) => makeProject(gateway, name)))
  const [heavy, light] = projects.map(({ key }) => ({ fetch: fetchWith(gateway, key) })) as [Callable, Callable]
  const ids: Record<'heavy' | 'light', string[]> = { heavy: [], light: [] }
  const start_at = inMs(2000)
  for (let made = 0; made < 6; made++) {
    ids.light.push(await submitSmall(light, { prompt: promptWith('latency=150', `light ${made}`) }, { start_at }))
    ids.heavy.push(await submitSmall(heavy, { prompt: promptWith('latency=150', `heavy ${made}`) }, { start_at }))
  }
  const startsOfAll = async (project: Callable, jobs: readonly string[]) =>
    (await Promise.all(jobs.map((id) => jobWhen(project, id)))).map(({ startedAt }) => Date.parse(startedAt!)).sort((a, b) => a - b)
  const [heavyStarts, lightStarts] = [await startsOfAll(heavy, ids.heavy), await startsOfAll(light, ids.light)]
  expect(lightStarts.filter((at) => at < heavyStarts.at(-1)!).length).toBeLessThanOrEqual(3)
}, 30_000)

describe('the limits of a route', () => {
  it('hold its jobs back, and let those of other routes pass', async () => {
    await using sandbox = await startSandbox({ latencyMs: 0, flat: true })
    const route = (id: string, limits: string) =>
      `  - { id: ${id}, owner: darkroom-sandbox, kind: provider, base_url: '${sandbox.url}/v1', key: { env: UPSTREAM_KEY }${limits} }`
    const yaml = `version: 1\nroutes:\n${route('narrow', ', limits: { concurrency: 1 }')}\n${route('wide', '')}`
    await using gateway = await startTestGateway({ yaml, environment: { UPSTREAM_KEY: 'sk-x' } })
    const on = (name: string) => ({ 'x-darkroom-route': name })
    const narrow: string[] = []
    for (let made = 0; made < 4; made++)
      narrow.push(await submitSmall(gateway, { prompt: promptWith('latency=80', `fox ${made}`) }, {}, on('narrow')))
    const wide = await jobWhen(gateway, await submitSmall(gateway, { prompt: 'a hen' }, {}, on('wide')))
    expect(wide.state).toBe('completed')
    const jobs = await Promise.all(narrow.map((id) => jobWhen(gateway, id)))
    expect(jobs.map(({ state, attempts }) => [state, attempts])).toEqual(Array(4).fill(['completed', 1]))
    expect(jobs.some(({ startedAt }) => Date.parse(startedAt!) > Date.parse(wide.completedAt!))).toBe(true)
    const spans = jobs.map(({ startedAt, completedAt }) => [Date.parse(startedAt!), Date.parse(completedAt!)] as const)
    for (const [start] of spans) expect(spans.filter(([from, to]) => from < start && start < to)).toEqual([])
  })
})

const putBack = ({ state, attempts }: Job) => state === 'queued' && attempts === 1

describe('a job whose call was surely not made', () => {
  it('waits as long as upstream says and is made then, at one charge', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, { prompt: promptWith('status=429 retry-after=1 first=1') })
    await jobThat(gateway, jobId, putBack)
    const job = await jobWhen(gateway, jobId)
    expect(job).toMatchObject({ state: 'completed', attempts: 2 })
    const { attempts } = await readRecord(gateway, jobId)
    expect(attempts.map(({ retry_reason }) => retry_reason)).toEqual(['rate_limit', null])
    const lines = await ledgerLines(gateway, jobId)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(sumOf(lines, 'settle')).toBe(BigInt(job.cost.settled.nanos))
  })

  it('is cancelled in the queue to which it went back', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, { prompt: promptWith('status=429 retry-after=60') })
    await jobThat(gateway, jobId, putBack)
    expect((await postToJob(gateway, jobId, 'cancel')).json).toMatchObject({ state: 'cancelled', cancel_requested: false })
    const lines = await ledgerLines(gateway, jobId)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(posts(gateway)).toBe(1)
  })

  it('fails as the call did where its deadline comes first', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, { prompt: promptWith('status=429 retry-after=60') }, { deadline: inMs(5000) })
    const job = await jobWhen(gateway, jobId)
    expect(job).toMatchObject({ state: 'failed', outcome: 'not_charged', error: { code: 'rate_limit_exceeded' } })
  })
})

describe('a job whose deadline passes', () => {
  it('ends without a call, and its money comes back', async () => {
    await using gateway = await startTestGateway({ yaml: oneAtATime })
    const first = await submitSmall(gateway, { prompt: promptWith('latency=600') })
    await jobWhen(gateway, first, ['running'])
    const late = await submitSmall(gateway, {}, { deadline: inMs(200) })
    expect(await jobWhen(gateway, late)).toMatchObject({ state: 'failed', outcome: 'not_charged', error: { code: 'job_deadline_passed' } })
    expect((await ledgerLines(gateway, late)).map(({ kind }) => kind)).toEqual(['reserve', 'release'])
    expect((await jobWhen(gateway, first)).state).toBe('completed')
    expect(posts(gateway)).toBe(1)
    const again = await postToJob(gateway, late, 'retry', { deadline: inMs(HOUR_MS) })
    expect(await jobWhen(gateway, again.json['jobId'] as string)).toMatchObject({ state: 'completed', retryOf: late })
  })
})

describe('F74 cancelling', () => {
  it('in the queue costs nothing and is final', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, {}, { start_at: inMs(HOUR_MS) })
    expect((await postToJob(gateway, jobId, 'cancel')).json).toEqual({ jobId, state: 'cancelled', cancel_requested: false })
    expect(await readJob(gateway, jobId)).toMatchObject({ status: 'FAILED', state: 'cancelled', error: { code: 'job_cancelled' } })
    expect((await ledgerLines(gateway, jobId)).map(({ kind }) => kind)).toEqual(['reserve', 'release'])
    expect((await postToJob(gateway, jobId, 'cancel')).status).toBe(200)
    expect(posts(gateway)).toBe(0)
  })

  it('during the call is noted; the picture is kept and charged', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, { prompt: promptWith('latency=400') })
    await jobWhen(gateway, jobId, ['running'])
    expect((await postToJob(gateway, jobId, 'cancel')).json).toEqual({ jobId, state: 'running', cancel_requested: true })
    const job = await jobWhen(gateway, jobId)
    expect(job).toMatchObject({ state: 'completed', cancelRequestedAt: expect.any(String) })
    expect(BigInt(job.cost.settled.nanos)).toBeGreaterThan(0n)
  })

  it('during a call that turns out not to have been made ends it there', async () => {
    await using gateway = await startTestGateway()
    const jobId = await submitSmall(gateway, { prompt: promptWith('latency=300 status=429 retry-after=1') })
    await jobWhen(gateway, jobId, ['running'])
    await postToJob(gateway, jobId, 'cancel')
    expect(await jobWhen(gateway, jobId)).toMatchObject({ state: 'cancelled', cost: { settled: { nanos: '0' } } })
    expect(posts(gateway)).toBe(1)
  })
})

describe('budgets and jobs', () => {
  it('count a job from the moment it is queued, and refuse the one that would be too much', async () => {
    await using gateway = await startTestGateway()
    const { project, key } = await makeProject(gateway, 'thrifty')
    const thrifty = { fetch: fetchWith(gateway, key) }
    const start_at = inMs(HOUR_MS)
    const first = await readJobOf(thrifty, { start_at })
    const budget = await makeBudget(gateway, { project_id: project.id, book: 'sandbox', limit_usd: twice(first.cost.reserved.usd) })
    const counted = await submitSmall(thrifty, { prompt: 'a fox' }, { start_at })
    await submitSmall(thrifty, { prompt: 'a hen' }, { start_at })
    const seen = await submit(thrifty, { request: { model: 'gpt-image-2', prompt: 'x', size: '1024x640', quality: 'low' }, start_at })
    expect([seen.status, seen.error?.code]).toEqual([402, 'budget_exceeded'])
    await postToJob(thrifty, counted, 'cancel')
    await submitSmall(thrifty, { prompt: 'an ox' }, { start_at })
    const { limit, reserved } = await readBudget(gateway, budget.id)
    expect(reserved).toEqual(limit)
  })

  it('a project at its limit of calls at once has its jobs wait, not fail', async () => {
    await using gateway = await startTestGateway()
    const { key } = await makeProject(gateway, 'narrow', { concurrent_calls: 1 })
    const narrow = { fetch: fetchWith(gateway, key) }
    const ids: string[] = []
    for (let made = 0; made < 4; made++) ids.push(await submitSmall(narrow, { prompt: promptWith('latency=60', `fox ${made}`) }))
    const jobs = await Promise.all(ids.map((id) => jobWhen(narrow, id)))
    expect(jobs.map(({ state }) => state)).toEqual(Array(4).fill('completed'))
    const spans = jobs.map(({ startedAt, completedAt }) => [Date.parse(startedAt!), Date.parse(completedAt!)] as const)
    for (const [start] of spans) expect(spans.filter(([from, to]) => from < start && start < to)).toEqual([])
  })
})

async function readJobOf(project: Parameters<typeof submitSmall>[0], wishes: object) {
  const jobId = await submitSmall(project, {}, wishes)
  const job = await readJob(project, jobId)
  await postToJob(project, jobId, 'cancel')
  return job
}

/** Exact: amounts are decimal strings. */
function twice(usd: string): string {
  const nanos = BigInt(Math.round(Number(usd) * 1e9)) * 2n
  return `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`
}

describe('a key and a job', () => {
  it('names one job, whatever becomes of it; another body under it is refused; a new project is another world', async () => {
    await using gateway = await startTestGateway()
    const headers = { 'idempotency-key': 'order-7' }
    const jobId = await submitSmall(gateway, { prompt: promptWith('latency=100') }, {}, headers)
    const again = await submit(
      gateway,
      { request: { model: 'gpt-image-2', prompt: promptWith('latency=100'), size: '1024x640', quality: 'low' } },
      headers,
    )
    expect([again.status, again.json['jobId'], again.headers.get('idempotent-replayed')]).toEqual([202, jobId, 'true'])
    const other = await submit(gateway, { request: { model: 'gpt-image-2', prompt: 'a hare', size: '1024x640', quality: 'low' } }, headers)
    expect([other.status, other.error?.code]).toEqual([422, 'idempotency_key_reused'])
    await jobWhen(gateway, jobId)
    expect(await submitSmall(gateway, { prompt: promptWith('latency=100') }, {}, headers)).toBe(jobId)
    const { key } = await makeProject(gateway, 'elsewhere')
    const elsewhere = { fetch: fetchWith(gateway, key) }
    const theirs = await submitSmall(elsewhere, { prompt: promptWith('latency=100') }, {}, headers)
    expect((await jobWhen(elsewhere, theirs)).id).not.toBe(jobId)
    expect(posts(gateway)).toBe(2)
  })

  it('of many at once, one is accepted', async () => {
    await using gateway = await startTestGateway()
    const ids = await Promise.all(Array.from({ length: 30 }, () => submitSmall(gateway, {}, {}, { 'idempotency-key': 'storm' })))
    expect(new Set(ids).size).toBe(1)
    expect((await jobWhen(gateway, ids[0]!)).state).toBe('completed')
    expect(posts(gateway)).toBe(1)
  })
})

describe('jobs and the end of their gateway', () => {
  it('wait through it and are made by the next, edits with the pictures they came with', async () => {
    let dataFolder = ''
    let ids: string[] = []
    let edit = ''
    {
      const first = await startTestGateway({ yaml: oneAtATime })
      dataFolder = first.dataFolder
      const room = (await editRoom(first, {})).record!.images[0]!.id
      const start_at = inMs(1500)
      ids = [await submitSmall(first, {}, { start_at }), await submitSmall(first, { prompt: 'another' }, { start_at })]
      const seen = await submit(first, {
        request: { model: 'gpt-image-2', prompt: 'at night', quality: 'low', images: [{ file_id: room }] },
        start_at,
      })
      edit = seen.json['jobId'] as string
      await first.gateway.close()
    }
    await using next = await startTestGateway({ dataFolder, yaml: oneAtATime })
    for (const id of [...ids, edit]) expect((await jobWhen(next, id)).state).toBe('completed')
    expect((await readRecord(next, edit)).request_shape).toMatchObject({ input_image_count: 1, input_images: [{ source: 'image' }] })
    expect(posts(next)).toBe(3)
  })
})

describe('a failed edit', () => {
  it('is made again with the same pictures', async () => {
    await using gateway = await startTestGateway()
    const room = (await editRoom(gateway, {})).record!.images[0]!.id
    const prompt = promptWith('status=400 first=1', 'at night')
    const seen = await submit(gateway, { request: { model: 'gpt-image-2', prompt, quality: 'low', images: [{ file_id: room }] } })
    const failed = await jobWhen(gateway, seen.json['jobId'] as string)
    expect(failed).toMatchObject({ state: 'failed', outcome: 'not_charged' })
    const again = await postToJob(gateway, failed.id, 'retry', {})
    const job = await jobWhen(gateway, again.json['jobId'] as string)
    expect(job.state).toBe('completed')
    const [before, after] = [await readRecord(gateway, failed.id), await readRecord(gateway, job.id)]
    expect(after.request_shape.input_images).toEqual(before.request_shape.input_images)
  })
})
