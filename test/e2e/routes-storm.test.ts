import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { facesEnvironment, passGates, routesYaml, upstream } from '../support/face-routes.ts'
import { ledgerLines, postGeneration, promptWith, readAtMost, sumOf } from '../support/generation-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_129)
const CALLS = 1000
const AT_ONCE = 12

/** Every class of failure that an upstream can be told to show; they meet whichever route the call reaches. */
const faults = [
  'status=429, retry-after=0',
  'status=400, code=invalid_value',
  'moderation',
  'moderation=output',
  'status=500',
  'status=503',
  'html',
  'html, status=504',
  'reset-before-headers',
  'redirect',
  'gzip',
  'no-data',
  'cut=20%',
  'reset=40%',
  'broken-json',
  'usage=missing',
  'no-request-id',
  'truncated-image',
] as const

let sandboxes: [Sandbox, Sandbox]
let gateway: TestGateway
const statuses = new Map<number, number>()

beforeAll(async () => {
  sandboxes = [await upstream(), await upstream()]
  const yaml = routesYaml(
    sandboxes[0],
    [
      { id: 'first', face: 'honest' },
      { id: 'second', face: 'honest', at: sandboxes[1] },
    ],
    'policy: { redispatch_500: true }',
  )
  gateway = await startTestGateway({ yaml, environment: facesEnvironment })
  await passGates(gateway, ['first', 'second'])
  const chance = seededChance(SEED)
  let left = CALLS
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await oneCall(chance)
    }),
  )
  while (gateway.gateway.parts.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}, 120_000)
afterAll(async () => {
  await gateway.close()
  for (const sandbox of sandboxes) await sandbox.close()
})

/** A healthy call, or one that meets a fault; now and then the account of a route is broken for one call. */
async function oneCall(chance: ReturnType<typeof seededChance>): Promise<void> {
  const account = chance.percent(2) ? chance.pick(['status=401', 'code=insufficient_quota']) : null
  if (account) chance.pick(sandboxes).faults.arm({ fault: account })
  const prompt = promptWith(chance.percent(40) ? chance.pick(faults) : '', chance.pick(['a fox', 'a lighthouse']))
  const response = await postGeneration(gateway, { prompt, ...(chance.percent(30) ? { stream: true, partial_images: 1 } : {}) })
  statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
  await readAtMost(response, null)
  if (account) for (const id of ['first', 'second']) await enable(id)
}

const enable = (id: string) =>
  gateway.fetch(`/v2/routes/${id}/enable`, { method: 'POST', headers: { authorization: `Bearer ${gateway.adminToken}` } })

interface AttemptRow {
  id: string
  generation_id: string
  n: number
  state: string
}

async function attempts(): Promise<AttemptRow[]> {
  const { database } = gateway.gateway.parts
  return database.read(database.sql.selectFrom('attempts').select(['id', 'generation_id', 'n', 'state']))
}

const charges = () => sandboxes.flatMap((sandbox) => sandbox.invoice.lines())

describe(`${CALLS} calls of every class of failure over two routes (seed ${SEED})`, () => {
  it('were answered in every way there is, and some were made again', async () => {
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(CALLS)
    expect(statuses.get(200)).toBeGreaterThan(CALLS / 10)
    expect(statuses.size).toBeGreaterThan(4)
    const all = await attempts()
    expect(all.filter(({ n }) => n > 1).length).toBeGreaterThan(10)
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(['ok', 'rejected', 'server_refused', 'unknown', 'charged_lost']))
  })

  it('bought nothing twice: of no generation did upstream charge two calls', async () => {
    const generationOf = new Map((await attempts()).map((attempt) => [`dk-${attempt.id}`, attempt.generation_id]))
    const paid = charges().map((line) => generationOf.get(line.client_request_id ?? ''))
    expect(paid).not.toContain(undefined)
    expect(new Set(paid).size).toBe(paid.length)
  })

  it('called each attempt at most once, and nothing behind one that may have been paid for', async () => {
    const all = await attempts()
    for (const { id } of all) expect(sandboxes.reduce((sum, { calls }) => sum + calls.countFor(`dk-${id}`), 0)).toBeLessThanOrEqual(1)
    const last = new Map<string, number>()
    for (const { generation_id, n } of all) last.set(generation_id, Math.max(n, last.get(generation_id) ?? 0))
    const followed = all.filter(({ generation_id, n }) => n < last.get(generation_id)!)
    expect(new Set(followed.map(({ state }) => state)).isSubsetOf(new Set(['rejected', 'server_refused', 'not_sent']))).toBe(true)
  })

  it('stand in the ledger for what upstream charged, or are held for at least that', async () => {
    const lines = await ledgerLines(gateway)
    const unknown = new Set(lines.filter(({ kind }) => kind === 'hold_unknown').map(({ attempt_id }) => `dk-${attempt_id}`))
    const exact = charges().filter(({ client_request_id: id }) => !unknown.has(id ?? ''))
    const estimated = sumOf(lines, 'settle', 'loss') - exact.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
    expect(estimated).toBe(0n)
    const held = charges().filter(({ client_request_id: id }) => unknown.has(id ?? ''))
    expect(sumOf(lines, 'hold_unknown')).toBeGreaterThanOrEqual(held.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n))
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
  })
})
