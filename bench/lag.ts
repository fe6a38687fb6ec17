/**
 * How long a call waits inside the gateway before upstream hears of it, and how long the event loop is held up while 16 pictures of 4 MiB
 * of base64 are being passed on, hashed and written: `npm run bench:lag`, `-- --quick` for a short run.
 */
import { parseArgs } from 'node:util'
import type { LoadGeneratorOrders, LoadResult } from './load-generator.ts'
import type { MockUpstreamOrders } from './mock-upstream.ts'
import type { Target } from './support/bench-call.ts'
import { BenchProcess } from './support/bench-process.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'
import { quantile } from './support/quantile.ts'
import { verifyRecords } from './support/verify-records.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const plan = options.quick ? { rounds: 2, loneCalls: 40, busyCalls: 160 } : { rounds: 4, loneCalls: 100, busyCalls: 480 }
const CONCURRENCY = 16
const LONE_PACE_MS = 25
const TIME_LIMIT_MS = 30_000
const IDLE_MS = 2000
const MEASURED_CORE = 0
const HELPERS_CORE = 1
const NANOSECONDS_PER_MS = 1e6

interface Bench {
  mock: BenchProcess<MockUpstreamOrders>
  callers: BenchProcess<LoadGeneratorOrders>
  bodyBytes: number
}

async function main(): Promise<void> {
  console.log(describeMachine(enterPrivateNetwork()))
  await using mock = new BenchProcess<MockUpstreamOrders>('mock-upstream.ts', { core: HELPERS_CORE })
  await using callers = new BenchProcess<LoadGeneratorOrders>('load-generator.ts', { core: HELPERS_CORE })
  const upstream = await mock.ask('listen')
  await using gateway = await GatewayUnderTest.start(upstream.port, { core: MEASURED_CORE })
  const bench = { mock, callers, bodyBytes: upstream.bodyBytes[1024]! }
  const direct = { port: upstream.port, headers: {} }
  let calls = (await send(bench, gateway.target, { concurrency: CONCURRENCY, calls: CONCURRENCY * 3, paceMs: 0 })).length
  calls += await reportFirstByte(bench, direct, gateway.target)
  calls += await reportLoop(bench, gateway)
  console.log(`\nChecked: ${await verifyRecords(gateway, calls)}.`)
}

/** One caller with pauses, directly and through the gateway in turn. @returns calls of the gateway */
async function reportFirstByte(bench: Bench, direct: Target, gateway: Target): Promise<number> {
  const step = { concurrency: 1, calls: plan.loneCalls, paceMs: LONE_PACE_MS }
  const waits = { direct: [] as number[], gateway: [] as number[] }
  for (let round = 0; round < plan.rounds; round++) {
    waits.direct.push(...(await send(bench, direct, step)))
    waits.gateway.push(...(await send(bench, gateway, step)))
  }
  console.log("From the caller's first byte to its arrival at the upstream, lone calls")
  console.log(`  direct            p50 ${show(waits.direct, 0.5)} ms   p99 ${show(waits.direct, 0.99)} ms`)
  console.log(`  through Darkroom  p50 ${show(waits.gateway, 0.5)} ms   p99 ${show(waits.gateway, 0.99)} ms`)
  console.log('  in between: checked, priced, and intent with reservation flushed to disk')
  return waits.gateway.length
}

/** 16 callers without pauses. @returns calls of the gateway */
async function reportLoop(bench: Bench, gateway: GatewayUnderTest): Promise<number> {
  await gateway.process.ask('watchLoop')
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const idle = await gateway.process.ask('loopLag')
  await gateway.process.ask('watchLoop')
  const waits = await send(bench, gateway.target, { concurrency: CONCURRENCY, calls: plan.busyCalls, paceMs: 0 })
  const busy = await gateway.process.ask('loopLag')
  console.log(`\nDelay of the event loop, ${CONCURRENCY} pictures of 4 MiB of base64 under way all the time`)
  for (const [name, lag] of [
    ['idle', idle],
    ['busy', busy],
  ] as const)
    console.log(
      `  ${name}  p50 ${lag.p50Ms.toFixed(2)} ms   p99 ${lag.p99Ms.toFixed(2)} ms   longest ${lag.maxMs.toFixed(2)} ms   (${lag.samples} samples)`,
    )
  console.log(`  request to upstream meanwhile  p50 ${show(waits, 0.5)} ms   p99 ${show(waits, 0.99)} ms`)
  return waits.length
}

/** Makes calls. @returns for each, milliseconds from being sent to its arrival at the upstream */
async function send(
  { mock, callers, bodyBytes }: Bench,
  target: Target,
  step: { concurrency: number; calls: number; paceMs: number },
): Promise<number[]> {
  await mock.ask('takeArrivals')
  const result = await callers.ask('run', { ...step, target, side: 1024, bodyBytes, timeLimitMs: TIME_LIMIT_MS })
  return waitsOf(result, await mock.ask('takeArrivals'))
}

function waitsOf({ sentAtNs }: LoadResult, arrivals: Map<number, bigint>): number[] {
  return [...sentAtNs].map(([number, sentNs]) => {
    const arrivedNs = arrivals.get(number)
    if (arrivedNs === undefined) throw new Error(`call ${number} never reached the upstream`)
    return Number(arrivedNs - sentNs) / NANOSECONDS_PER_MS
  })
}

const show = (values: readonly number[], q: number) => quantile(values, q).toFixed(2)

await main()
