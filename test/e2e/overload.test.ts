import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeProject } from '../support/admin-calls.ts'
import { ledgerLines, postGeneration, promptWith, type SeenReply, seeReply } from '../support/generation-calls.ts'
import { openSocket, rawRequest } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

const yaml = `version: 1
admission: { calls: 4, waiting: 4, wait_s: 1, body_mb: 8, body_mb_per_project: 2, connections: 300, weights: { shop: 2 } }
`

beforeAll(async () => {
  gateway = await startTestGateway({ yaml })
})
afterAll(() => gateway.close())

const parts = () => gateway.gateway.parts
const upstreamCalls = () => gateway.gateway.sandbox!.calls.posts()

const callWith = (key: string, script: string): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, { prompt: promptWith(script) }, { headers: { authorization: `Bearer ${key}` } }))

const readAsAdmin = (path: string) => fetch(gateway.url + path, { headers: { authorization: `Bearer ${gateway.adminToken}` } })

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 2))
}

/** Everything a server says on a socket until it closes. */
async function heard(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (piece: Buffer) => {
    text += piece.toString('latin1')
  })
  await once(socket, 'close')
  return text
}

const statusesIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))

describe('ten times as many calls as there are places', () => {
  let flood: SeenReply[]
  let meanwhile: { own: SeenReply; record: number; health: number; metrics: string }

  beforeAll(async () => {
    const { key } = await makeProject(gateway, 'flood')
    const shop = await makeProject(gateway, 'shop')
    const flooding = Promise.all(Array.from({ length: 40 }, () => callWith(key, 'latency=400')))
    await until(() => parts().admission.load.waiting > 0)
    const own = await callWith(shop.key, 'latency=1')
    const metrics = await readAsAdmin('/metrics')
    meanwhile = {
      own,
      record: (await readAsAdmin(`/v2/generations/${own.generationId}`)).status,
      health: (await fetch(`${gateway.url}/readyz`)).status,
      metrics: await metrics.text(),
    }
    flood = await flooding
  })

  it('B76 are refused but for those that come in or wait: free, with the time to come again, and may be repeated', () => {
    const refused = flood.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThanOrEqual(20)
    for (const { status, error, headers } of refused) {
      expect(status).toBe(429)
      expect(error).toMatchObject({ code: 'overloaded', outcome: 'not_charged', next_action: 'retry', generation_id: null })
      expect(headers.get('x-should-retry')).toBe('true')
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    }
  })

  it('leave nothing behind of those that were refused: no reservation, no call', async () => {
    const answered = flood.filter(({ status }) => status === 200).length + 1
    const asAdmin = { ...gateway, fetch: (path: string) => readAsAdmin(path) }
    const generations = new Set((await ledgerLines(asAdmin)).map(({ generation_id }) => generation_id))
    expect([generations.size, upstreamCalls()]).toEqual([answered, answered])
    await until(() => parts().admission.load.calls === 0)
    expect(parts().admission.load).toEqual({ calls: 0, bodyBytes: 0, waiting: 0 })
  })

  it('do not keep another project out, nor anybody who only reads', () => {
    expect(meanwhile.own.status).toBe(200)
    expect([meanwhile.record, meanwhile.health]).toEqual([200, 200])
    expect(meanwhile.metrics).toMatch(/^darkroom_requests_shed_total\{code="overloaded"\} [1-9]/m)
  })
})

