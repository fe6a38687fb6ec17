/**
 * What it costs to have every picture hashed, stored and booked on its way: `npm run bench:relay`, `-- --quick` for a short run.
 *
 * A mock upstream answers with noise; the same callers go to it directly, through a pass-through proxy on the same HTTP library that keeps
 * nothing, and through the gateway, taking turns so that a busy moment of the machine hits all three. At the end everything the gateway
 * promises of those calls is checked: figures of a gateway that loses pictures would mean nothing.
 */
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import type { Load, LoadGeneratorOrders, LoadResult } from './load-generator.ts'
import type { MockUpstreamOrders } from './mock-upstream.ts'
import type { PassThroughOrders } from './pass-through.ts'
import type { Target } from './support/bench-call.ts'
import { BenchProcess } from './support/bench-process.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'
import type { ProcessFigures } from './support/process-figures.ts'
import { quantile } from './support/quantile.ts'
import { verifyRecords } from './support/verify-records.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false }, profile: { type: 'string' } } })

/** How much is measured. Calls are counts of one target in one round. */
const plan = options.quick
  ? { rounds: 2, loneCalls: 25, busyCalls: 100, largeCalls: 64 }
  : { rounds: 5, loneCalls: 60, busyCalls: 240, largeCalls: 192 }

const CONCURRENCY = 16
const LARGE_CONCURRENCY = 64
const LONE_PACE_MS = 25
const TIME_LIMIT_MS = 20_000
const NEEDED_FREE_BYTES = 8 * 2 ** 30
const MEASURED_CORE = 0
const HELPERS_CORE = 1

type Upstream = Awaited<ReturnType<MockUpstreamOrders['listen']>>
type Step = Pick<Load, 'side' | 'concurrency' | 'calls' | 'paceMs'>

/** Something the callers go to. */
interface Contender {
  name: string
  target: Target
  /** Null for the mock upstream itself. */
  figures: (() => Promise<ProcessFigures>) | null
}

/** All that was measured of one contender in one kind of load. */
interface Tally {
  calls: number
  latenciesMs: number[]
  callsPerSecond: number[]
  cpuMsPerCall: number[]
}

async function main(): Promise<void> {
  const network = enterPrivateNetwork()
  await requireFreeSpace()
  console.log(describeMachine(network))
  await using mock = new BenchProcess<MockUpstreamOrders>('mock-upstream.ts', { core: HELPERS_CORE })
  await using callers = new BenchProcess<LoadGeneratorOrders>('load-generator.ts', { core: HELPERS_CORE })
  const upstream = await mock.ask('listen')
  await measureFourMebibytes(upstream, callers)
  await measureMemory(upstream, callers)
}

async function requireFreeSpace(): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir())
  if (bavail * bsize < NEEDED_FREE_BYTES) throw new Error(`${tmpdir()} needs 8 GiB free for the pictures of this bench`)
}

async function measureFourMebibytes(upstream: Upstream, callers: BenchProcess<LoadGeneratorOrders>): Promise<void> {
  await using proxy = await startPassThrough(upstream.port)
  await using gateway = await startGateway(upstream.port)
  const contenders = contendersOf(upstream, proxy, gateway)
  const lone: Step = { side: 1024, concurrency: 1, calls: plan.loneCalls, paceMs: LONE_PACE_MS }
  const busy: Step = { side: 1024, concurrency: CONCURRENCY, calls: plan.busyCalls, paceMs: 0 }
  const warmUp = await takeTurns(contenders, { ...busy, calls: CONCURRENCY * 3 }, upstream, callers, 1)
  const loneTallies = await takeTurns(contenders, lone, upstream, callers, plan.rounds)
  const busyTallies = await takeTurns(contenders, busy, upstream, callers, plan.rounds)
  printFourMebibytes(contenders, loneTallies, busyTallies)
  const calls = callsOf(gateway, warmUp) + callsOf(gateway, loneTallies) + callsOf(gateway, busyTallies)
  console.log(`Checked: ${await verifyRecords(gateway.gateway, calls)}.\n`)
}

