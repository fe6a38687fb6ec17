/**
 * What large edits do to the gateway: 16 references of 5 MB each in one form, streamed through to the upstream, and pictures that announce
 * hundreds of megapixels: `node bench/edits.ts`, `-- --quick` for a short run. References are noise, which no codec makes smaller; they are
 * decoded, hashed, flushed to disk, kept, and sent on byte for byte before the answer comes. Memory and event loop are those of the
 * gateway's process; decoding is the work of its children, whose largest memory is shown beside it.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { EditsPeerOrders } from './edits-peer.ts'
import { BenchProcess } from './support/bench-process.ts'
import { GatewayUnderTest } from './support/gateway-under-test.ts'
import { describeMachine } from './support/machine.ts'
import { statusBytes } from './support/process-figures.ts'
import { inWords } from './support/timed.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const RUNS = options.quick ? 3 : 10
const BOMBS = options.quick ? 50 : 300
const REFERENCES = 16
const REFERENCE_BYTES = 5_000_000
const BOMB_MEGAPIXELS = 260
const SETTLE_MS = 2000
const LOOK_EVERY_MS = 5
const GOALS = { growthMb: 64, lagP99Ms: 50, bombMs: 20 }

interface Bench {
  peer: BenchProcess<EditsPeerOrders>
  gateway: GatewayUnderTest
  pid: number
}

async function main(): Promise<void> {
  console.log(describeMachine(null))
  await using peer = new BenchProcess<EditsPeerOrders>('edits-peer.ts')
  const { port } = await peer.ask('listen')
  // The flag with which `npm start` starts the gateway.
  await using gateway = await GatewayUnderTest.start(port, { nodeArguments: ['--max-semi-space-size=8'] })
  const bench = { peer, gateway, pid: childNamed('gateway-process.ts') }
  const startedBytes = statusBytes(bench.pid, 'VmRSS')!
  // Code is compiled, pixel processes are started and pools are filled once: that is no growth of an edit.
  await edit(bench, { atOnce: 1, references: 2, referenceBytes: 100_000 })
  await wait(SETTLE_MS)
  const [started, warm] = [startedBytes, statusBytes(bench.pid, 'VmRSS')!].map((bytes) => (bytes / 1e6).toFixed(0))
  console.log(`Resident memory of the gateway: started ${started} MB, after an edit of two small references ${warm} MB\n`)
  await reportEdits(bench, 1)
  await reportEdits(bench, 4)
  await reportBombs(bench)
}

async function reportEdits(bench: Bench, atOnce: number): Promise<void> {
  const restingBytes = statusBytes(bench.pid, 'VmRSS')!
  using watch = new MemoryWatch(bench.pid)
  await bench.gateway.process.ask('watchLoop')
  const latenciesMs: number[] = []
  for (let run = 0; run < RUNS; run++) {
    latenciesMs.push(...(await edit(bench, { atOnce, references: REFERENCES, referenceBytes: REFERENCE_BYTES })))
  }
  const lag = await bench.gateway.process.ask('loopLag')
  const [resting, largest] = [restingBytes, watch.peakBytes].map((bytes) => bytes / 1e6) as [number, number]
  const inOne = `${REFERENCES} references of ${REFERENCE_BYTES / 1e6} MB`
  console.log(`Edits of ${inOne} in one form, ${atOnce === 1 ? 'one after the other' : `${atOnce} at once`}`)
  console.log(`  request to answer   ${inWords(latenciesMs)}`)
  console.log(
    `  resident memory     at rest ${resting.toFixed(0)} MB   largest ${largest.toFixed(0)} MB   growth ${(largest - resting).toFixed(0)} MB   (goal: under ${GOALS.growthMb} MB)`,
  )
  console.log(
    `  event loop delay    p50 ${lag.p50Ms.toFixed(2)} ms   p99 ${lag.p99Ms.toFixed(2)} ms   longest ${lag.maxMs.toFixed(2)} ms   (goal: p99 under ${GOALS.lagP99Ms} ms; ${lag.samples} samples)`,
  )
  console.log(`  largest resident memory of a pixel process  ${(watch.childPeakBytes / 1e6).toFixed(0)} MB\n`)
}

async function reportBombs({ peer, gateway }: Bench): Promise<void> {
  await peer.ask('refuseBomb', gateway.target, BOMB_MEGAPIXELS)
  const times: number[] = []
  for (let run = 0; run < BOMBS; run++) times.push(await peer.ask('refuseBomb', gateway.target, BOMB_MEGAPIXELS))
  console.log(`A PNG of ${BOMB_MEGAPIXELS} megapixels in a form of 250 KB, through HTTP`)
  console.log(`  request to refusal  ${inWords(times)}   (goal: under ${GOALS.bombMs} ms)`)
}

/** Makes edits and checks that every byte of their pictures went on. @returns milliseconds of each. */
async function edit({ peer, gateway }: Bench, load: { atOnce: number; references: number; referenceBytes: number }): Promise<number[]> {
  const { latenciesMs, sentPictureBytes, receivedBytes } = await peer.ask('edit', { target: gateway.target, ...load })
  if (receivedBytes < sentPictureBytes) throw new Error(`upstream received ${receivedBytes} bytes of pictures of ${sentPictureBytes}`)
  return latenciesMs
}

/** Looks at the memory of a process and of its children. */
class MemoryWatch implements Disposable {
  /** Largest resident memory seen while watching. */
  peakBytes = 0
  /** Largest resident memory that any of its children ever had. */
  childPeakBytes = 0
  readonly #timer: NodeJS.Timeout

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      this.peakBytes = Math.max(this.peakBytes, statusBytes(pid, 'VmRSS') ?? 0)
      for (const child of childrenOf(pid)) this.childPeakBytes = Math.max(this.childPeakBytes, statusBytes(child, 'VmHWM') ?? 0)
    }, LOOK_EVERY_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}

/** The process of this bench that runs a script. Linux alone tells; without it there is no memory to report. */
function childNamed(script: string): number {
  const found = childrenOf(process.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script))
  if (found === undefined) throw new Error(`no process runs ${script}; this bench reads /proc`)
  return found
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

await main()
