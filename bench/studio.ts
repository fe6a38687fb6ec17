/**
 * How soon the studio can be used, and how a library of 10,000 pictures scrolls in Chromium, traced: `npm run bench:studio`, `-- --items 2000` for
 * another number, `--step 400` for another number of pixels in each frame. The first thousand are scrolled through once more at a speed at which all of them
 * are loaded. Gateway, sandbox and browser share the machine, whose state is printed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { closeBrowser, openStudio, type StudioStage } from '../test/studio/studio-stage.ts'
import { postGeneration } from '../test/support/generation-calls.ts'
import { startTestGateway } from '../test/support/test-gateway.ts'
import { sqliteUnderTest } from './database/engine-under-test.ts'
import { multiplyRecords } from './database/multiply-records.ts'
import { LONG_MS, longestTasks, traceOf } from './studio/main-thread-trace.ts'
import { scrollThrough } from './studio/scroll-through.ts'
import { describeMachine } from './support/machine.ts'
import { quantile } from './support/quantile.ts'

const { values: options } = parseArgs({
  options: { items: { type: 'string', default: '10000' }, step: { type: 'string', default: '240' } },
})
const ITEMS = Number(options.items)
const STEP_PX = Number(options.step)
/** Slow enough for every picture to be there before it is passed. */
const LOADING_STEP_PX = 40
const LOADED = 1000
/** Pictures that are made; the others are copies of their records. */
const ORIGINALS = 50

async function main(): Promise<void> {
  console.log(describeMachine(null))
  const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'))
  try {
    const made = await fillLibrary(dataFolder)
    await using stage = await openStudio({ dataFolder })
    await reportOpening(stage)
    await reportScrolling(stage, { items: made, stepPx: STEP_PX })
    await reportScrolling(stage, { items: Math.min(LOADED, made), stepPx: LOADING_STEP_PX })
  } finally {
    await closeBrowser()
    await rm(dataFolder, { recursive: true, force: true })
  }
}

/** Makes pictures with their small versions, then copies their records. @returns how many there are */
async function fillLibrary(dataFolder: string): Promise<number> {
  {
    await using gateway = await startTestGateway({ dataFolder })
    for (let number = 0; number < ORIGINALS; number++) await postGeneration(gateway, { prompt: `picture ${number}` })
    const { images } = (await (await gateway.fetch('/v2/images?limit=100')).json()) as { images: { id: string }[] }
    for (const { id } of images) await (await gateway.fetch(`/v2/images/${id}/thumbnail?width=320`)).arrayBuffer()
  }
  const database = await sqliteUnderTest().open(dataFolder)
  try {
    return await multiplyRecords(database, Math.ceil(ITEMS / ORIGINALS) - 1)
  } finally {
    await database.close()
  }
}

const OPENINGS = 20

/** Each in a browser context of its own, which has nothing of the page yet; the time to see the form is within it. */
async function reportOpening(stage: StudioStage): Promise<void> {
  const times: number[] = []
  for (let opening = 0; opening < OPENINGS; opening++) {
    await using visit = await stage.visit()
    const beganMs = performance.now()
    await visit.page.goto('/make')
    await visit.page.getByLabel('What is to be on the picture?').fill('a fox')
    times.push(performance.now() - beganMs)
  }
  const ms = (share: number) => quantile(times, share).toFixed(0)
  console.log(`from the address to a prompt typed, nothing cached, ${OPENINGS} times: p50 ${ms(0.5)} ms, longest ${ms(1)} ms`)
}

async function reportScrolling(stage: StudioStage, { items, stepPx }: { items: number; stepPx: number }): Promise<void> {
  await using visit = await stage.visit()
  await visit.open('/library')
  await visit.page.getByRole('gridcell').first().waitFor()
  const trace = await traceOf(visit.page, () => scrollThrough(visit.page, { items, stepPx }))
  const { frames, loaded, seconds } = trace.result
  const tasks = longestTasks(trace.events)
  const long = frames.filter((ms) => ms > LONG_MS)
  const ms = (value: number) => value.toFixed(1)
  console.log(`\n${items} pictures, ${stepPx} px a frame, ${loaded} loaded, ${frames.length} frames in ${seconds.toFixed(1)} s`)
  console.log(`load average at the end ${loadavg()[0]!.toFixed(2)}`)
  console.log(`frames: p50 ${ms(quantile(frames, 0.5))} ms, p99 ${ms(quantile(frames, 0.99))} ms, longest ${ms(Math.max(...frames))} ms`)
  console.log(`frames over ${LONG_MS} ms: ${long.length}`)
  console.log(`main thread, longest task: ${ms(tasks.wallMs)} ms by the clock, ${ms(tasks.cpuMs)} ms of processor time`)
  console.log(`tasks over ${LONG_MS} ms: ${tasks.longByWall} by the clock, ${tasks.longByCpu} by processor time`)
}

await main()
