import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createDarkroom,
  type Darkroom,
  type DarkroomOptions,
  JobError,
  type JobStep,
  RefusedError,
  TimeoutError,
} from '../../sdk/src/index.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { mask, room } from '../support/edit-calls.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let darkroom: Darkroom

const client = (change: Partial<DarkroomOptions> = {}) =>
  createDarkroom({ baseUrl: gateway.url, key: gateway.key, retries: { firstDelayMs: 1, longestDelayMs: 5 }, ...change })
const posts = () => gateway.gateway.sandbox!.calls.posts()
const request = (prompt = 'a fox') => ({ request: { ...smallCall, prompt } })

async function stepsOf(steps: AsyncIterable<JobStep>): Promise<JobStep[]> {
  const seen: JobStep[] = []
  for await (const step of steps) seen.push(step)
  return seen
}

beforeAll(async () => {
  gateway = await startTestGateway()
  darkroom = client()
})
afterAll(() => gateway.close())

describe('jobs', () => {
  it('are submitted, waited for and fetched, with labels; each step is told', async () => {
    const told: string[] = []
    const accepted = await darkroom.jobs.submit({ ...request(), priority: 'high', metadata: { order: '4711' } })
    expect(accepted).toMatchObject({ status: 'QUEUED', id: accepted.jobId })
    const job = await darkroom.jobs.wait(accepted, { onEvent: ({ type }) => told.push(type) })
    expect(job).toMatchObject({ state: 'completed', priority: 'high', metadata: { order: '4711' }, outcome: 'charged' })
    expect([told[0], told.at(-1)]).toEqual(['queued', 'completed'])
    const [result] = job.results
    const byId = await darkroom.images.blob(result!.image_id)
    const byAddress = await (await fetch(result!.url)).blob()
    expect(Buffer.from(await byId.arrayBuffer()).equals(Buffer.from(await byAddress.arrayBuffer()))).toBe(true)
    expect((await darkroom.generations.get(job.id)).status).toBe('completed')
    expect((await darkroom.jobs.list({ limit: 1 })).jobs.map(({ id }) => id)).toEqual([job.id])
  })

  it('edit files that travel inside', async () => {
    const edit = {
      model: 'gpt-image-2',
      prompt: 'a lamp',
      size: '1024x640',
      quality: 'low',
      image: room,
      mask: new Uint8Array(mask),
    } as const
    const job = await darkroom.jobs.wait(await darkroom.jobs.submit({ request: edit }, { mask: 'strict' }))
    expect(job.operation).toBe('edit')
    const picture = Buffer.from(await (await darkroom.images.blob(job.results[0]!.image_id)).arrayBuffer())
    expect(await decodePicture(picture)).toEqual({ format: 'png', width: 1024, height: 640 })
  })

  it('are one job however often they are submitted under a key, also when the answer to that is lost', async () => {
    await using proxy = await startCuttingProxy(gateway.url, [0])
    const before = posts()
    const options = { idempotencyKey: 'order-4711-poster' }
    const first = await client({ baseUrl: proxy.url }).jobs.submit(request('a poster'), options)
    const again = await darkroom.jobs.submit(request('a poster'), options)
    expect(again.jobId).toBe(first.jobId)
    await darkroom.jobs.wait(first)
    expect(posts() - before).toBe(1)
  })

  it('are refused before anything is queued, with the parameter in the words of the caller', async () => {
    const refused = await darkroom.jobs.submit({ request: { ...smallCall, size: '9x9' } }).catch((error) => error)
    expect(refused).toBeInstanceOf(RefusedError)
    expect(refused).toMatchObject({ param: 'request.size', failure: 'invalid_size', outcome: 'not_charged' })
  })
})

