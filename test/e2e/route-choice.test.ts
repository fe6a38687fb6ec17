import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { RoutesReply } from '../../src/contract/record.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { everything, facesEnvironment, passGates, routesYaml, statedContract, upstream } from '../support/face-routes.ts'
import { ledgerLines, postGeneration, type SeenReply, seeReply, settledRecord, sumOf } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let first: Sandbox
let second: Sandbox
let gateway: TestGateway
const clock = movedClock()

const admin = () => ({ authorization: `Bearer ${gateway.adminToken}` })
const enable = (id: string) => gateway.fetch(`/v2/routes/${id}/enable`, { method: 'POST', headers: admin() })
const chargedTo = (sandbox: Sandbox) => sandbox.invoice.totals().nanos

async function cardOf(id: string) {
  const { routes } = (await (await gateway.fetch('/v2/routes')).json()) as RoutesReply
  return routes.find((route) => route.id === id)!
}

interface Outcome {
  seen: SeenReply
  record: Awaited<ReturnType<typeof settledRecord>>
  /** Calls that each upstream saw, and what it charged. */
  calls: [first: number, second: number]
  charged: [first: bigint, second: bigint]
}

/** One call, with what both upstreams saw of it. */
async function call(change: object = {}, headers: Record<string, string> = {}): Promise<Outcome> {
  const before = [first.calls.posts(), second.calls.posts(), chargedTo(first), chargedTo(second)] as const
  const seen = await seeReply(postGeneration(gateway, change, { headers }))
  const record = await settledRecord(gateway, seen.generationId!)
  return {
    seen,
    record,
    calls: [first.calls.posts() - before[0], second.calls.posts() - before[1]],
    charged: [chargedTo(first) - before[2], chargedTo(second) - before[3]],
  }
}

