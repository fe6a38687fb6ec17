/**
 * How soon a job begins that nothing stands in the way of: from its request to the answer 202, and from that answer to the arrival of its call
 * upstream: `npm run bench:jobs`, `-- --quick` for a short run. What must be on disk before each is on disk: job, order, reservation and
 * event before the answer, the attempt before the call.
 */
import { parseArgs } from 'node:util'
import type { MockUpstreamOrders } from './mock-upstream.ts'
import { BenchProcess } from './support/bench-process.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'
import { quantile } from './support/quantile.ts'
import { timed } from './support/timed.ts'
import { verifyRecords } from './support/verify-records.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const plan = options.quick ? { lone: 100, burst: 100 } : { lone: 400, burst: 500 }
const LONE_PACE_MS = 50
const LONGEST_WAIT_MS = 120_000
const MEASURED_CORE = 0
const HELPERS_CORE = 1
const NANOSECONDS_PER_MS = 1e6

/** When a job was asked for and accepted, on the clock of `process.hrtime`. */
interface Submitted {
  askedNs: bigint
  acceptedNs: bigint
}

async function main(): Promise<void> {
  console.log(describeMachine(enterPrivateNetwork()))
  await using mock = new BenchProcess<MockUpstreamOrders>('mock-upstream.ts', { core: HELPERS_CORE })
  const upstream = await mock.ask('listen')
  await using gateway = await GatewayUnderTest.start(upstream.port, { core: MEASURED_CORE })
  await lone(gateway, mock, plan.lone / 10)
  report('Lone jobs, one every 50 ms', await lone(gateway, mock, plan.lone))
  await burst(gateway, mock)
  await allEnded(gateway)
  console.log(`\nChecked: ${await verifyRecords(gateway, plan.lone + plan.lone / 10 + plan.burst)}.`)
}

/** One after the other, each once the one before has arrived. */
async function lone(gateway: GatewayUnderTest, mock: BenchProcess<MockUpstreamOrders>, jobs: number) {
  const submitted: Submitted[] = []
  for (let number = 0; number < jobs; number++) {
    submitted.push(await submit(gateway, number))
    await new Promise((resolve) => setTimeout(resolve, LONE_PACE_MS))
  }
  return waits(submitted, await arrivals(mock, jobs))
}

/** All at once, as fast as they are taken; 64 are made at a time. */
async function burst(gateway: GatewayUnderTest, mock: BenchProcess<MockUpstreamOrders>): Promise<void> {
  const numbers = Array.from({ length: plan.burst }, (_, number) => number)
  const { result, ms } = await timed(async () => {
    const submitted = await Promise.all(numbers.map((number) => submit(gateway, number)))
    return waits(submitted, await arrivals(mock, plan.burst))
  })
  report(`${plan.burst} jobs at once`, result)
  console.log(`  ${((plan.burst * 1000) / ms).toFixed(0)} jobs a second, from the first request to the last call upstream`)
}

async function submit({ target }: GatewayUnderTest, number: number): Promise<Submitted> {
  const request = { model: 'gpt-image-2', prompt: `bench call ${number}.`, size: '1024x1024', quality: 'low' }
  const askedNs = process.hrtime.bigint()
  const reply = await fetch(`http://127.0.0.1:${target.port}/v2/images/generate`, {
    method: 'POST',
    headers: { ...target.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ request }),
  })
  const acceptedNs = process.hrtime.bigint()
  if (reply.status !== 202) throw new Error(`a job was answered ${reply.status}: ${await reply.text()}`)
  await reply.arrayBuffer()
  return { askedNs, acceptedNs }
}

async function arrivals(mock: BenchProcess<MockUpstreamOrders>, jobs: number): Promise<Map<number, bigint>> {
  const found = new Map<number, bigint>()
  for (const startedMs = performance.now(); found.size < jobs; ) {
    for (const [number, atNs] of await mock.ask('takeArrivals')) found.set(number, atNs)
    if (performance.now() - startedMs > LONGEST_WAIT_MS) throw new Error(`${jobs - found.size} jobs were not made`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return found
}

/** Their pictures are still being written. */
async function allEnded(gateway: GatewayUnderTest): Promise<void> {
  for (;;) {
    const { jobs } = (await gateway.read('/v2/jobs?status=PROCESSING&limit=1')) as { jobs: object[] }
    if (jobs.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function waits(submitted: readonly Submitted[], arrived: ReadonlyMap<number, bigint>) {
  const ms = (fromNs: bigint, toNs: bigint) => Number(toNs - fromNs) / NANOSECONDS_PER_MS
  return {
    accepted: submitted.map(({ askedNs, acceptedNs }) => ms(askedNs, acceptedNs)),
    begun: submitted.map(({ acceptedNs }, number) => ms(acceptedNs, arrived.get(number)!)),
  }
}

function report(title: string, { accepted, begun }: ReturnType<typeof waits>): void {
  const show = (values: number[]) => `p50 ${quantile(values, 0.5).toFixed(1)} ms   p99 ${quantile(values, 0.99).toFixed(1)} ms`
  console.log(`\n${title}`)
  console.log(`  request to 202              ${show(accepted)}`)
  console.log(`  202 to its call upstream    ${show(begun)}`)
}

await main()
