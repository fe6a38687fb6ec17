/**
 * What it costs to measure what an edit changed: `node bench/drift.ts`, `-- --quick` for a short run.
 *
 * Pictures with the spectrum of photographs are edited inside a mask and measured in a child process, heat map included, one after the
 * other as the gateway does after delivery. The time is what the gateway waits; the lag is what its event loop notices of it. At the end
 * the figures of the last report are checked: a fast report that sees nothing would mean nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { type Drift, type DriftInput, measureDrift } from '../src/guard/index.ts'
import { maskOpening, moved, photograph, repaint, toSharp } from '../src/guard/test-pictures.ts'
import { openPixelPool, type PixelPool } from '../src/pixels/index.ts'
import { describeMachine } from './support/machine.ts'
import { quantile } from './support/quantile.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const REPORTS = options.quick ? 6 : 30
const WARM_UP_REPORTS = 2
const TARGET_MS = 300
const LAG_RESOLUTION_MS = 1
const NANOS_PER_MS = 1e6

/** One kind of edit. */
interface Case {
  name: string
  width: number
  height: number
  hasMask: boolean
  /** Pixels by which the whole result moved to the right. */
  shift: number
}

const cases: readonly Case[] = [
  { name: '1024x1024, no mask', width: 1024, height: 1024, hasMask: false, shift: 0 },
  { name: '1024x1024, mask', width: 1024, height: 1024, hasMask: true, shift: 0 },
  { name: '1024x1024, mask, result moved', width: 1024, height: 1024, hasMask: true, shift: 6 },
  { name: '1536x1024, mask', width: 1536, height: 1024, hasMask: true, shift: 0 },
  { name: '3840x2160, mask', width: 3840, height: 2160, hasMask: true, shift: 0 },
]

async function main(): Promise<void> {
  console.log(describeMachine(null))
  await using folders = new AsyncDisposableStack()
  const folder = folders.adopt(await mkdtemp(join(tmpdir(), 'darkroom-bench-')), (path) => rm(path, { recursive: true, force: true }))
  await using pool = openPixelPool({ children: 1 })
  console.log(`Drift report with heat map, PNG source, JPEG result; ${REPORTS} one after the other; target for 1024x1024: ${TARGET_MS} ms`)
  for (const given of cases) await measureCase(pool, given, folder)
}

async function measureCase(pool: PixelPool, given: Case, folder: string): Promise<void> {
  const input = await writeInput(given, folder)
  for (let report = 0; report < WARM_UP_REPORTS; report++) await measureDrift(pool, input)
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  lag.enable()
  const times: number[] = []
  let last: Drift | null = null
  for (let report = 0; report < REPORTS; report++) {
    const startMs = performance.now()
    last = comparable(await measureDrift(pool, input))
    times.push(performance.now() - startMs)
  }
  lag.disable()
  check(last!, given)
  const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)].map((time) => time.toFixed(0).padStart(5))
  const lagMs = Math.max(0, lag.percentile(99) / NANOS_PER_MS - LAG_RESOLUTION_MS).toFixed(1)
  console.log(`  ${given.name.padEnd(30)} median ${median} ms   p95 ${p95} ms   event-loop lag p99 ${lagMs} ms`)
}

async function writeInput({ width, height, hasMask, shift }: Case, folder: string): Promise<DriftInput> {
  const place = (name: string) => join(folder, `${width}x${height}-${shift}-${name}`)
  const [sourcePath, resultPath, maskPath] = [place('source'), place('result'), place('mask')]
  const source = await photograph(width, height)
  const open = { x: width / 4, y: height / 4, width: width / 2, height: height / 2 }
  const result = repaint(moved(source, shift, 0), open, (x, y) => [x % 256, 90, y % 256])
  await toSharp(source).png().toFile(sourcePath)
  await toSharp(result).jpeg({ quality: 90 }).toFile(resultPath)
  if (hasMask) await maskOpening(width, height, open).png().toFile(maskPath)
  return { sourcePath, resultPath, maskPath: hasMask ? maskPath : null, boxes: [], heatMapPath: place('heat-map') }
}

function comparable(measurement: Awaited<ReturnType<typeof measureDrift>>): Drift {
  if (!measurement.comparable) throw new Error(measurement.reason)
  return measurement
}

/** The edit is a quarter of the picture; nothing else changed. */
function check({ outside, inside, alignment }: Drift, { name, hasMask, shift }: Case): void {
  const isSeen = hasMask
    ? inside!.changedFraction > 0.9 && outside!.changedFraction < 0.002
    : Math.abs(outside!.changedFraction - 0.25) < 0.03
  if (!isSeen || Math.abs(alignment.shiftX - shift) > 1) throw new Error(`${name}: ${JSON.stringify({ outside, inside, alignment })}`)
}

await main()
