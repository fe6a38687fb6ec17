import { describe, expect, it } from 'vitest'
import type { Job } from '../../src/contract/record.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { promptWith, readRecord } from '../support/generation-calls.ts'
import { eventsOfJob, jobWhen, postToJob, readJob, submit, submitSmall } from '../support/job-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'

const setOf = async (gateway: Parameters<typeof submit>[0], body: object, headers: Record<string, string> = {}) => {
  const seen = await submit(gateway, body, headers)
  expect(seen.status).toBe(202)
  return { id: seen.json['jobId'] as string, children: (seen.json['children'] ?? []) as string[] }
}
const foxes = (n: number, script = '') => ({
  model: 'gpt-image-2',
  prompt: promptWith(script, 'foxes'),
  quality: 'low',
  size: '1024x640',
  n,
})

describe('a set of one call for each picture', () => {
  it('is one job for its caller, whose children are jobs of their own', async () => {
    await using gateway = await startTestGateway()
    const { id } = await setOf(gateway, { request: foxes(4), fanout: true })
    const job = await jobWhen(gateway, id)
    expect(job).toMatchObject({ id, state: 'completed', status: 'COMPLETED', progress: 100, attempts: 4 })
    expect(job.result).toHaveLength(4)
    const children = await Promise.all(job.children!.map((child) => readJob(gateway, child)))
    expect(children.map(({ set, state }) => [set, state])).toEqual(Array(4).fill([id, 'completed']))
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(4)
    const settled = children.reduce((sum, { cost }) => sum + BigInt(cost.settled.nanos), 0n)
    expect(BigInt(job.cost.settled.nanos)).toBe(settled)
    const told = (await eventsOfJob(gateway, id)).filter(({ data }) => data['job_id'] === id)
    expect(told.map(({ event }) => event)).toEqual(['completed'])
  })

  it('is named by its key as a whole', async () => {
    await using gateway = await startTestGateway()
    const headers = { 'idempotency-key': 'four-foxes' }
    const first = await setOf(gateway, { request: foxes(3), fanout: true }, headers)
    const again = await setOf(gateway, { request: foxes(3), fanout: true }, headers)
    expect(again.id).toBe(first.id)
    expect((await submit(gateway, { request: foxes(3) }, headers)).status).toBe(422)
    await jobWhen(gateway, first.id)
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(3)
  })

  it('completes with those that came, and says why the others did not', async () => {
    await using gateway = await startTestGateway()
    const { id } = await setOf(gateway, { request: foxes(3, 'moderation first=1'), fanout: true })
    const job = await jobWhen(gateway, id)
    expect(job).toMatchObject({ state: 'completed', error: { code: 'moderation_blocked' } })
    expect(job.results).toHaveLength(2)
  })

  it('is cancelled with its children', async () => {
    await using gateway = await startTestGateway()
    const start_at = new Date(Date.now() + 3_600_000).toISOString()
    const { id } = await setOf(gateway, { request: foxes(3), fanout: true, start_at })
    expect((await postToJob(gateway, id, 'cancel')).json).toMatchObject({ jobId: id, state: 'cancelled' })
    const job = await readJob(gateway, id)
    expect(job.state).toBe('cancelled')
    for (const child of job.children!) expect((await readJob(gateway, child)).state).toBe('cancelled')
    expect((await postToJob(gateway, id, 'retry', {})).error?.code).toBe('job_not_retryable')
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(0)
  })

  it('goes on at the next start where its gateway ended between its jobs', async () => {
    const first = await startTestGateway()
    const { dataFolder } = first
    const { id } = await setOf(first, { request: foxes(5, 'latency=50'), fanout: true })
    await first.gateway.close()
    await using next = await startTestGateway({ dataFolder })
    const job = await jobWhen(next, id)
    expect([job.state, job.results.length]).toEqual(['completed', 5])
  })
})

const narrow = (url: string) => `version: 1
routes:
  - id: narrow
    owner: darkroom-sandbox
    kind: provider
    base_url: ${url}/v1
    key: { env: UPSTREAM_KEY }
    capabilities: [{ from: 2026-01-01, images_max: 3, source: a test }]
`

describe('a set larger than a route makes at once', () => {
  it('goes on in steps, each with the first picture as reference; a synchronous call for as many is refused', async () => {
    await using sandbox = await startSandbox({ latencyMs: 0, flat: true })
    await using gateway = await startTestGateway({ yaml: narrow(sandbox.url), environment: { UPSTREAM_KEY: 'sk-x' } })
    const headers = { 'x-darkroom-route': 'narrow' }
    const refused = await gateway.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(foxes(7)),
    })
    expect([refused.status, ((await refused.json()) as { error: { code: string; param: string } }).error]).toMatchObject([
      400,
      { code: 'unsupported_on_route', param: 'n' },
    ])

    const { id } = await setOf(gateway, { request: foxes(7) }, headers)
    const job: Job = await jobWhen(gateway, id)
    expect([job.state, job.results.length]).toEqual(['completed', 7])
    const [first, ...rest] = await Promise.all(job.children!.map((child) => readRecord(gateway, child)))
    expect(first).toMatchObject({ operation: 'generate', request_shape: { n: 3 } })
    expect(rest.map(({ request_shape: { n } }) => n)).toEqual([3, 1])
    for (const step of rest)
      expect(step).toMatchObject({
        operation: 'edit',
        request_shape: { input_images: [{ sha256: first!.images[0]!.sha256, source: 'image' }] },
      })
  })

  it('ends where its first step failed: nothing is asked for that would build on it', async () => {
    await using sandbox = await startSandbox({ latencyMs: 0, flat: true })
    await using gateway = await startTestGateway({ yaml: narrow(sandbox.url), environment: { UPSTREAM_KEY: 'sk-x' } })
    const { id } = await setOf(gateway, { request: foxes(7, 'moderation') }, { 'x-darkroom-route': 'narrow' })
    expect(await jobWhen(gateway, id)).toMatchObject({ state: 'failed', outcome: 'not_charged', children: [expect.any(String)] })
    expect(sandbox.calls.posts()).toBe(1)
  })
})

it('a job of one picture is one job, whether or not it was to be spread', async () => {
  await using gateway = await startTestGateway()
  const jobId = await submitSmall(gateway, {}, { fanout: true })
  expect(jobId).toMatch(/^gen_/)
  expect((await jobWhen(gateway, jobId)).children).toBeUndefined()
})
