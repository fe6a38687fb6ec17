import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BudgetReply, GenerationRecord, ProjectReply, WebhookReply } from '../../src/contract/record.ts'
import { readBooks } from '../chaos/read-books.ts'
import { type ClusterStage, openCluster } from '../support/cluster-stage.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { promptWith, type SeenReply, seeReply, smallCall } from '../support/generation-calls.ts'
import { type Callable, jobWhen, readJob, submitSmall } from '../support/job-calls.ts'
import { eventIds, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

let cluster: ClusterStage
let receiver: WebhookReceiver

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  cluster = await openCluster({ yaml: `outbound: { allow: ['${receiver.url}'] }\njobs: { concurrency: 4 }\n` })
})

afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const call = (gateway: Callable, change: object = {}, headers: Record<string, string> = {}) =>
  seeReply(
    gateway.fetch('/v1/images/generations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...smallCall, ...change }),
    }),
  )

/** A call with the administrator's token. */
async function admin<Answer>(gateway: GatewayProcess, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${cluster.adminToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (response.status === 204 ? null : await response.json()) as Answer
}

/** A process, called with another key. */
const withKey = (gateway: GatewayProcess, key: string): Callable => ({
  fetch: (path, init = {}) =>
    gateway.fetch(path, { ...init, headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${key}` } }),
})

async function recordOf(id: string): Promise<GenerationRecord> {
  return (await (await cluster.next().fetch(`/v2/generations/${id}`)).json()) as GenerationRecord
}

const upstreamHas = async (calls: number) => {
  while (cluster.sandbox.calls.posts() < calls) await wait(5)
}

describe('processes that share a database', () => {
  it('make a call with an idempotency key once, wherever it is repeated and while it is under way, and give the same bytes', async () => {
    const before = cluster.sandbox.calls.posts()
    const key = { 'idempotency-key': 'from-everywhere' }
    const seen = await Promise.all(Array.from({ length: 12 }, () => call(cluster.next(), { prompt: promptWith('latency=500') }, key)))
    expect(seen.map(({ status }) => status)).toEqual(Array(12).fill(200))
    expect(new Set(seen.map(({ text }) => text)).size).toBe(1)
    expect(cluster.sandbox.calls.posts() - before).toBe(1)
    expect(seen.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')).toHaveLength(11)
  })

  it('stream the end of a call that another process makes to whoever repeats it as a stream', async () => {
    const before = cluster.sandbox.calls.posts()
    const key = { 'idempotency-key': 'streamed' }
    const wish = { prompt: promptWith('latency=800'), stream: true }
    const first = call(cluster.apis[0]!, wish, key)
    await upstreamHas(before + 1)
    const [one, other] = await Promise.all([first, call(cluster.apis[1]!, wish, key)])
    const last = ({ events }: SeenReply) => events.at(-1)
    expect(last(one)!.event).toBe('image_generation.completed')
    expect(last(other)!.data['b64_json']).toBe(last(one)!.data['b64_json'])
    expect(cluster.sandbox.calls.posts() - before).toBe(1)
  })

  it('let a call wait for one like it at another process, where its caller wants that', async () => {
    const before = cluster.sandbox.calls.posts()
    const wish = { prompt: promptWith('latency=800', 'the same fox') }
    const coalesce = { 'x-darkroom-cache': 'coalesce' }
    const first = call(cluster.apis[0]!, wish, coalesce)
    await upstreamHas(before + 1)
    const [one, other] = await Promise.all([first, call(cluster.apis[2]!, wish, coalesce)])
    expect(other.headers.get('x-darkroom-cache')).toBe('coalesced')
    expect(other.text).toBe(one.text)
    expect(cluster.sandbox.calls.posts() - before).toBe(1)
  })

  it('make one call of those alike that come at the same moment at all of them', async () => {
    const before = cluster.sandbox.calls.posts()
    const wish = { prompt: promptWith('latency=2500', 'a fox of one moment') }
    const all = await Promise.all([...cluster.apis, ...cluster.apis].map((api) => call(api, wish, { 'x-darkroom-cache': 'coalesce' })))
    expect(new Set(all.map(({ text }) => text)).size).toBe(1)
    expect(all.filter(({ headers }) => headers.get('x-darkroom-cache') === 'coalesced')).toHaveLength(all.length - 1)
    expect(cluster.sandbox.calls.posts() - before).toBe(1)
  })

  it('hold a budget together: of calls at all of them exactly as many pass as it has room for', async () => {
    const project = await admin<ProjectReply>(cluster.apis[0]!, 'POST', '/v2/projects', { name: 'shared' })
    const { key } = await admin<{ key: string }>(cluster.apis[1]!, 'POST', '/v2/keys', { name: 'k', project_id: project.id })
    const { expected } = (await (
      await cluster.apis[0]!.fetch('/v2/estimate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ operation: 'generate', request: smallCall }),
      })
    ).json()) as { expected: { nanos: string } }
    const limit = (8n * BigInt(expected.nanos)).toString().padStart(10, '0')
    const limit_usd = `${limit.slice(0, -9)}.${limit.slice(-9)}`
    const budget = await admin<BudgetReply>(cluster.apis[2]!, 'POST', '/v2/budgets', {
      name: 'b',
      period: 'total',
      project_id: project.id,
      book: 'sandbox',
      limit_usd,
    })
    const before = cluster.sandbox.calls.posts()
    const seen = await Promise.all(Array.from({ length: 30 }, () => call(withKey(cluster.next(), key))))
    const passed = seen.filter(({ status }) => status === 200).length
    expect(seen.filter(({ status }) => status === 402)).toHaveLength(30 - passed)
    expect(cluster.sandbox.calls.posts() - before).toBe(passed)
    const stands = await admin<BudgetReply>(cluster.next(), 'GET', `/v2/budgets/${budget.id}`)
    expect(passed).toBe(8)
    expect(BigInt(stands.spent.nanos)).toBeLessThanOrEqual(8n * BigInt(expected.nanos))
  })

  it('refuse a key within five seconds after it was revoked at another process', async () => {
    const { id, key } = await admin<{ id: string; key: string }>(cluster.apis[0]!, 'POST', '/v2/keys', { name: 'short-lived' })
    const caller = withKey(cluster.apis[1]!, key)
    expect((await caller.fetch('/v2/models')).status).toBe(200)
    await admin(cluster.apis[2]!, 'DELETE', `/v2/keys/${id}`)
    const deadline = performance.now() + 5_000
    while ((await caller.fetch('/v2/models')).status !== 401) {
      expect(performance.now()).toBeLessThan(deadline)
      await wait(20)
    }
  })

  it('count one another’s calls towards the limits of a route', async () => {
    const inFlightAt = async (api: GatewayProcess) => {
      const { routes } = await admin<{ routes: { id: string; health: { in_flight: number } }[] }>(api, 'GET', '/v2/routes')
      return routes.find(({ id }) => id === 'upstream')!.health.in_flight
    }
    const calls = [0, 0, 1].map((at) => call(cluster.apis[at]!, { prompt: promptWith('latency=1500') }))
    await expect.poll(() => Promise.all(cluster.apis.map(inFlightAt))).toEqual([3, 3, 3])
    await Promise.all(calls)
    await expect.poll(() => Promise.all(cluster.apis.map(inFlightAt))).toEqual([0, 0, 0])
  })
})

describe('jobs of processes that share a database', () => {
  it('are made by the workers, followed at any process, and told of once', async () => {
    const hook = await admin<WebhookReply>(cluster.apis[0]!, 'POST', '/v2/webhooks', {
      url: `${receiver.url}/hook`,
      events: ['job.completed'],
    })
    const ids = await Promise.all(Array.from({ length: 12 }, (_, at) => submitSmall(cluster.next(), { prompt: `fox ${at}` })))
    const follower = cluster.next().fetch(`/v2/jobs/${ids[0]}/events`)
    const jobs = await Promise.all(ids.map((id) => jobWhen(cluster.next(), id)))
    expect(jobs.map(({ state }) => state)).toEqual(Array(12).fill('completed'))
    const followed = await (await follower).text()
    expect(followed).toContain('event: completed')
    await receiver.has(12)
    await wait(300)
    expect(new Set(eventIds(receiver.received)).size).toBe(receiver.received.length)
    const [picture] = jobs[0]!.results!
    const bytes = await fetch(picture!.url.replace(/^http:\/\/[^/]+/, cluster.apis[1]!.url))
    expect(bytes.status).toBe(200)
    await admin(cluster.apis[0]!, 'DELETE', `/v2/webhooks/${hook.id}`)
  })

  it('go on when the worker dies that had them: none is lost, none is paid for twice', async () => {
    const before = cluster.sandbox.calls.posts()
    const ids = await Promise.all(Array.from({ length: 16 }, () => submitSmall(cluster.next(), { prompt: promptWith('latency=1000') })))
    await upstreamHas(before + 4)
    const dead = cluster.workers[0]!
    await dead.end('SIGKILL')
    const jobs = await Promise.all(ids.map((id) => jobWhen(cluster.next(), id)))
    const states = Map.groupBy(jobs, ({ state }) => state)
    expect([...states.keys()].filter((state) => state !== 'completed' && state !== 'outcome_unknown')).toEqual([])
    expect(states.get('completed')!.length).toBeGreaterThanOrEqual(12)
    await cluster.again(dead)
    for (const { id } of jobs) expect(['completed', 'outcome_unknown']).toContain((await readJob(cluster.next(), id)).state)
  })
})

describe('a picture that is deleted at one process', () => {
  it('is 410 at once at all others, by every address, and leaves the bucket', async () => {
    const made = await call(cluster.apis[0]!, { prompt: 'to be deleted' })
    const [image] = (await recordOf(made.generationId!)).images
    const jobId = await submitSmall(cluster.apis[1]!, { prompt: 'to be deleted, too' })
    const [result] = (await jobWhen(cluster.next(), jobId)).results!
    const [ofJob] = (await recordOf(jobId)).images
    const everywhere = (path: string) =>
      Promise.all([...cluster.apis, ...cluster.workers].map((gateway) => gateway.fetch(path).then(({ status }) => status)))
    const signed = new URL(result!.url)
    expect(await everywhere(`/v2/images/${image!.id}`)).toEqual(Array(5).fill(200))
    expect(await everywhere(signed.pathname + signed.search)).toEqual(Array(5).fill(200))

    const remove = (gateway: GatewayProcess, path: string) => gateway.fetch(path, { method: 'DELETE' })
    expect((await remove(cluster.apis[1]!, `/v2/images/${image!.id}`)).status).toBe(200)
    expect(await everywhere(`/v2/images/${image!.id}`)).toEqual(Array(5).fill(410))
    expect((await remove(cluster.apis[2]!, `/v2/generations/${jobId}/images`)).status).toBe(200)
    expect(await everywhere(`/v2/images/${ofJob!.id}`)).toEqual(Array(5).fill(410))
    expect(await everywhere(signed.pathname + signed.search)).toEqual(Array(5).fill(410))
    const left = async () => (await cluster.s3.keys()).filter((key) => [image!.sha256, ofJob!.sha256].some((hash) => key.includes(hash)))
    await expect.poll(left, { timeout: 60_000 }).toEqual([])
  })
})

describe('a process that dies during a call', () => {
  it('leaves it held as unknown, as others say within seconds; started again with its folder it books what came', async () => {
    const victim = cluster.apis[2]!
    await victim.end('SIGTERM')
    const doomed = await cluster.again(victim, 'before_settle:1:kill')
    const before = cluster.sandbox.calls.posts()
    const key = { 'idempotency-key': 'goes-down' }
    await call(doomed, {}, key).catch(() => null)
    await doomed.ended
    const repeated = await call(cluster.apis[0]!, {}, key)
    expect(repeated).toMatchObject({ status: 502, error: { outcome: 'unknown' } })
    const id = repeated.generationId!
    await expect.poll(async () => (await recordOf(id)).status, { timeout: 20_000 }).toBe('outcome_unknown')
    await cluster.again(doomed)
    expect(await recordOf(id)).toMatchObject({
      status: 'completed',
      images: [{ storage: 'stored' }],
      outcome_evidence: [{ step: 'E0', finding: 'charged', effect: 'resolved' }],
    })
    expect((await call(cluster.apis[1]!, {}, key)).status).toBe(200)
    expect(cluster.sandbox.calls.posts() - before).toBe(1)
  })
})

describe('all that was done', () => {
  it('stands in the books as it stands on the invoice, and every picture in the bucket is what its hash says', async () => {
    const books = await readBooks(cluster.apis[0]!, cluster.sandbox.url)
    expect(books).toMatchObject({ running: [], madeTwice: [], differing: [], rowsWithoutBytes: [] })
    expect(books.booked + books.declaredUnknown).toBe(books.invoiced)
  })
})
