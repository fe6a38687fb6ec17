import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GenerationRecord, LedgerEntriesReply } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts'
import { smallCall, sumOf } from './generation-calls.ts'

/** A sandbox that outlives the gateways that call it, and the data folder they follow one another in. */
export async function openStage({ yaml = '' }: { yaml?: string } = {}) {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-process-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const open = opening.move()
  return {
    sandbox,
    dataFolder,
    start: (environment: Record<string, string> = {}) => startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url, yaml, environment }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Makes a small call. */
export function generate(gateway: Pick<GatewayProcess, 'fetch'>, change: object): Promise<Response> {
  return gateway.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...smallCall, ...change }),
  })
}

/** Waits until the sandbox has so many calls. */
export async function upstreamHas(sandbox: Sandbox, calls: number): Promise<void> {
  while (sandbox.calls.posts() < calls) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Waits until a gateway has begun to stop. */
export async function draining(gateway: GatewayProcess): Promise<void> {
  while ((await gateway.fetch('/readyz')).status !== 503) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Every generation of a data folder: its record, its ledger lines and what the sandbox charged for it. */
export async function everyGeneration({ sandbox }: { sandbox: Sandbox }, gateway: GatewayProcess) {
  const reply = (await (await gateway.fetch('/v2/ledger/entries?limit=1000')).json()) as LedgerEntriesReply
  const generations = Map.groupBy(reply.entries, (entry) => entry.generation_id)
  return Promise.all(
    [...generations].map(async ([id, lines]) => {
      const record = (await (await gateway.fetch(`/v2/generations/${id}`)).json()) as GenerationRecord
      const wireId = `dk-${record.attempts[0]!.id}`
      const charged = sandbox.invoice.lines().filter((line) => line.client_request_id === wireId)
      return {
        record,
        kinds: [...new Set(lines.map(({ kind }) => kind))].join(' '),
        booked: sumOf(lines, 'settle', 'loss'),
        held: sumOf(lines, 'hold_unknown'),
        invoiced: charged.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n),
        upstreamCalls: sandbox.calls.countFor(wireId),
      }
    }),
  )
}
