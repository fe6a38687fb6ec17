import type { Batch, Job } from '../../src/contract/record.ts'
import type { EconomySettings } from '../../src/flows/index.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts'
import { callAs } from './admin-calls.ts'
import { ledgerLines, sumOf } from './generation-calls.ts'
import { type Callable, jobWhen, submitSmall } from './job-calls.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** A deadline so many days away. */
export const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString()

/** A gateway whose economy lane does not wait, and the sandbox it calls. */
export interface BatchStage extends AsyncDisposable {
  gateway: TestGateway
  sandbox: Sandbox
}

/** Collects at once, asks often, and believes soon that a batch is not there. */
export const quickEconomy: EconomySettings = { requests: 1000, collectMs: 1, pollMs: 20, missingMs: 300 }

/** So many jobs are a batch, and none before they are there. */
export const together = (lines: number): Partial<EconomySettings> => ({ requests: lines, collectMs: 12 * 60 * 60_000 })

const environment = { UPSTREAM_KEY: 'sk-upstream' }
const batchRow = "[{ from: '2026-01-01', batch: true, source: test }]"
/** One route that takes batches. @param more further members of its row */
export const batchYaml = (url: string, more = '') => `version: 1
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { env: UPSTREAM_KEY }, capabilities: ${batchRow}${more} }
`

/** Starts both. */
export async function startBatchStage(
  options: { economy?: Partial<EconomySettings>; sandbox?: SandboxOptions; gateway?: TestGatewayOptions; webhook?: string } = {},
): Promise<BatchStage> {
  const sandbox = await startSandbox({ latencyMs: 0, flat: true, ...options.sandbox })
  const economy = { ...quickEconomy, ...options.economy }
  const yaml = batchYaml(sandbox.url, options.webhook && `, ${options.webhook}`)
  const gateway = await startTestGateway({ yaml, environment, economy, ...options.gateway })
  return {
    gateway: onRoute(gateway),
    sandbox,
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await sandbox.close()
    },
  }
}

/** The route is none for production: it is named with every call. */
function onRoute(gateway: TestGateway): TestGateway {
  return {
    ...gateway,
    fetch: (path, init = {}) =>
      gateway.fetch(path, { ...init, headers: { 'x-darkroom-route': 'upstream', ...(init.headers as Record<string, string>) } }),
  }
}

/** Submits small pictures to the economy lane, one job for each prompt. @returns their ids */
export async function submitEconomy(gateway: Callable, prompts: readonly string[], wishes: object = {}): Promise<string[]> {
  return Promise.all(prompts.map((prompt) => submitSmall(gateway, { prompt }, { lane: 'economy', deadline: inDays(2), ...wishes })))
}

/** Jobs once all of them have ended, or nobody knows how. */
export function jobsEnded(gateway: Callable, ids: readonly string[]): Promise<Job[]> {
  return Promise.all(ids.map((id) => jobWhen(gateway, id)))
}

/** Every batch, the oldest first. */
export async function readBatches(gateway: TestGateway): Promise<Batch[]> {
  const { json } = await callAs<{ batches: Batch[] }>(gateway, gateway.adminToken, 'GET', '/v2/batches?limit=100')
  return json.batches.toReversed()
}

/** All batches once something holds of them. */
export async function batchesThat(gateway: TestGateway, holds: (batches: Batch[]) => boolean): Promise<Batch[]> {
  for (;;) {
    const batches = await readBatches(gateway)
    if (holds(batches)) return batches
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** All batches once they have ended. */
export const batchesEnded = (gateway: TestGateway) =>
  batchesThat(gateway, (batches) => batches.length > 0 && batches.every(({ state }) => state === 'ended'))

/** What stands in both books, in nano-dollars; what differs, line by line. */
export interface BatchBooks {
  booked: bigint
  held: bigint
  reserved: bigint
  invoiced: bigint
  /** Lines and calls that were booked otherwise than they were charged, where nothing is held for them. */
  differing: string[]
}

/** Compares the ledger with the sandbox's invoice: lines of batches by their ids, calls by theirs. */
export async function batchBooks({ gateway, sandbox }: Pick<BatchStage, 'gateway' | 'sandbox'>): Promise<BatchBooks> {
  const invoiced = new Map<string, bigint>()
  for (const { custom_id, client_request_id, nanos } of sandbox.invoice.lines()) {
    const id = custom_id ?? client_request_id ?? 'nobody'
    invoiced.set(id, (invoiced.get(id) ?? 0n) + BigInt(nanos))
  }
  const lines = await ledgerLines(gateway)
  const byAttempt = [...Map.groupBy(lines, ({ attempt_id }) => attempt_id)]
  const attempts = byAttempt.map(([id, own]) => ({
    id,
    booked: sumOf(own, 'settle', 'loss'),
    held: sumOf(own, 'hold_unknown'),
    charged: invoiced.get(`dk-${id}`) ?? 0n,
  }))
  return {
    booked: sumOf(lines, 'settle', 'loss'),
    held: sumOf(lines, 'hold_unknown'),
    reserved: sumOf(lines, 'reserve') - sumOf(lines, 'release'),
    invoiced: [...invoiced.values()].reduce((sum, nanos) => sum + nanos, 0n),
    differing: attempts
      .filter(({ booked, held, charged }) => (held > 0n ? held < charged : booked !== charged))
      .map(({ id, booked, held, charged }) => `${id}: booked ${booked}, held ${held}, charged ${charged}`),
  }
}