describe('a call that fails on the first of two routes', () => {
  beforeAll(async () => {
    first = await upstream()
    second = await upstream()
    const yaml = routesYaml(first, [
      { id: 'first', face: 'honest' },
      { id: 'second', face: 'honest', at: second },
    ])
    gateway = await startTestGateway({ yaml, environment: facesEnvironment, clock })
    await passGates(gateway, ['first', 'second'])
  }, 60_000)
  afterAll(async () => {
    await gateway.close()
    await first.close()
    await second.close()
  })
  beforeEach(async () => {
    // What the breaker saw of the test before is long ago.
    clock.move(60_000)
    await enable('first')
  })
  afterEach(() => {
    first.faults.clear()
  })

  /** The words of the fault, what is recorded of the first attempt, and whether another route may be asked. */
  const turnedAway = [
    ['F19', 'status=429, retry-after=0', 'rate_limit'],
    ['F20', 'code=insufficient_quota', 'quota'],
    ['F20', 'code=billing_hard_limit_reached', 'quota'],
    ['F21', 'status=401', 'auth'],
    ['F21', 'status=403', 'auth'],
    ['F21', 'status=404, code=model_not_found', 'validation'],
  ] as const
  it.each(turnedAway)('%s %s: it was surely not made, so the next route makes it', async (_id, fault, reason) => {
    first.faults.arm({ fault })
    const { seen, record, calls, charged } = await call()
    expect([seen.status, seen.headers.get('x-darkroom-route'), calls]).toEqual([200, 'second', [1, 1]])
    expect(record).toMatchObject({ status: 'completed', route_id: 'second', retry_reason: null })
    expect(record.attempts.map((attempt) => [attempt.route_id, attempt.retry_reason, attempt.cost?.nanos])).toEqual([
      ['first', reason, '0'],
      ['second', null, String(charged[1])],
    ])
    expect(charged[0]).toBe(0n)
    expect(record.cost.reserved_nanos).not.toBe('0')
    const lines = await ledgerLines(gateway, record.id)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(sumOf(lines, 'settle')).toBe(charged[1])
  })

  const stopped = [
    ['F22', 'moderation', 400, 'policy', 'not_charged'],
    ['F22', 'status=400, code=invalid_value', 400, 'validation', 'not_charged'],
    ['F23', 'status=500', 503, 'provider_5xx', 'not_charged'],
    ['F23', 'status=503', 503, 'provider_5xx', 'not_charged'],
    ['F24', 'html', 502, 'unknown_outcome', 'unknown'],
    ['F24', 'html, status=504', 502, 'unknown_outcome', 'unknown'],
    ['F06', 'reset-before-headers', 502, 'unknown_outcome', 'unknown'],
    ['F29', 'redirect', 502, 'validation', 'not_charged'],
    ['F30', 'gzip', 502, 'unknown_outcome', 'charged'],
    ['F12', 'no-data', 502, 'unknown_outcome', 'charged'],
  ] as const
  it.each(stopped)(
    '%s %s: it may have been made, or nobody would take it, so nobody else is asked',
    async (_id, fault, status, reason, outcome) => {
      first.faults.arm({ fault })
      const { seen, record, calls } = await call()
      expect([seen.status, seen.error?.outcome, calls]).toEqual([status, outcome, [1, 0]])
      expect(seen.headers.get('x-should-retry')).toBe('false')
      expect(record.attempts.map((attempt) => attempt.retry_reason)).toEqual([reason])
    },
  )

  it('F07 silence until the time is over: it may have been made', async () => {
    first.faults.arm({ fault: 'silence' })
    const { seen, record, calls } = await call({}, { 'x-darkroom-timeout-ms': '1000' })
    expect([seen.status, calls, record.status]).toEqual([502, [1, 0], 'outcome_unknown'])
  })

  it('F09 an answer that breaks off: it was made', async () => {
    first.faults.arm({ fault: 'cut=30%' })
    const { seen, calls, charged } = await call()
    expect([seen.ending, calls, charged[1]]).toEqual(['broken', [1, 0], 0n])
  })

  it('a stream is turned to the next route too, as long as nothing was said in it', async () => {
    first.faults.arm({ fault: 'status=429, retry-after=0' })
    const { seen, calls } = await call({ stream: true, partial_images: 1 })
    expect([seen.status, seen.ending, calls]).toEqual([200, 'whole', [1, 1]])
    expect(seen.events.at(-1)?.event).toBe('image_generation.completed')
  })

  const switchedOff = [
    ['F21', 'status=401', 'auth'],
    ['F20', 'code=insufficient_quota', 'quota'],
  ] as const
  it.each(switchedOff)('%s %s switches the route off at once; the next call does not try it', async (_id, fault, reason) => {
    first.faults.arm({ fault })
    await call()
    expect((await cardOf('first')).health).toMatchObject({ state: 'disabled', reason })
    expect((await call()).calls).toEqual([0, 1])
    expect(await (await enable('first')).json()).toEqual({ route_id: 'first', was_disabled: true })
    expect((await call()).calls).toEqual([1, 0])
  })

  it('a route that is named is the only one that is asked', async () => {
    first.faults.arm({ fault: 'status=429, retry-after=0' })
    const { seen, calls } = await call({}, { 'x-darkroom-route': 'first' })
    expect([seen.status, seen.error?.code, calls]).toEqual([429, 'rate_limit_exceeded', [1, 0]])
  })

  it('F33 five failures open the breaker: calls go elsewhere, and where there is no elsewhere they are refused at once', async () => {
    first.faults.arm({ fault: 'html', times: null })
    for (let tries = 0; tries < 5; tries += 1) await call()
    expect((await cardOf('first')).health).toMatchObject({ state: 'open', reason: 'breaker_open' })
    expect((await call()).calls).toEqual([0, 1])
    const posts = first.calls.posts()
    const named = await seeReply(postGeneration(gateway, {}, { headers: { 'x-darkroom-route': 'first' } }))
    expect(named).toMatchObject({ status: 503, error: { code: 'route_unavailable', outcome: 'not_charged' } })
    expect(Number(named.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(named.generationId).toBeNull()
    expect(first.calls.posts()).toBe(posts)
  })
})

describe('the policy of the file', () => {
  let a: Sandbox
  let b: Sandbox
  beforeAll(async () => {
    a = await upstream()
    b = await upstream()
  })
  afterAll(async () => {
    await a.close()
    await b.close()
  })

  const onlyLow = `
    capabilities:
      - { from: '2026-01-01', sizes: model, qualities: [low], formats: model, streaming: true, edits: false, source: test }${statedContract}`

  async function withPolicy(
    policy: string,
    check: (at: TestGateway) => Promise<void>,
    more = everything() + statedContract,
  ): Promise<void> {
    const yaml = routesYaml(
      a,
      [
        { id: 'dear', face: 'honest', owner: 'Faces Ltd', more },
        { id: 'cheap', face: 'honest', at: b, owner: 'Faces Ltd', card: 'faces-per-call', more },
      ],
      policy,
    )
    await using at = await startTestGateway({ yaml, environment: facesEnvironment })
    await passGates(at, ['dear', 'cheap'])
    await check(at)
  }
  const servedBy = async (at: TestGateway, change: object = {}) =>
    (await seeReply(postGeneration(at, change))).headers.get('x-darkroom-route')

  it('asks the cheapest first where the order is cost, call by call', async () => {
    await withPolicy('policy: { order: cost }', async (at) => {
      expect(await servedBy(at, { quality: 'low' })).toBe('dear')
      expect(await servedBy(at, { quality: 'high' })).toBe('cheap')
    })
  })

  it('holds for one project what it says of that project alone', async () => {
    await withPolicy('policy: { order: listed, projects: { default: { order: cost } } }', async (at) => {
      expect(await servedBy(at, { quality: 'high' })).toBe('cheap')
    })
  })

  it('lets only allowed owners serve', async () => {
    await withPolicy('policy: { allow_owners: [Somebody Else] }', async (at) => {
      expect(await seeReply(postGeneration(at))).toMatchObject({ status: 503, error: { code: 'no_route', outcome: 'not_charged' } })
    })
  })

  it('lowers a quality that no route takes, only where that is allowed, and says so', async () => {
    await withPolicy(
      'policy: {}',
      async (at) => {
        expect(await seeReply(postGeneration(at, { quality: 'high' }))).toMatchObject({
          status: 400,
          error: { code: 'unsupported_on_route', param: 'quality' },
        })
      },
      onlyLow,
    )
    await withPolicy(
      'policy: { downgrade: [quality] }',
      async (at) => {
        const seen = await seeReply(postGeneration(at, { quality: 'high' }))
        const record = await settledRecord(at, seen.generationId!)
        expect([seen.status, seen.headers.get('x-darkroom-warnings')]).toEqual([200, 'downgraded'])
        expect(record.request_shape.quality).toBe('high')
        expect(record.warnings).toMatchObject([
          { code: 'downgraded', param: 'quality', message: expect.stringContaining('Asked for quality high, served low') },
        ])
        expect(a.invoice.lines().at(-1)).toMatchObject({ quality: 'low' })
      },
      onlyLow,
    )
  })

  it('F23 follows a complete 500 by one more call only where that is allowed, and never by a third', async () => {
    await withPolicy('policy: { redispatch_500: true }', async (at) => {
      a.faults.arm({ fault: 'status=500' })
      expect(await servedBy(at)).toBe('cheap')
      a.faults.arm({ fault: 'status=500' })
      b.faults.arm({ fault: 'status=500' })
      const seen = await seeReply(postGeneration(at))
      expect([seen.status, (await settledRecord(at, seen.generationId!)).attempts.length]).toEqual([503, 2])
    })
  })

  it('never sends an edit where there are only generations', async () => {
    await withPolicy(
      'policy: {}',
      async (at) => {
        const form = new FormData()
        form.set('model', 'gpt-image-2')
        form.set('prompt', 'a fox')
        form.set('image', new Blob([Buffer.from('not looked at')], { type: 'image/png' }), 'in.png')
        const before = a.calls.posts() + b.calls.posts()
        const answer = await at.fetch('/v1/images/edits', { method: 'POST', body: form })
        expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_on_route' } })
        expect(a.calls.posts() + b.calls.posts()).toBe(before)
      },
      onlyLow,
    )
  })

  it('turns to the next route where the first has as many calls as it takes', async () => {
    const limited = `${everything() + statedContract}
    limits: { concurrency: 1 }`
    await withPolicy(
      'policy: {}',
      async (at) => {
        a.faults.arm({ fault: 'latency=400' })
        const [one, two] = await Promise.all([servedBy(at), servedBy(at)])
        expect([one, two].sort()).toEqual(['cheap', 'dear'])
        a.faults.arm({ fault: 'latency=400' })
        b.faults.arm({ fault: 'latency=400' })
        const [, , third] = await Promise.all([
          seeReply(postGeneration(at)),
          seeReply(postGeneration(at)),
          seeReply(postGeneration(at)),
        ]).then((seen) => seen.sort((x, y) => x.status - y.status))
        expect(third).toMatchObject({ status: 429, error: { code: 'rate_limit_exceeded', outcome: 'not_charged' } })
      },
      limited,
    )
  })
})

describe('a call that is made again', () => {
  let bodies: string[] = []
  let server: Server
  beforeAll(async () => {
    server = createServer((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece) => pieces.push(piece))
      request.on('end', () => {
        bodies.push(Buffer.concat(pieces).toString())
        response.writeHead(500, { 'content-type': 'application/json', 'x-request-id': 'req_1' })
        response.end(JSON.stringify({ error: { message: 'no', type: 'server_error', code: null, param: null } }))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it('is the same to the byte', async () => {
    bodies = []
    const at = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const sandbox = await upstream()
    const yaml = routesYaml(sandbox, [{ id: 'only', face: '', at }], 'policy: { redispatch_500: true }')
    await using gateway = await startTestGateway({ yaml, environment: facesEnvironment })
    await seeReply(postGeneration(gateway, { prompt: '新茶入荷 "quoted"', user: 'someone' }, { headers: { 'x-darkroom-route': 'only' } }))
    await sandbox.close()
    expect(bodies).toHaveLength(2)
    expect(bodies[1]).toBe(bodies[0])
  })
})