describe('a body', () => {
  const head = (key: string, length: number) =>
    rawRequest('POST /v1/images/edits', {
      Host: 'localhost',
      Authorization: `Bearer ${key}`,
      'Content-Type': 'multipart/form-data; boundary=x',
      'Content-Length': String(length),
    })

  it('is refused before it is read where its project takes in as much as it may, and other projects go on', async () => {
    const { key } = await makeProject(gateway, 'uploads')
    const first = await openSocket(gateway.url)
    first.write(head(key, 2_000_000))
    await until(() => parts().admission.load.bodyBytes >= 2_000_000)
    const second = await openSocket(gateway.url)
    second.write(head(key, 300_000))
    await until(() => parts().admission.load.waiting === 1)
    expect((await seeReply(postGeneration(gateway))).status).toBe(200)
    const [answer] = (await once(second, 'data')) as [Buffer]
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 429 /)
    expect(answer.toString('latin1')).toContain('"code":"overloaded"')
    first.destroy()
    second.destroy()
    await until(() => parts().admission.load.bodyBytes === 0)
  })

  it('larger than the share of its project comes in when nothing else of it does', async () => {
    const { key } = await makeProject(gateway, 'large')
    const socket = await openSocket(gateway.url)
    socket.write(`${head(key, 3_000_000)}--x\r\n`)
    await until(() => parts().admission.load.bodyBytes === 2_000_000)
    socket.destroy()
    await until(() => parts().admission.load.bodyBytes === 0)
  })

  it('that waits is forgotten when its sender leaves', async () => {
    const { key } = await makeProject(gateway, 'leaving')
    const sockets = await Promise.all([2_000_000, 300_000].map(async () => openSocket(gateway.url)))
    sockets[0]!.write(head(key, 2_000_000))
    await until(() => parts().admission.load.bodyBytes >= 2_000_000)
    sockets[1]!.write(head(key, 300_000))
    await until(() => parts().admission.load.waiting === 1)
    for (const socket of sockets) socket.destroy()
    await until(() => parts().admission.load.waiting === 0 && parts().admission.load.bodyBytes === 0)
  })
})

describe('one connection', () => {
  it('B24 has the first sixteen of a thousand requests it sends at once answered, and is then told to slow down and closed', async () => {
    const before = upstreamCalls()
    const socket = await openSocket(gateway.url)
    const answers = heard(socket)
    const call = rawRequest('GET /v2/models', { Host: 'localhost', Authorization: `Bearer ${gateway.key}` })
    socket.write(call.repeat(1000))
    const text = await answers
    expect(statusesIn(text)).toEqual([...Array(16).fill(200), 429])
    expect(text).toContain('"code":"rate_limited"')
    expect(upstreamCalls()).toBe(before)
    expect((await gateway.fetch('/v2/models')).status).toBe(200)
  })

  it('of many idle ones is closed to make room when there are as many as may be', async () => {
    const idle = await Promise.all(Array.from({ length: 150 }, () => openSocket(gateway.url)))
    await Promise.all(
      idle.map(async (socket) => {
        socket.write(rawRequest('GET /healthz', { Host: 'localhost' }))
        await once(socket, 'data')
      }),
    )
    const closed = new Promise((resolve) => idle[0]!.once('close', resolve))
    const pressing: Promise<Socket | null>[] = []
    const timer = setInterval(() => pressing.push(openSocket(gateway.url).catch(() => null)), 2)
    await closed
    clearInterval(timer)
    for (const socket of [...idle, ...(await Promise.all(pressing))]) socket?.destroy()
    expect(pressing.length).toBeGreaterThan(100)
  })
})

describe('wrong keys', () => {
  it('B69 from one address are told to slow down; a good key from there is as good as ever', async () => {
    const tryWith = async (key: string) => seeReply(fetch(`${gateway.url}/v2/models`, { headers: { authorization: `Bearer ${key}` } }))
    const replies: SeenReply[] = []
    for (let round = 0; round < 10; round++)
      replies.push(...(await Promise.all(Array.from({ length: 20 }, (_, index) => tryWith(`dk-wrong-${round}-${index}`)))))
    const statuses = replies.map(({ status }) => status)
    expect(statuses.slice(0, 40)).toEqual(Array(40).fill(401))
    expect(statuses.slice(-100).filter((status) => status === 429).length).toBeGreaterThan(90)
    const slowDown = replies.at(-1)!
    expect(slowDown).toMatchObject({ status: 429, error: { code: 'rate_limited', outcome: 'not_charged' } })
    expect([slowDown.headers.get('retry-after'), slowDown.headers.get('x-should-retry')]).toEqual(['1', 'false'])
    expect((await tryWith(gateway.key)).status).toBe(200)
  })
})
