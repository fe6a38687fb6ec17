/**
 * What a gateway does at one and at ten times the load it has places for: pictures a second, how fast the rest is refused, memory, delay of
 * the event loop, and how a small project fares beside one that floods. `npm run bench:overload`, `-- --quick` for a short run,
 * `-- --calls 64` for other numbers of places than the default.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultAdmissionLimits } from '../src/admission/index.ts'
import type { MockUpstreamOrders } from './mock-upstream.ts'
import type { CrowdResult, OverloadCallerOrders } from './overload-callers.ts'
import type { Target } from './support/bench-call.ts'
import { BenchProcess } from './support/bench-process.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'
import { quantile } from './support/quantile.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    calls: { type: 'string', default: String(defaultAdmissionLimits.calls) },
    upstream: { type: 'string', default: '4000' },
  },
})

const PHASE_MS = options.quick ? 15_000 : 60_000
const UPSTREAM_MS = Number(options.upstream)
const PLACES = Number(options.calls)
/** Of these one project alone has three quarters. */
const ONCE = Math.floor(PLACES * 0.75)
const TIMES = 10
const SMALL_CROWD = 4
const MEASURED_CORE = 0
const HELPERS_CORE = 1
const MEBIBYTE = 2 ** 20

async function main(): Promise<void> {
  console.log(describeMachine(enterPrivateNetwork()))
  await using mock = new BenchProcess<MockUpstreamOrders>('mock-upstream.ts', { core: HELPERS_CORE })
  await using callers = new BenchProcess<OverloadCallerOrders>('overload-callers.ts', { core: HELPERS_CORE })
  const upstream = await mock.ask('listen')
  await mock.ask('delay', UPSTREAM_MS)
  const settings = `admission: { calls: ${PLACES}, connections: 20000 }\n`
  await using gateway = await GatewayUnderTest.start(upstream.port, { core: MEASURED_CORE }, settings)
  const small = await anotherProject(gateway)

  console.log(`${PLACES} places, pictures of 4 MiB base64 that upstream takes ${UPSTREAM_MS / 1000} s for, ${PHASE_MS / 1000} s each`)
  console.log('\nload   calls/s served   refused/s   refusal p50 / p99 ms   served p50 / p99 ms   loop p99 ms   peak memory')
  await phase(gateway, callers, '1x ', [{ name: 'flood', target: gateway.target, callers: ONCE }])
  await phase(gateway, callers, '10x', [
    { name: 'flood', target: gateway.target, callers: ONCE * TIMES },
    { name: 'small', target: small, callers: SMALL_CROWD },
  ])
}

/** A second project with a key of its own. */
async function anotherProject(gateway: GatewayUnderTest): Promise<Target> {
  const admin = (await readFile(join(gateway.dataFolder, 'admin-token'), 'utf8')).trim()
  const ask = async (path: string, body: object) => {
    const reply = await fetch(`http://127.0.0.1:${gateway.target.port}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await reply.json()) as { id: string; key: string }
  }
  const { id } = await ask('/v2/projects', { name: 'small' })
  const { key } = await ask('/v2/keys', { name: 'bench', project_id: id })
  return { ...gateway.target, headers: { ...gateway.target.headers, authorization: `Bearer ${key}` } }
}

async function phase(
  gateway: GatewayUnderTest,
  callers: BenchProcess<OverloadCallerOrders>,
  load: string,
  crowds: Parameters<OverloadCallerOrders['run']>[0],
): Promise<void> {
  await gateway.process.ask('watchLoop')
  const startedMs = performance.now()
  const results = await callers.ask('run', crowds, PHASE_MS)
  const seconds = (performance.now() - startedMs) / 1000
  const lag = await gateway.process.ask('loopLag')
  const { peakBytes } = await gateway.process.ask('figures')
  const [flood, ...rest] = results
  const columns = [
    load.padEnd(6),
    (flood!.servedMs.length / seconds).toFixed(1).padStart(14),
    (flood!.refusedMs.length / seconds).toFixed(1).padStart(11),
    pair(flood!.refusedMs).padStart(22),
    pair(flood!.servedMs).padStart(21),
    lag.p99Ms.toFixed(1).padStart(13),
    `${Math.round(peakBytes / MEBIBYTE)} MiB`.padStart(13),
  ]
  console.log(columns.join(' '))
  for (const crowd of rest) console.log(beside(crowd))
  const odd = results.filter(({ others }) => Object.keys(others).length > 0)
  for (const { name, others } of odd) console.log(`  ${name}: other answers ${JSON.stringify(others)}`)
}

function beside({ name, servedMs, refusedMs }: CrowdResult): string {
  const all = servedMs.length + refusedMs.length
  return `  beside it ${SMALL_CROWD} callers of another project (${name}): ${servedMs.length} of ${all} calls served, p50 / p99 ${pair(servedMs)} ms`
}

function pair(values: readonly number[]): string {
  return values.length === 0 ? 'none' : `${quantile(values, 0.5).toFixed(1)} / ${quantile(values, 0.99).toFixed(1)}`
}

await main()
