import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawQuery } from '../../src/db/index.ts'
import { makeKey, makeProject } from '../support/admin-calls.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, type SeenReply, seeReply } from '../support/generation-calls.ts'
import { type MovedClock, movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let clock: MovedClock
let gateway: TestGateway

beforeAll(async () => {
  clock = movedClock()
  gateway = await startTestGateway({ clock })
})
afterAll(() => gateway.close())

const ask = (change: object, cache: string | null, headers: Record<string, string> = {}): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, change, { headers: { ...(cache !== null && { 'x-darkroom-cache': cache }), ...headers } }))
const cacheOf = ({ headers }: SeenReply) => headers.get('x-darkroom-cache')
const posts = () => gateway.gateway.sandbox!.calls.posts()
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('x-darkroom-cache: ttl', () => {
  it('gives a stored picture of the same request at no cost, and says so in header, record and metrics', async () => {
    const first = await ask({ prompt: 'cached' }, 'ttl=60')
    const [before, lines] = [posts(), await ledgerLines(gateway)]
    const { project_id } = await readRecord(gateway, first.generationId!)
    const { key } = await makeKey(gateway, project_id)
    const hits = [await ask({ prompt: 'cached' }, 'ttl=60'), await ask({ prompt: 'cached' }, 'ttl=60', bearer(key))]
    expect([cacheOf(first), ...hits.map(cacheOf)]).toEqual(['miss', 'hit', 'hit'])
    expect(hits.map(({ text, generationId }) => [text === first.text, generationId])).toEqual(Array(2).fill([true, first.generationId]))
    expect([posts(), await ledgerLines(gateway)]).toEqual([before, lines])
    const { idempotency } = await readRecord(gateway, first.generationId!)
    expect(idempotency!.attached.map(({ attached_by }) => attached_by)).toEqual(['cache', 'cache'])
    const metrics = await fetch(`${gateway.url}/metrics`, { headers: bearer(gateway.adminToken) })
    expect(await metrics.text()).toContain('darkroom_repeated_calls_total{attached_by="cache"} 2')
  })

  it('makes the call where nobody asked for the cache, the result is too old or gone, the request another, or the project', async () => {
    const first = await ask({ prompt: 'fresh' }, null)
    expect(cacheOf(first)).toBeNull()
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'ttl=60'))).toBe('hit')
    expect(cacheOf(await ask({ prompt: 'fresh' }, null))).toBeNull()
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'off'))).toBeNull()
    expect(cacheOf(await ask({ prompt: 'fresh', stream: true }, 'ttl=60'))).toBe('miss')
    const stranger = await makeProject(gateway, 'stranger')
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'ttl=60', bearer(stranger.key)))).toBe('miss')
    clock.move(61_000)
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'ttl=60'))).toBe('miss')
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'ttl=120'))).toBe('hit')
    const deleteAll = rawQuery("update images set deleted_at_ms = 1 where project_id <> ''")
    await gateway.gateway.parts.database.transact([{ query: deleteAll }])
    expect(cacheOf(await ask({ prompt: 'fresh' }, 'ttl=120'))).toBe('miss')
  })

  it('does not give out what failed', async () => {
    const call = { prompt: promptWith('status=400') }
    const answers = [await ask(call, 'ttl=60'), await ask(call, 'ttl=60')]
    expect(answers.map(({ status }) => status)).toEqual([400, 400])
    expect(answers[0]!.generationId).not.toBe(answers[1]!.generationId)
  })

  it('binds a key to the picture it gave: the key gives that one, whatever becomes of the cache', async () => {
    const first = await ask({ prompt: 'bound' }, null)
    const key = { 'idempotency-key': 'bound-1' }
    expect(await ask({ prompt: 'bound' }, 'ttl=60', key)).toMatchObject({ status: 200, generationId: first.generationId })
    clock.move(3_600_000)
    const again = await ask({ prompt: 'bound' }, 'ttl=60', key)
    expect([again.generationId, again.headers.get('idempotent-replayed'), cacheOf(again)]).toEqual([first.generationId, 'true', null])
    expect((await readRecord(gateway, first.generationId!)).idempotency!.keys).toEqual(['bound-1'])
  })
})

describe('x-darkroom-cache: coalesce', () => {
  it('makes one call of identical ones that come at once, of whichever key of the project; the next is a new call', async () => {
    const { project, key } = await makeProject(gateway, 'team')
    const mate = await makeKey(gateway, project.id)
    const change = { prompt: promptWith('latency=300', 'together') }
    const before = posts()
    const keys = [key, mate.key, key, mate.key, key]
    const answers = await Promise.all(keys.map((each) => ask(change, 'coalesce', bearer(each))))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.map(cacheOf).sort()).toEqual(['coalesced', 'coalesced', 'coalesced', 'coalesced', 'miss'])
    expect(posts() - before).toBe(1)
    expect(cacheOf(await ask(change, 'coalesce', bearer(key)))).toBe('miss')
    expect(posts() - before).toBe(2)
  })

  it('leaves those alone who did not ask for it, and other projects', async () => {
    const change = { prompt: promptWith('latency=300', 'apart') }
    const stranger = await makeProject(gateway, 'apart')
    const before = posts()
    const answers = await Promise.all([ask(change, null), ask(change, null), ask(change, 'coalesce', bearer(stranger.key))])
    expect(answers.map(cacheOf)).toEqual([null, null, 'miss'])
    expect(posts() - before).toBe(3)
  })
})
