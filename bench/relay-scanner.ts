/**
 * How fast the relay reads answers: `node bench/relay-scanner.ts`.
 * Prints MB of base64 per second for one core; an answer holds 4 MiB of base64 and comes in pieces of 64 KiB, as sockets give them.
 * The ceiling is SHA-256 alone. Nothing here goes over a network.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
// The scanner is measured without disk and event loop, so it is taken from inside the part.
import { ImageString } from '../src/relay/image-string.ts'
import { NullReplyClient, openRelay } from '../src/relay/index.ts'
import { JsonScanner } from '../src/relay/json-scanner.ts'
import { OutlineRecorder } from '../src/relay/reply-outline.ts'
import { ReplyWriter } from '../src/relay/reply-writer.ts'
import { SLAB_BYTES } from '../src/relay/slab-pool.ts'

const BASE64_BYTES = 4 * 1024 * 1024
const PIECE_BYTES = 64 * 1024
const ROUNDS = 60

const image = randomBytes((BASE64_BYTES / 4) * 3)
const base64 = image.toString('base64')
const members = '"size":"1024x1024","usage":{"total_tokens":1234}'
const jsonAnswer = cut(`{\n  "created": 1,\n  "data": [{ "b64_json": "${base64}" }],\n  ${members}\n}\n`)
const escapedAnswer = cut(`{"data":[{"b64_json":"${base64.replaceAll('/', '\\/')}"}],${members}}`)
const sseAnswer = cut(
  `event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"${base64}",${members}}\n\n`,
)

function cut(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  const count = Math.ceil(bytes.length / PIECE_BYTES)
  return Array.from({ length: count }, (_, index) => Buffer.from(bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES)))
}

/** Decodes into one recycled slab and hashes, as the spool does, but writes nothing. */
class HashingTarget {
  readonly #slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  readonly #hash = createHash('sha256')
  #used = 0

  room(): number {
    return SLAB_BYTES - this.#used
  }

  view(length: number): Uint8Array {
    return this.#slab.subarray(this.#used, this.#used + length)
  }

  wrote(length: number): void {
    this.#hash.update(this.#slab.subarray(this.#used, this.#used + length))
    this.#used = (this.#used + length) % SLAB_BYTES
  }

  digest(): string {
    return this.#hash.digest('hex')
  }
}

async function hashOnly(): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < image.length; at += 48 * 1024) hash.update(image.subarray(at, at + 48 * 1024))
  return hash.digest('hex')
}

async function scanDecodeHash(pieces: readonly Buffer[]): Promise<string> {
  const target = new HashingTarget()
  const writer = new ReplyWriter(() => undefined, new OutlineRecorder(1 << 20), 0)
  const listener = { imageBegins: () => target, imageEnds: () => undefined }
  const scanner = new JsonScanner(['b64_json'], listener, new ImageString(writer), { skeletonBytes: 1 << 20, depth: 64 })
  writer.outline.skipFrame()
  for (const piece of pieces) {
    writer.startPiece(piece)
    scanner.feed(piece, 0, piece.length)
    writer.endPiece()
  }
  return target.digest()
}

async function wholeRelay(kind: 'json' | 'sse', pieces: readonly Buffer[], folder: string): Promise<string> {
  const relay = openRelay({
    imageKeys: ['b64_json'],
    expectedImages: 1,
    spoolFolder: folder,
    spoolName: 'bench',
    client: new NullReplyClient(),
    classifyEvent: () => 'completed',
    keepPartials: false,
  })
  relay.begin({ status: 200, kind, requestId: null })
  for (const piece of pieces) {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (!relay.data(piece, resolve)) await promise
  }
  relay.end(true)
  const result = await relay.settleable
  relay.release()
  await relay.discard()
  return result.images[0]?.sha256 ?? ''
}

async function measure(name: string, step: () => Promise<string>): Promise<void> {
  const expected = createHash('sha256').update(image).digest('hex')
  if ((await step()) !== expected) throw new Error(`${name}: wrong hash`)
  const walls: number[] = []
  const cpuBefore = process.cpuUsage()
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await step()
    walls.push(performance.now() - start)
  }
  const cpu = process.cpuUsage(cpuBefore)
  const median = walls.sort((a, b) => a - b)[ROUNDS / 2]!
  const cpuMs = (cpu.user + cpu.system) / 1000 / ROUNDS
  const speed = BASE64_BYTES / 1e6 / (median / 1000)
  console.log(
    `${name.padEnd(58)} ${median.toFixed(2).padStart(6)} ms ${cpuMs.toFixed(2).padStart(6)} ms CPU ${speed.toFixed(0).padStart(6)} MB/s`,
  )
}

const folder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'))
console.log(`node ${process.version}, ${cpus()[0]?.model}, 4 MiB of base64 in 64 KiB pieces, median of ${ROUNDS}`)
try {
  await measure('SHA-256 of the decoded image alone (the ceiling)', hashOnly)
  await measure('scan + decode + hash', () => scanDecodeHash(jsonAnswer))
  await measure('scan + decode + hash, every slash escaped', () => scanDecodeHash(escapedAnswer))
  await measure('whole relay, JSON: + spool file, fdatasync, unlink', () => wholeRelay('json', jsonAnswer, folder))
  await measure('whole relay, SSE: + spool file, fdatasync, unlink', () => wholeRelay('sse', sseAnswer, folder))
} finally {
  await rm(folder, { recursive: true, force: true })
}
