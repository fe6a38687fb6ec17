import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { postGeneration, readAtMost } from '../support/generation-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'
import { type MixedCall, mixedCalls } from './mixed-calls.ts'
import { attemptsInBooks, itEqualsTheInvoice } from './two-books.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_120)
/** Serializable transactions of one project stand in one another's way: on PostgreSQL fewer take as long. */
const CALLS = process.env['TEST_GATEWAY_DATABASE'] === 'postgres' ? 200 : 1000
const AT_ONCE = 16

let gateway: TestGateway
const seen = { refused: 0, wrongRefusals: 0, left: 0, statuses: new Map<number, number>() }

beforeAll(async () => {
  gateway = await startTestGateway()
  const waiting = mixedCalls(seededChance(SEED), CALLS)
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let call = waiting.pop(); call; call = waiting.pop()) await make(call)
    }),
  )
  while (gateway.gateway.parts.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}, 120_000)
afterAll(() => gateway.close())

/** Makes one call as its client would: reads to the end, or leaves. */
async function make({ body, headers, isRefused, leavesAfterBytes }: MixedCall): Promise<void> {
  const leaving = new AbortController()
  const response = await postGeneration(gateway, body, { headers, signal: leaving.signal })
  seen.statuses.set(response.status, (seen.statuses.get(response.status) ?? 0) + 1)
  if (isRefused) seen.refused += 1
  if (isRefused !== (response.headers.get('x-darkroom-generation') === null)) seen.wrongRefusals += 1
  await readAtMost(response, leavesAfterBytes)
  if (leavesAfterBytes === null) return
  seen.left += 1
  leaving.abort()
}

describe(`the ledger after ${CALLS} mixed calls (seed ${SEED})`, () => {
  it('was filled by calls of every kind', async () => {
    expect([...seen.statuses.values()].reduce((sum, count) => sum + count)).toBe(CALLS)
    expect(seen.wrongRefusals).toBe(0)
    expect(seen.refused).toBeGreaterThan(CALLS / 20)
    expect(seen.left).toBeGreaterThan(CALLS / 50)
    const kinds = new Set((await attemptsInBooks(gateway)).map((attempt) => attempt.kinds))
    expect([...kinds].sort()).toEqual(['reserve release', 'reserve release hold_unknown', 'reserve release loss', 'reserve release settle'])
  })

  itEqualsTheInvoice(() => gateway)
})

describe(`the data folder after ${CALLS} mixed calls (seed ${SEED})`, () => {
  it('holds each picture under the hash of its bytes, and nothing that nobody refers to', async () => {
    const { files, wrong } = await rehash(gateway.dataFolder)
    expect(wrong).toEqual([])
    expect(files).toBeGreaterThan(50)
    expect(await untidiness(gateway)).toEqual(tidy)
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('images').select('storage').distinct())
    expect(rows).toEqual([{ storage: 'stored' }])
  })

  it('has no generation that still runs, and one record for each call that was accepted', async () => {
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('generations').select(['id', 'status']))
    expect(rows.filter((row) => row.status === 'running')).toEqual([])
    expect(rows).toHaveLength(CALLS - seen.refused)
  })
})
