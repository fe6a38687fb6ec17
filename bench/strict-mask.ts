/**
 * How long Darkroom's own work on a large picture takes, and what it does to the event loop and to memory meanwhile: `npm run bench:strict`,
 * `-- --quick` for a short run. Every strict composite that is timed is also decoded and compared with its source outside the mask.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas'
import { examinePicture, openPixelPool, type PixelPool } from '../src/pixels/index.ts'
import { keyToAlpha, type LosslessFormat, maskFromLuminance, strictComposite } from '../src/retouch/index.ts'
import { ChildPeak } from './support/child-peak.ts'
import { describeMachine } from './support/machine.ts'
import { inWords, timed } from './support/timed.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const RUNS = options.quick ? 3 : 12
const SIZES = [
  [1024, 1024],
  [3840, 2160],
] as const
const FEATHER_PX = 16
const SAMPLING_STEP_MS = 1
const NANOSECONDS_PER_MS = 1e6

/** Longest delay of the event loop in each run. */
const longestDelaysMs: number[] = []

interface Pictures {
  folder: string
  source: string
  /** Black and white. */
  drawnMask: string
  /** With alpha. */
  mask: string
  result: string
  /** The result in half its size. */
  smallResult: string
  onKey: string
}

async function main(): Promise<void> {
  console.log(describeMachine(null))
  await using pool = openPixelPool()
  using children = new ChildPeak()
  for (const [width, height] of SIZES) {
    await using folders = new AsyncDisposableStack()
    const folder = folders.adopt(await mkdtemp(join(tmpdir(), 'darkroom-bench-')), (path) => rm(path, { recursive: true }))
    const pictures = await draw(pool, folder, width, height)
    console.log(`\n${width}x${height}`)
    await measure(pool, pictures)
    await report('read and check the source', () => examinePicture(pool, pictures.source))
  }
  console.log(`\nLongest delay of the event loop in a run  ${inWords(longestDelaysMs)}`)
  console.log(`Largest resident memory of a pixel process  ${(children.peakBytes / 1e6).toFixed(0)} MB`)
}

async function measure(pool: PixelPool, pictures: Pictures): Promise<void> {
  const outPath = join(pictures.folder, 'out')
  for (const format of ['png', 'webp'] as const)
    for (const [name, resultPath] of [
      ['result of the same size', pictures.result],
      ['result of half the size', pictures.smallResult],
    ] as const) {
      const order = { sourcePath: pictures.source, maskPath: pictures.mask, resultPath, outPath, format, featherPx: FEATHER_PX }
      await report(`strict composite to ${format}, ${name}`, () => strictComposite(pool, order), outPath)
      await strictComposite(pool, order)
      await requireExact(pictures, outPath, format)
    }
  await report('black and white to alpha mask', () => maskFromLuminance(pool, { maskPath: pictures.drawnMask, outPath }), outPath)
  const keying = { sourcePath: pictures.onKey, outPath, format: 'png', key: '#00ff00' } as const
  await report('key colour to transparency', () => keyToAlpha(pool, keying), outPath)
}

/** Runs work several times, the first time not counted. @param outPath file that it makes, removed before every run and after the last */
async function report(name: string, work: () => Promise<unknown>, outPath?: string): Promise<void> {
  const times: number[] = []
  for (let run = 0; run <= RUNS; run++) {
    // A turn of the loop first: the watch would count from before what this bench itself did last.
    await wait(SAMPLING_STEP_MS)
    const loop = monitorEventLoopDelay({ resolution: SAMPLING_STEP_MS })
    loop.enable()
    const { ms } = await timed(work)
    loop.disable()
    longestDelaysMs.push(loop.max / NANOSECONDS_PER_MS - SAMPLING_STEP_MS)
    if (run > 0) times.push(ms)
    if (outPath) await rm(outPath)
  }
  console.log(`  ${name.padEnd(52)}${inWords(times)}`)
}

/** @throws Error when a pixel outside the mask is not the source's: a fast composite that breaks its promise has no figures */
async function requireExact({ source, mask }: Pictures, outPath: string, format: LosslessFormat): Promise<void> {
  const [before, area, after] = await Promise.all([source, mask, outPath].map(pixelsOf))
  await rm(outPath)
  for (let at = 0; at < area!.length; at += 4) {
    const isOutside = area![at + 3] === 255
    if (isOutside && [0, 1, 2, 3].some((channel) => before![at + channel] !== after![at + channel]))
      throw new Error(`pixel ${at / 4} of the ${format} differs outside the mask`)
  }
}

async function pixelsOf(path: string): Promise<Uint8ClampedArray> {
  const image = await loadImage(await readFile(path))
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, image.width, image.height).data
}

async function draw(pool: PixelPool, folder: string, width: number, height: number): Promise<Pictures> {
  const files: Record<string, Canvas> = {
    source: scene(width, height, 11),
    result: scene(width, height, 71),
    smallResult: scene(width / 2, height / 2, 71),
    drawnMask: disc(width, height, 'black', 'white'),
    onKey: disc(width, height, 'rgb(6, 244, 10)', 'rgb(190, 60, 40)'),
  }
  const paths = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]))
  for (const [name, canvas] of Object.entries(files)) await writeFile(paths[name]!, canvas.toBuffer('image/png'))
  await maskFromLuminance(pool, { maskPath: paths['drawnMask']!, outPath: join(folder, 'mask') })
  return { ...paths, folder, mask: join(folder, 'mask') } as Pictures & Record<string, string>
}

/** Gradients under thousands of shapes: as hard to compress as a photograph, and the same in every run. */
function scene(width: number, height: number, seed: number): Canvas {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  for (let shape = 0; shape < 6000; shape++) {
    const chance = (part: number) => ((shape * 7919 + seed * 104_729 + part * 15_485_863) % 10_007) / 10_007
    const gradient = context.createLinearGradient(0, 0, width * chance(1), height * chance(2))
    gradient.addColorStop(0, `hsla(${chance(3) * 360}, 60%, ${chance(4) * 100}%, 0.5)`)
    gradient.addColorStop(1, `hsla(${chance(5) * 360}, 40%, ${chance(6) * 100}%, 0.5)`)
    context.fillStyle = gradient
    context.fillRect(width * chance(7), height * chance(8), width * 0.1 * chance(9), height * 0.1 * chance(10))
  }
  context.globalCompositeOperation = 'destination-over'
  context.fillStyle = 'rgb(120, 110, 100)'
  context.fillRect(0, 0, width, height)
  return canvas
}

function disc(width: number, height: number, ground: string, colour: string): Canvas {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
  context.fillStyle = colour
  context.arc(width / 2, height / 2, Math.min(width, height) * 0.4, 0, Math.PI * 2)
  context.fill()
  return canvas
}

await main()
