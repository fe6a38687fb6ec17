import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EstimateReply, LedgerReply } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { ledgerLines, postGeneration, promptWith, seeReply, settledRecord, smallCall, sumOf } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const PRICE = 30_000_000n

/** A provider with a contract of its own; the sandbox plays its upstream. */
const configFile = (upstream: string) => `version: 1
routes:
  - id: acme
    owner: Acme Images Ltd
    kind: provider
    base_url: ${upstream}/v1
    key: { env: ACME_KEY }
    models: { gpt-image-2: gpt-image-2-2026-04-21 }
    price_card: acme-pictures
    failed_calls: { timeout: charged, policy: free, retry: charged }
    rights: { store: true, commercial: true, delete: on request, redistribute: false }
    terms: { url: 'https://acme.example/terms', read_on: 2026-11-01, by: M. Sato }
    account_owner: Studio Sato
price_cards:
  - { id: acme-pictures, date: 2026-11-01, owner: Acme Images Ltd, kind: per_call, per_call: '0.03', per: image, models: [gpt-image-2], source: contract 7 }
`

let sandbox: Sandbox
let gateway: TestGateway

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  gateway = await startTestGateway({ yaml: configFile(sandbox.url), environment: { ACME_KEY: 'sk-acme-canary-7731' } })
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

const onAcme = { 'x-darkroom-route': 'acme' }

async function callAndRecord(change: object) {
  const seen = await seeReply(postGeneration(gateway, change, { headers: onAcme }))
  const record = await settledRecord(gateway, seen.generationId!)
  return { seen, record, lines: await ledgerLines(gateway, record.id) }
}

describe('a provider route that has not passed its gate', () => {
  it('serves nobody who does not name it', async () => {
    const seen = await seeReply(postGeneration(gateway))
    expect(seen).toMatchObject({ status: 503, error: { code: 'no_route', outcome: 'not_charged', next_action: 'human' } })
    expect(sandbox.calls.posts()).toBe(0)
  })

  it('serves who names it, and freezes its contract into the record without its key', async () => {
    const { seen, record } = await callAndRecord({})
    expect(seen.headers.get('x-darkroom-route')).toBe('acme')
    expect(seen.headers.get('x-darkroom-sandbox')).toBeNull()
    expect(record).toMatchObject({
      route_owner: 'Acme Images Ltd',
      model_mapping: { requested: 'gpt-image-2', sent: 'gpt-image-2-2026-04-21', reported: null },
      route_contract: {
        price_card: 'acme-pictures@2026-11-01',
        failed_call_billing: { timeout: 'charged', policy: 'free', retry: 'charged' },
        output_rights: { store: true, commercial: true, delete: 'on request', redistribute: false },
        terms: { url: 'https://acme.example/terms', read_on: '2026-11-01', by: 'M. Sato' },
        account_owner: 'Studio Sato',
      },
    })
    expect(JSON.stringify(record)).not.toContain('canary')
  })
})

describe('a price by the picture', () => {
  it('is promised before and booked after, in the book of real money', async () => {
    const estimate = await gateway.fetch('/v2/estimate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: { ...smallCall, n: 3 }, route: 'acme' }),
    })
    const { expected, promise } = (await estimate.json()) as EstimateReply
    const { record, lines } = await callAndRecord({ n: 3 })
    expect([expected.nanos, promise]).toEqual([String(3n * PRICE), 'per_call'])
    expect(record.cost).toMatchObject({ settled_nanos: expected.nanos, reserved_nanos: expected.nanos, book: 'provider' })
    expect(lines.filter(({ kind }) => kind === 'settle').map(({ bucket, book }) => `${bucket} ${book}`)).toEqual(['per_call provider'])
  })

  it.each([
    ['cut behind its first picture', { prompt: promptWith('cut=frame:1'), stream: true, n: 2 }, 'settle', 2n],
    ['cut in its first picture', { prompt: promptWith('cut=30%'), n: 2 }, 'loss', 2n],
    ['without a picture', { prompt: promptWith('no-data'), n: 2 }, 'loss', 2n],
    ['refused by policy', { prompt: promptWith('moderation'), n: 2 }, 'settle', 0n],
  ] as const)('is booked for all that was asked, or not at all, when the answer is %s', async (_what, change, kind, pictures) => {
    const { lines } = await callAndRecord(change)
    expect(sumOf(lines, kind)).toBe(pictures * PRICE)
    expect(sumOf(lines, 'settle', 'loss')).toBe(pictures * PRICE)
  })

  it('stands in the ledger under its owner, in no line with anybody else’s', async () => {
    const { totals_by_owner } = (await (await gateway.fetch('/v2/ledger')).json()) as LedgerReply
    expect(totals_by_owner).toMatchObject([{ route_owner: 'Acme Images Ltd', book: 'provider', reserved: { nanos: '0' } }])
  })
})
