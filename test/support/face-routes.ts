import type { GateReport } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import type { TestGateway } from './test-gateway.ts'

/** What a row of a test says beside its address. */
export interface FaceRoute {
  id: string
  face: string
  /** Further lines of the row, indented by two. */
  more?: string
  /** Id of a price card; left out: token prices of the owner `Faces Ltd`. */
  card?: string
  base?: string
  /** Where it is; the sandbox of the file when left out. */
  at?: Sandbox | { url: string }
  owner?: string
}

/** Everything that a careful owner states. */
export const statedContract = `
    account_owner: Studio Sato
    support: help@faces.example
    abuse: abuse@faces.example
    failed_calls: { timeout: charged, policy: free, retry: charged }
    rights: { store: true, commercial: true, delete: true, redistribute: false }
    terms: { url: 'https://faces.example/terms', read_on: '2026-11-20', by: M. Sato }`

/** A row of capabilities under which everything may be named. */
export const everything = (more = '') => `
    capabilities:
      - { from: '2026-01-01', sizes: model, qualities: model, formats: model, transparency: true, streaming: true, edits: true, mask: true, responses: true, ${more} source: test }`

/** A sandbox of its own: an upstream that the gateway knows only by its address. */
export function upstream(): Promise<Sandbox> {
  return startSandbox({ latencyMs: 0, flat: true })
}

/** A darkroom.yaml with these routes, all of one owner, at token prices or by the call. */
export function routesYaml(sandbox: Sandbox, routes: readonly FaceRoute[], policy = ''): string {
  const rows = routes.map(
    ({ id, face, more = everything() + statedContract, card = 'faces-tokens', base = 'v1', at = sandbox, owner = 'Faces Ltd' }) => `
  - id: ${id}
    owner: ${owner}
    kind: provider
    protocol: openai
    base_url: ${at.url}/${face === '' ? base : `faces/${face}/${base}`}
    key: { env: FACES_KEY }
    price_card: ${card}${more}`,
  )
  return `version: 1
${policy}
routes:${rows.join('')}
price_cards:
  - id: faces-tokens
    owner: Faces Ltd
    date: '2026-01-01'
    kind: tokens
    models: [gpt-image-2, gpt-image-2.5-flare]
    rates: { text_in: '5.00', text_cached_in: '1.25', image_in: '8.00', image_cached_in: '2.00', image_out: '30.00', text_out: '10.00' }
    source: test
  - id: faces-per-call
    owner: Faces Ltd
    date: '2026-01-01'
    kind: per_call
    models: [gpt-image-2]
    per_call: '0.03'
    per: call
    source: test
`
}

/** The environment that such a file wants. */
export const facesEnvironment = { FACES_KEY: 'sk-faces' }

/** Runs the gate on routes, so that they carry production traffic. @throws Error where one is not found fit for it */
export async function passGates(gateway: TestGateway, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const headers = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' }
    const reply = await gateway.fetch(`/v2/gate/${id}`, { method: 'POST', headers, body: '{}' })
    const report = (await reply.json()) as GateReport
    if (report.verdict !== 'production') throw new Error(`expected ${id} fit for production, found ${JSON.stringify(report)}`)
  }
}
