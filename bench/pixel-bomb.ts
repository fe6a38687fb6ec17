/**
 * What hostile pictures cost: files that announce more pixels than are read, files that swell when decoded, and thousands of damaged ones:
 * `npm run bench:bombs`, `-- --quick` for a short run. The run fails when this process, which stands for the gateway, would have.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { crc32, deflateSync } from 'node:zlib'
import { createCanvas } from '@napi-rs/canvas'
import { examinePicture, MAX_DECODED_PIXELS, openPixelPool, type PixelPool } from '../src/pixels/index.ts'
import { ChildPeak } from './support/child-peak.ts'
import { describeMachine } from './support/machine.ts'
import { inWords, timed } from './support/timed.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const REFUSALS = options.quick ? 50 : 500
const DECODINGS = options.quick ? 3 : 20
const DAMAGED_FILES = options.quick ? 1000 : 20_000
const AT_ONCE = 8
const BOMB_EDGE = 16_125
const SAMPLING_STEP_MS = 1
const NANOSECONDS_PER_MS = 1e6
const RGBA = 6

async function main(): Promise<void> {
  console.log(describeMachine(null))
  await using folders = new AsyncDisposableStack()
  const folder = folders.adopt(await mkdtemp(join(tmpdir(), 'darkroom-bench-')), (path) => rm(path, { recursive: true }))
  await using pool = openPixelPool()
  using children = new ChildPeak()
  await reportRefusals(pool, folder)
  console.log(`  pixel processes started for them: ${children.seen.size}\n`)
  await reportSwelling(pool, folder, children)
  await reportDamaged(pool, folder, children)
}

async function reportRefusals(pool: PixelPool, folder: string): Promise<void> {
  const path = join(folder, 'bomb')
  const bomb = flatPng(BOMB_EDGE, BOMB_EDGE, 0)
  await writeFile(path, bomb)
  const times: number[] = []
  for (let run = 0; run < REFUSALS; run++) {
    const { result, ms } = await timed(() => examinePicture(pool, path))
    if (result.ok || result.problem !== 'too_many_pixels') throw new Error(`the bomb was answered with ${JSON.stringify(result)}`)
    times.push(ms)
  }
  console.log(`A PNG of ${(bomb.length / 1e3).toFixed(0)} KB that announces ${((BOMB_EDGE * BOMB_EDGE) / 1e6).toFixed(0)} megapixels`)
  console.log(`  refused  ${inWords(times)}`)
}

/** The worst that is within the cap: every pixel in four channels, from a file of half a megabyte. */
async function reportSwelling(pool: PixelPool, folder: string, children: ChildPeak): Promise<void> {
  const path = join(folder, 'swelling')
  const edge = Math.floor(Math.sqrt(MAX_DECODED_PIXELS))
  const file = flatPng(edge, edge, RGBA)
  await writeFile(path, file)
  const times: number[] = []
  for (let run = 0; run < DECODINGS; run++) {
    const { result, ms } = await timed(() => examinePicture(pool, path))
    if (!result.ok) throw new Error(`it was answered with ${JSON.stringify(result)}`)
    times.push(ms)
  }
  console.log(`A PNG of ${(file.length / 1e3).toFixed(0)} KB with as many pixels as are read, ${(edge * edge * 4) / 1e6} MB when decoded`)
  console.log(`  decoded  ${inWords(times)}`)
  console.log(`  largest resident memory of a pixel process  ${(children.peakBytes / 1e6).toFixed(0)} MB\n`)
}

async function reportDamaged(pool: PixelPool, folder: string, children: ChildPeak): Promise<void> {
  const originals = drawOriginals()
  const loop = monitorEventLoopDelay({ resolution: SAMPLING_STEP_MS })
  const times: number[] = []
  const verdicts = new Map<string, number>()
  let next = 0
  const work = async () => {
    for (let file = next++; file < DAMAGED_FILES; file = next++) {
      const path = join(folder, String(file % (AT_ONCE * 2)))
      await writeFile(path, damaged(originals, file))
      const { result, ms } = await timed(() => examinePicture(pool, path))
      const verdict = result.ok ? 'read all the same' : result.problem
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
      times.push(ms)
    }
  }
  const before = children.seen.size
  loop.enable()
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  loop.disable()
  console.log(`${DAMAGED_FILES} damaged PNG, JPEG and WebP files, ${AT_ONCE} at once`)
  for (const [verdict, count] of [...verdicts].sort((a, b) => b[1] - a[1]))
    console.log(`  ${verdict.padEnd(20)}${String(count).padStart(6)}`)
  console.log(`  from file to verdict  ${inWords(times)}`)
  console.log(
    `  largest resident memory of a pixel process  ${(children.peakBytes / 1e6).toFixed(0)} MB; ${children.seen.size - before} were started`,
  )
  const [p99, longest] = [loop.percentile(99), loop.max].map((ns) => (ns / NANOSECONDS_PER_MS - SAMPLING_STEP_MS).toFixed(2))
  console.log(`  delay of the event loop meanwhile  p99 ${p99} ms   longest ${longest} ms`)
}

function drawOriginals(): Buffer[] {
  const canvas = createCanvas(256, 192)
  const context = canvas.getContext('2d')
  for (let x = 0; x < 256; x += 3) {
    context.fillStyle = `rgba(${(x * 7) % 256}, ${(x * 13) % 256}, ${(x * 29) % 256}, ${x % 2 ? 1 : 0.5})`
    context.fillRect(x, 0, 2, 192 - (x % 50))
  }
  return [canvas.toBuffer('image/png'), canvas.toBuffer('image/jpeg'), canvas.toBuffer('image/webp')]
}

/** Changes some bytes of a picture, in half of the files near its beginning, and cuts every fifth short. The same in every run. */
function damaged(originals: readonly Buffer[], file: number): Buffer {
  const original = originals[file % originals.length]!
  let state = file * 2_654_435_761 + 1
  const chance = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const bytes = Buffer.from(original.subarray(0, file % 5 === 0 ? chance(original.length) + 1 : original.length))
  for (let change = 1 + chance(8); change > 0; change--) bytes[chance(file % 2 ? Math.min(200, bytes.length) : bytes.length)] = chance(256)
  return bytes
}

/** A valid PNG of nothing but zeros. @param colourType 0 = grey, 6 = RGBA */
function flatPng(width: number, height: number, colourType: 0 | typeof RGBA): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, colourType, 0, 0, 0], 8)
  const rowBytes = 1 + width * (colourType === RGBA ? 4 : 1)
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(rowBytes * height))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

await main()