async function measureMemory(upstream: Upstream, callers: BenchProcess<LoadGeneratorOrders>): Promise<void> {
  await using proxy = await startPassThrough(upstream.port)
  await using gateway = await startGateway(upstream.port)
  const contenders = contendersOf(upstream, proxy, gateway).filter((contender) => contender.figures !== null)
  const large: Step = { side: 2048, concurrency: LARGE_CONCURRENCY, calls: plan.largeCalls, paceMs: 0 }
  const atStart = await Promise.all(contenders.map((contender) => contender.figures!()))
  const tallies = await takeTurns(contenders, large, upstream, callers, 1)
  const peaks = await Promise.all(contenders.map((contender) => contender.figures!()))
  console.log(`${LARGE_CONCURRENCY} calls at once, 16 MiB of base64 each`)
  printTable(
    ['', 'peak RSS MB', 'at start MB', 'rps', 'p99 ms'],
    contenders.map((contender, index) => {
      const tally = tallies.get(contender)!
      const memory = [megabytes(peaks[index]!.peakBytes), megabytes(atStart[index]!.peakBytes)]
      return [contender.name, ...memory, median(tally.callsPerSecond).toFixed(1), quantile(tally.latenciesMs, 0.99).toFixed(0)]
    }),
  )
  console.log(`Checked: ${await verifyRecords(gateway.gateway, callsOf(gateway, tallies))}.`)
}

type RunningProxy = Contender & AsyncDisposable

async function startPassThrough(upstreamPort: number): Promise<RunningProxy> {
  const process = new BenchProcess<PassThroughOrders>('pass-through.ts', { core: MEASURED_CORE })
  const { port } = await process.ask('listen', upstreamPort)
  return {
    name: 'pass-through (keeps nothing)',
    target: { port, headers: {} },
    figures: () => process.ask('figures'),
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  }
}

async function startGateway(upstreamPort: number): Promise<RunningProxy & { gateway: GatewayUnderTest }> {
  const nodeArguments = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`]
  const gateway = await GatewayUnderTest.start(upstreamPort, { core: MEASURED_CORE, nodeArguments })
  return {
    name: 'Darkroom (hashes, stores, books)',
    target: gateway.target,
    figures: () => gateway.process.ask('figures'),
    gateway,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  }
}

function contendersOf(upstream: Upstream, ...proxies: Contender[]): Contender[] {
  return [{ name: 'direct', target: { port: upstream.port, headers: {} }, figures: null }, ...proxies]
}

/** Each contender in turn, round after round. */
async function takeTurns(
  contenders: readonly Contender[],
  step: Step,
  upstream: Upstream,
  callers: BenchProcess<LoadGeneratorOrders>,
  rounds: number,
): Promise<Map<Contender, Tally>> {
  const empty = (): Tally => ({ calls: 0, latenciesMs: [], callsPerSecond: [], cpuMsPerCall: [] })
  const tallies = new Map(contenders.map((contender) => [contender, empty()]))
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders) {
      const before = await contender.figures?.()
      const bodyBytes = upstream.bodyBytes[step.side]!
      const result = await callers.ask('run', { ...step, target: contender.target, bodyBytes, timeLimitMs: TIME_LIMIT_MS })
      const after = await contender.figures?.()
      add(tallies.get(contender)!, result, before && after ? after.cpuMs - before.cpuMs : null)
    }
  return tallies
}

function add(tally: Tally, result: LoadResult, cpuMs: number | null): void {
  const calls = result.latenciesMs.length
  tally.calls += calls
  tally.latenciesMs.push(...result.latenciesMs)
  tally.callsPerSecond.push(calls / (result.elapsedMs / 1000))
  if (cpuMs !== null) tally.cpuMsPerCall.push(cpuMs / calls)
}

const callsOf = (contender: Contender, tallies: Map<Contender, Tally>) => tallies.get(contender)?.calls ?? 0
const median = (values: readonly number[]) => quantile(values, 0.5)
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)

function printFourMebibytes(contenders: readonly Contender[], lone: Map<Contender, Tally>, busy: Map<Contender, Tally>): void {
  console.log(
    `4 MiB of base64: ${CONCURRENCY} callers at once, and one caller with ${LONE_PACE_MS} ms between calls; medians of ${plan.rounds} rounds`,
  )
  printTable(
    ['', 'rps at 16', 'CPU ms', 'p50 at 16', 'p99 at 16', 'lone p50 ms', 'lone p99 ms', 'lone CPU ms'],
    contenders.map((contender) => {
      const [alone, loaded] = [lone.get(contender)!, busy.get(contender)!]
      const cpu = (tally: Tally) => (tally.cpuMsPerCall.length === 0 ? '' : median(tally.cpuMsPerCall).toFixed(2))
      const latency = (tally: Tally) => [quantile(tally.latenciesMs, 0.5).toFixed(2), quantile(tally.latenciesMs, 0.99).toFixed(2)]
      return [contender.name, median(loaded.callsPerSecond).toFixed(0), cpu(loaded), ...latency(loaded), ...latency(alone), cpu(alone)]
    }),
  )
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  for (const row of [head, ...rows])
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '))
}

await main()
