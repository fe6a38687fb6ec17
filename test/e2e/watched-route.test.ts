import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GateList, GateReport } from '../../src/contract/record.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { facesEnvironment, passGates, routesYaml, upstream } from '../support/face-routes.ts'
import { postGeneration, seeReply, settledRecord } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** The gate of an honest route pays for four pictures; the swap comes after two more. */
const SWAP_AFTER = 6

let sandbox: Sandbox
let gateway: TestGateway

beforeAll(async () => {
  sandbox = await upstream()
  gateway = await startTestGateway({
    yaml: routesYaml(sandbox, [
      { id: 'swapping', face: `slow-swap-${SWAP_AFTER}` },
      { id: 'signing', face: 'honest' },
    ]),
    environment: facesEnvironment,
  })
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

const entryOf = async (id: string) =>
  ((await (await gateway.fetch('/v2/gate')).json()) as GateList).routes.find(({ route_id }) => route_id === id)!

/** Pictures at medium: there the cheaper model uses other tokens. */
async function picture(headers: Record<string, string> = {}) {
  const seen = await seeReply(postGeneration(gateway, { quality: 'medium' }, { headers }))
  return { seen, record: seen.generationId === null ? null : await settledRecord(gateway, seen.generationId) }
}

/** Content credentials are read behind the answer. */
async function watched(id: string, pictures: number) {
  for (;;) {
    const entry = await entryOf(id)
    if (entry.pictures_watched >= pictures) return entry
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('a route that swaps the model after its gate', () => {
  it('passes the gate, and is caught by the pictures: three in a row take its verdict away', async () => {
    await passGates(gateway, ['swapping'])
    const { pictures_watched: probed } = await watched('swapping', 1)
    const paid = sandbox.invoice.lines().filter(({ face }) => face === `slow-swap-${SWAP_AFTER}`).length
    expect(paid).toBeLessThanOrEqual(SWAP_AFTER)
    for (let honest = paid; honest < SWAP_AFTER; honest += 1) {
      const { seen, record } = await picture()
      expect([seen.status, record!.warnings]).toEqual([200, []])
    }
    expect(await entryOf('swapping')).toMatchObject({ grade: 'production', mismatches: 0 })
    for (let swapped = 0; swapped < 3; swapped += 1) expect((await picture()).seen.status).toBe(200)
    const entry = await entryOf('swapping')
    expect(entry).toMatchObject({ grade: 'manual-test', reopened: true, mismatches: 3, why: expect.stringContaining('usage') })
    expect(probed).toBeGreaterThan(0)
    expect((await picture()).seen).toMatchObject({ status: 503, error: { code: 'no_route', outcome: 'not_charged' } })
  })

  it('says so aloud', async () => {
    const metrics = await (await gateway.fetch('/metrics', { headers: { authorization: `Bearer ${gateway.adminToken}` } })).text()
    expect(metrics).toContain('darkroom_route_gate_reopened_total{route="swapping"} 1')
  })

  it('serves again only after the gate has run again, which now finds it out', async () => {
    const headers = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' }
    const reply = await gateway.fetch('/v2/gate/swapping', { method: 'POST', headers, body: '{}' })
    const report = (await reply.json()) as GateReport
    expect(report.verdict).toBe('manual-test')
    expect(await entryOf('swapping')).toMatchObject({ grade: 'manual-test', reopened: false })
  })
})

describe('pictures that are what was asked', () => {
  it('count for a route, and one that is not does not take its verdict away', async () => {
    await passGates(gateway, ['signing'])
    const before = (await watched('signing', 3)).pictures_watched
    sandbox.faults.arm({ fault: 'size=1024x1024' })
    const named = { 'x-darkroom-route': 'signing' }
    expect((await picture(named)).record!.warnings.map(({ code }) => code)).toContain('size_not_honoured')
    for (let honest = 0; honest < 3; honest += 1) await picture(named)
    expect(await watched('signing', before + 4)).toMatchObject({ grade: 'production', mismatches: 1, reopened: false })
  })
})