describe('the steps of a job', () => {
  it('go on after the one that is named, from another connection, and end with the job', async () => {
    const { jobId } = await darkroom.jobs.submit(request('steps'))
    const all = await stepsOf(darkroom.jobs.stream(jobId))
    expect(all.at(-1)).toMatchObject({ type: 'completed', progress: 100, status: 'COMPLETED' })
    expect(await stepsOf(darkroom.jobs.stream(jobId, { lastEventId: all[0]!.id }))).toEqual(all.slice(1))
    expect(await stepsOf(darkroom.jobs.stream(jobId, { lastEventId: all.at(-1)!.id }))).toEqual([])
    expect(await stepsOf(darkroom.jobs.stream(jobId, { lastEventId: '99999999' }))).toMatchObject([
      { type: 'reset', state: 'completed', job: { id: jobId } },
    ])
  })

  it('are told once each where connections break between them', async () => {
    await using proxy = await startCuttingProxy(gateway.url, [900, 900, 900, 900])
    const { jobId } = await darkroom.jobs.submit(request(promptWith('latency=300', 'broken steps')))
    const broken = await stepsOf(client({ baseUrl: proxy.url }).jobs.stream(jobId))
    const whole = await stepsOf(darkroom.jobs.stream(jobId))
    const seen = (steps: JobStep[]) => steps.map(({ id, type }) => `${id} ${type}`)
    expect(seen(broken)).toEqual(seen(whole))
    expect(proxy.connections()).toBeGreaterThan(1)
  })
})

describe('waiting for a job', () => {
  it('throws for one that failed, with the error that the call had and the job as it stands', async () => {
    const submitted = await darkroom.jobs.submit(request(promptWith('moderation')))
    const fault = await darkroom.jobs.wait(submitted).catch((error) => error)
    expect(fault).toBeInstanceOf(JobError)
    expect(fault).toMatchObject({
      outcome: 'not_charged',
      code: 'moderation_blocked',
      generationId: submitted.jobId,
      job: { state: 'failed' },
    })
    const again = await darkroom.jobs.retry(submitted)
    expect(again.jobId).not.toBe(submitted.jobId)
    expect((await darkroom.jobs.get(again)).retryOf).toBe(submitted.jobId)
    await expect(darkroom.jobs.wait(again)).rejects.toMatchObject({ code: 'moderation_blocked' })
  })

  it('throws at once where nobody knows what it cost, and buys nothing; again only where that is accepted', async () => {
    const before = posts()
    const submitted = await darkroom.jobs.submit(request(promptWith('reset-before-headers')))
    const fault = await darkroom.jobs.wait(submitted).catch((error) => error)
    expect(fault).toBeInstanceOf(JobError)
    expect(fault).toMatchObject({ outcome: 'unknown', job: { state: 'outcome_unknown', status: 'PROCESSING' } })
    await expect(darkroom.jobs.retry(submitted)).rejects.toMatchObject({ outcome: expect.any(String), status: 409 })
    expect(posts() - before).toBe(1)
    const again = await darkroom.jobs.retry(submitted, { accept_double_charge: true })
    await expect(darkroom.jobs.wait(again)).rejects.toBeInstanceOf(JobError)
    expect(posts() - before).toBe(2)
  })

  it('ends when it was told to, and not the job; one that waits can be cancelled', async () => {
    const startAt = new Date(Date.now() + 60_000).toISOString()
    const submitted = await darkroom.jobs.submit({ ...request('later'), start_at: startAt })
    const fault = await darkroom.jobs.wait(submitted, { timeoutMs: 50 }).catch((error) => error)
    expect(fault).toBeInstanceOf(TimeoutError)
    expect(fault).toMatchObject({ outcome: 'unknown', nextAction: 'retry', message: expect.stringContaining('The job goes on') })
    expect(await darkroom.jobs.cancel(submitted)).toMatchObject({ state: 'cancelled', cancel_requested: false })
    await expect(darkroom.jobs.wait(submitted)).rejects.toMatchObject({
      name: 'JobError',
      outcome: 'not_charged',
      job: { state: 'cancelled' },
    })
  })
})
