import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type api, createDarkroom, type Darkroom, type DarkroomOptions, RefusedError, TimeoutError } from '../../sdk/src/index.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let darkroom: Darkroom

const client = (change: Partial<DarkroomOptions> = {}) =>
  createDarkroom({ baseUrl: gateway.url, key: gateway.key, retries: { firstDelayMs: 1, longestDelayMs: 5 }, ...change })
const posts = () => gateway.gateway.sandbox!.calls.posts()
const later = { start_at: new Date(Date.now() + 3_600_000).toISOString() }

beforeAll(async () => {
  gateway = await startTestGateway()
  darkroom = client()
})
afterAll(() => gateway.close())

describe('jobs.bulk', () => {
  it('makes items of every shape, tells how far it is, and gives items, pictures and archive', async () => {
    const told: api.Bulk[] = []
    const bulk = await darkroom.jobs.bulk(
      [
        { custom_id: 'plain', ...smallCall },
        { custom_id: 'native', request: { ...smallCall, prompt: 'a hen' } },
        { custom_id: 'unified', prompt: 'a cat', gptImage2Params: { quality: 'low', size: '1024x640', output_format: 'png' } },
        { custom_id: 'blocked', ...smallCall, prompt: promptWith('moderation') },
      ],
      { name: 'shapes', priority: 'high' },
    )
    const ended = await bulk.wait({ onProgress: (state) => told.push(state) })
    expect(ended).toMatchObject({ id: bulk.id, name: 'shapes', priority: 'high', state: 'ended', counts: { completed: 3, failed: 1 } })
    expect([told.at(-1), bulk.isReplay]).toEqual([ended, false])
    const items = await Array.fromAsync(bulk.items())
    expect(items.map(({ custom_id, state }) => `${custom_id} ${state}`)).toEqual([
      'plain completed',
      'native completed',
      'unified completed',
      'blocked failed',
    ])
    const failed = await Array.fromAsync(bulk.items({ state: 'failed' }))
    expect(failed.map(({ error }) => error?.['code'])).toEqual(['moderation_blocked'])
    const picture = await darkroom.images.blob(items[0]!.images[0]!.id)
    const files = unzipSync(new Uint8Array(await new Response(await bulk.archive()).arrayBuffer()))
    expect(Object.keys(files).sort()).toEqual(['1-plain.png', '2-native.png', '3-unified.png', 'manifest.csv'])
    expect(Buffer.from(files['1-plain.png']!).equals(Buffer.from(await picture.arrayBuffer()))).toBe(true)
  })

  it('fills a template, and is one bulk under its key, also when the answer to it is lost', async () => {
    await using proxy = await startCuttingProxy(gateway.url, [0, 100])
    const order = {
      template: { request: { ...smallCall, prompt: 'a {{animal}}' } },
      items: ['fox', 'hen', 'cat'].map((animal) => ({ animal })),
    }
    const before = posts()
    const bulk = await client({ baseUrl: proxy.url }).jobs.bulk(order)
    expect(bulk.idempotencyKey).toMatch(/^sdk-[0-9a-f]{32}$/)
    const again = await darkroom.jobs.bulk(order, { idempotencyKey: bulk.idempotencyKey! })
    expect([again.id, again.isReplay, bulk.isReplay, proxy.connections()]).toEqual([bulk.id, true, true, 3])
    expect((await darkroom.jobs.openBulk(bulk.id).wait()).counts.completed).toBe(3)
    expect(posts() - before).toBe(3)
    const byName = await darkroom.call('POST /v2/jobs/bulk', { body: order }, { idempotencyKey: bulk.idempotencyKey! })
    expect(byName.id).toBe(bulk.id)
  })

  it('carries a key of its own as a call by name too', async () => {
    const sent: string[] = []
    const watched = client({
      fetch: (address, init) => {
        sent.push(new Headers(init?.headers).get('idempotency-key') ?? 'none')
        return fetch(address, init)
      },
    })
    const { id } = await watched.call('POST /v2/jobs/bulk', { body: { items: [{ ...smallCall }], ...later } })
    expect(sent).toEqual([expect.stringMatching(/^sdk-/)])
    await darkroom.jobs.openBulk(id).cancel()
  })

  it('is refused whole, naming the items that cannot be used', async () => {
    const fault = await darkroom.jobs.bulk([{ ...smallCall }, { request: 'x' } as never]).catch((error) => error)
    expect(fault).toBeInstanceOf(RefusedError)
    expect(fault).toMatchObject({ code: 'invalid_bulk', param: 'items[1].request', outcome: 'not_charged' })
  })

  it('is paused, resumed and cancelled; waiting for it ends when it was told to, and the bulk goes on', async () => {
    const bulk = await darkroom.jobs.bulk([{ ...smallCall }, { ...smallCall }], { ...later, route: 'sandbox' })
    expect((await bulk.pause()).state).toBe('paused')
    expect((await bulk.resume()).state).toBe('running')
    const fault = await bulk.wait({ timeoutMs: 50 }).catch((error) => error)
    expect(fault).toBeInstanceOf(TimeoutError)
    expect(fault).toMatchObject({ outcome: 'unknown', message: expect.stringContaining('The bulk goes on') })
    expect((await bulk.cancel()).state).toBe('cancelled')
    expect((await bulk.wait()).counts).toMatchObject({ cancelled: 2, completed: 0 })
    await expect(bulk.resume()).rejects.toMatchObject({ status: 409 })
    await expect(darkroom.jobs.openBulk('set_1').archive()).rejects.toMatchObject({ status: 404 })
  })
})
