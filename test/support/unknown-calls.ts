import type { GenerationRecord, LedgerReply, UnknownsChecked, UnknownsReply } from '../../src/contract/record.ts'
import { sweepAbandoned } from '../../src/flows/index.ts'
import type { Sandbox } from '../../src/sandbox/index.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, seeReply, settledRecord, smallCall } from './generation-calls.ts'
import { type MovedClock, movedClock } from './moved-clock.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'

/** Ways in which a call can end without anybody knowing whether it was charged. */
export const unknownKinds = ['silence', 'reset', 'edge 504', 'crash'] as const

/** One of them. */
export type UnknownKind = (typeof unknownKinds)[number]

const scripts: Record<UnknownKind, string> = {
  silence: 'silence',
  reset: 'reset-before-headers',
  'edge 504': 'html status=504',
  crash: 'silence',
}

/** Two routes to one sandbox: `counted` may ask what the account was counted for, `blind` may not. */
export const twoRoutes = (upstream: string) => `version: 1
routes:
  - id: counted
    owner: darkroom-sandbox
    kind: provider
    base_url: ${upstream}/v1
    key: { env: UPSTREAM_KEY }
    usage_api: { key: { env: UPSTREAM_USAGE_KEY }, exclusive: true }
  - { id: blind, owner: darkroom-sandbox, kind: provider, base_url: '${upstream}/v1', key: { env: UPSTREAM_KEY } }
`

/** A gateway whose clock and upstream's can be moved together, with words for calls whose outcome nobody knows. */
export class UnknownStage {
  readonly gateway: TestGateway
  readonly sandbox: Sandbox
  readonly clock: MovedClock

  constructor(gateway: TestGateway, sandbox: Sandbox, clock: MovedClock) {
    this.gateway = gateway
    this.sandbox = sandbox
    this.clock = clock
  }

  /** @param startUpstream makes the upstream, on the clock it is given. */
  static async open(startUpstream: (clock: MovedClock) => Promise<Sandbox>, options: TestGatewayOptions = {}): Promise<UnknownStage> {
    const clock = movedClock()
    const sandbox = await startUpstream(clock)
    const environment = { UPSTREAM_KEY: 'sk-upstream', UPSTREAM_USAGE_KEY: 'sk-admin-upstream' }
    const gateway = await startTestGateway({ clock, yaml: twoRoutes(sandbox.url), environment, ...options })
    return new UnknownStage(gateway, sandbox, clock)
  }

  async close(): Promise<void> {
    await this.gateway.close()
    await this.sandbox.close()
  }

  /** Makes a call that ends unknown; `charged` is what upstream did. A crash is one of a process that the sweep finds dead. */
  async makeUnknown(kind: UnknownKind, charged: boolean, route: 'counted' | 'blind' = 'counted', change: object = {}) {
    const prompt = promptWith(`${scripts[kind]} ${charged ? 'charged' : 'free'}`)
    const headers = { 'x-darkroom-route': route, ...(scripts[kind] === 'silence' ? { 'x-darkroom-timeout-ms': '1000' } : {}) }
    const posts = this.sandbox.calls.posts()
    const answer = seeReply(postGeneration(this.gateway, { prompt, ...change }, { headers }))
    if (kind !== 'crash') return settledRecord(this.gateway, (await answer).generationId!)
    while (this.sandbox.calls.posts() === posts) await new Promise((resolve) => setTimeout(resolve, 2))
    await this.#killOwners()
    return settledRecord(this.gateway, (await answer).generationId!)
  }

  /** As a start does that finds what a dead process had under way. */
  async #killOwners(): Promise<void> {
    const { parts } = this.gateway.gateway
    const { sql } = parts.database
    await parts.database.transact([{ query: sql.updateTable('attempts').set({ owner: 'boot_dead' }).where('state', '=', 'dispatching') }])
    await sweepAbandoned(parts)
  }

  /** A call that succeeds. */
  async makeKnown(route: 'counted' | 'blind' = 'counted'): Promise<GenerationRecord> {
    const seen = await seeReply(postGeneration(this.gateway, {}, { headers: { 'x-darkroom-route': route } }))
    return settledRecord(this.gateway, seen.generationId!)
  }

  /** A call with the same upstream key that did not come through the gateway. */
  async callBesideTheGateway(prompt: string): Promise<void> {
    const headers = { authorization: 'Bearer sk-upstream', 'content-type': 'application/json' }
    const body = JSON.stringify({ ...smallCall, prompt })
    await (await fetch(`${this.sandbox.url}/v1/images/generations`, { method: 'POST', headers, body })).arrayBuffer()
  }

  /** A call of the administrator. */
  admin(path: string, body?: unknown): Promise<Response> {
    const authorization = `Bearer ${this.gateway.adminToken}`
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    return fetch(this.gateway.url + path, { ...init, headers: { authorization, 'content-type': 'application/json' } })
  }

  /** What an operator says of a call. */
  async resolve(generationId: string, word: object) {
    return seeReply(this.admin(`/v2/unknowns/${generationId}/resolve`, { evidence: 'support ticket 4711', ...word }))
  }

  /** A round of the ladder as the timer runs it. */
  round(): Promise<UnknownsChecked> {
    const { parts } = this.gateway.gateway
    return parts.unknownRounds.run(parts, { onDemand: false })
  }

  async unknowns(query = ''): Promise<UnknownsReply> {
    return (await (await this.admin(`/v2/unknowns${query}`)).json()) as UnknownsReply
  }

  record(id: string): Promise<GenerationRecord> {
    return readRecord(this.gateway, id)
  }

  /** The one line of totals. */
  async totals() {
    const report = (await (await this.gateway.fetch('/v2/ledger')).json()) as LedgerReply
    const { charged, lost, presumed, invoiced, held_unknown } = report.totals_by_owner[0]!
    const nanos = { charged, lost, presumed, invoiced, held: held_unknown }
    return Object.fromEntries(Object.entries(nanos).map(([name, money]) => [name, BigInt(money.nanos)])) as Record<
      keyof typeof nanos,
      bigint
    >
  }

  /** What a generation did to each book in all. */
  async books(id: string) {
    const lines = await ledgerLines(this.gateway, id)
    const sum = (book: 'provider_cost' | 'tenant_usage' | 'tenant_invoice', side: 'settled' | 'open') =>
      lines.reduce((nanos, { effects }) => nanos + BigInt(effects[book][side]), 0n)
    return {
      cost: sum('provider_cost', 'settled'),
      unknown: sum('provider_cost', 'open'),
      spent: sum('tenant_usage', 'settled'),
      bound: sum('tenant_usage', 'open'),
      invoiced: sum('tenant_invoice', 'settled'),
    }
  }

  /** What upstream charged for a generation. */
  invoiceOf({ attempts }: Pick<GenerationRecord, 'attempts'>): bigint {
    const ids = new Set(attempts.map(({ id }) => `dk-${id}`))
    return this.sandbox.invoice
      .lines()
      .filter((line) => ids.has(line.client_request_id ?? ''))
      .reduce((nanos, line) => nanos + BigInt(line.nanos), 0n)
  }
}
