import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  httpAnswer,
  httpHead,
  type ScriptedUpstream,
  startScriptedUpstream,
  type UpstreamScript,
} from '../../src/providers/scripted-upstream.ts'
import { sandboxRoute } from '../../src/routes/index.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, seeReply, settledRecord, sumOf } from '../support/generation-calls.ts'
import { noisePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const MIB = 1024 * 1024
const json = { 'content-type': 'application/json', 'x-request-id': 'req_scripted' }
const usage = { input_tokens: 8, output_tokens: 100, total_tokens: 108 }
/** Eight tokens of text at $5 and a hundred of pictures at $30 a million. */
const usageNanos = 8n * 5_000n + 100n * 30_000n

let gateway: TestGateway
let upstream: ScriptedUpstream
let script: UpstreamScript = () => undefined

beforeAll(async () => {
  upstream = await startScriptedUpstream((socket, call) => script(socket, call))
  gateway = await startTestGateway({ config: { routes: [sandboxRoute(upstream.origin)] } })
})
afterAll(async () => {
  await gateway.close()
  await upstream.close()
})

/** One call that is answered by a script, with everything that came of it. */
async function answeredBy(answer: UpstreamScript, change: object = {}) {
  script = answer
  const before = upstream.calls.length
  const seen = await seeReply(postGeneration(gateway, change))
  const record = await settledRecord(gateway, seen.generationId!)
  const lines = await ledgerLines(gateway, record.id)
  const kinds = [...new Set(lines.map(({ kind }) => kind))]
  const { status, ending, error, headers } = seen
  const client = { status, ending, code: error?.code, outcome: error?.outcome, retry: headers.get('x-should-retry') }
  return { client, seen, record, lines, kinds, calls: upstream.calls.length - before }
}

const lost = { status: 502, ending: 'whole', code: 'upstream_bad_response', outcome: 'charged', retry: 'false' }

describe('an answer that is none', () => {
  it.each([
    ['F11 words in the place of JSON', 'the picture is ready', 'partial: not_json'],
    ['F11 an array in the place of an object', '[1, 2]', 'partial: not_json'],
    ['F11 JSON that breaks before its first picture', '{"created": 1, "data": oops}', 'partial: not_json'],
    ['F11 no bytes at all', '', 'partial: document_not_closed'],
  ])('%s: charged without a picture, once, booked as a loss', async (_claim, body, outcome) => {
    const { client, record, lines, kinds, calls } = await answeredBy((socket) => socket.write(httpAnswer(200, json, body)))
    expect(client).toEqual(lost)
    expect(record).toMatchObject({ status: 'failed', attempts: [{ outcome }], images: [], next_action: 'human' })
    expect(kinds).toEqual(['reserve', 'release', 'loss'])
    expect(sumOf(lines, 'loss')).toBeGreaterThan(0n)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(calls).toBe(1)
  })

  it.each([
    ['F31 a page in the place of an answer', 'text/html', '<html>Welcome to nginx</html>', 'bad_response: html'],
    ['F31 a picture in the place of JSON', 'image/png', 'PNG', 'bad_response: content_type'],
  ])('%s: held, because nobody can say what became of the request', async (_claim, type, body, outcome) => {
    const { client, record, kinds, calls } = await answeredBy((socket) => socket.write(httpAnswer(200, { 'content-type': type }, body)))
    expect(client).toEqual({ ...lost, outcome: 'unknown' })
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome }], images: [] })
    expect([kinds, calls]).toEqual([['reserve', 'release', 'hold_unknown'], 1])
  })
})

describe('an answer with fewer or other things than were asked', () => {
  it('F16 two pictures of three: both are delivered and kept, settled by what upstream counted, and the record says what is missing', async () => {
    const pictures = await Promise.all([noisePicture(64, 40), noisePicture(64, 40)])
    const data = pictures.map((picture) => ({ b64_json: picture.toString('base64') }))
    const body = JSON.stringify({ created: 1, data, usage })
    const { client, record, lines, kinds, calls } = await answeredBy((socket) => socket.write(httpAnswer(200, json, body)), { n: 3 })
    expect(client).toMatchObject({ status: 200, ending: 'whole' })
    expect(record).toMatchObject({ status: 'completed', images: pictures.map((bytes) => ({ sha256: sha256(bytes), storage: 'stored' })) })
    expect(record.warnings.map(({ code }) => code)).toContain('fewer_images')
    expect([kinds, calls]).toEqual([['reserve', 'release', 'settle'], 1])
    expect(sumOf(lines, 'settle')).toBe(usageNanos)
  })

  it('F10 an answer that ends before the length it announced: broken for the client, booked as a loss', async () => {
    const whole = JSON.stringify({ created: 1, data: [{ b64_json: (await noisePicture(64, 40)).toString('base64') }], usage })
    const { client, record, lines, kinds, calls } = await answeredBy((socket) =>
      socket.end(Buffer.concat([httpHead(200, { ...json, 'content-length': String(whole.length) }), Buffer.from(whole.slice(0, 5000))])),
    )
    expect(client).toMatchObject({ status: 200, ending: 'broken' })
    expect(record).toMatchObject({ status: 'failed', attempts: [{ outcome: 'partial: connection_cut' }], images: [] })
    expect([kinds, calls]).toEqual([['reserve', 'release', 'loss'], 1])
    expect(sumOf(lines, 'loss')).toBeGreaterThan(0n)
  })

  it('F32 an address of a picture: it is not fetched, and what upstream counted is booked as a loss', async () => {
    let fetched = 0
    await using elsewhere = await listening(() => fetched++)
    const body = JSON.stringify({ created: 1, data: [{ url: `${elsewhere.origin}/picture.png` }], usage })
    const { client, record, lines, kinds, calls } = await answeredBy((socket) => socket.write(httpAnswer(200, json, body)))
    expect(client).toEqual({ ...lost, code: 'no_image_returned' })
    expect(record).toMatchObject({ status: 'failed', images: [] })
    expect([kinds, calls, fetched]).toEqual([['reserve', 'release', 'loss'], 1, 0])
    expect(sumOf(lines, 'loss')).toBe(usageNanos)
  })
})

async function listening(onConnection: () => void) {
  const server = await startScriptedUpstream(() => undefined, { onHead: onConnection })
  return { origin: server.origin, [Symbol.asyncDispose]: () => server.close() }
}

describe('an answer that was compressed although nobody asked', () => {
  it('F30 384 MiB in 384 KiB: refused unread, booked as a loss, and memory does not grow with it', async () => {
    // A file of several compressed ones behind one another is one that expands to all of them.
    const bomb = Buffer.concat(Array(6).fill(gzipSync(Buffer.alloc(64 * MIB))))
    const before = process.memoryUsage()
    const { client, record, kinds, calls } = await answeredBy((socket) =>
      socket.write(httpAnswer(200, { ...json, 'content-encoding': 'gzip' }, bomb)),
    )
    const after = process.memoryUsage()
    expect(upstream.calls.at(-1)!.headers['accept-encoding']).toBe('identity')
    expect(client).toEqual(lost)
    expect(record).toMatchObject({ status: 'failed', attempts: [{ outcome: 'bad_response: content_encoding' }] })
    expect([kinds, calls]).toEqual([['reserve', 'release', 'loss'], 1])
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * MIB)
  })
})

describe('a token count that cannot be', () => {
  it.each(['negative', 'huge'])('F18 %s usage: the estimate is booked and an alarm is raised, once for each answer', async (kind) => {
    await using sandboxed = await startTestGateway()
    const seen = await seeReply(postGeneration(sandboxed, { prompt: promptWith(`usage=${kind}`) }))
    expect(seen.status).toBe(200)
    await seeReply(postGeneration(sandboxed, { prompt: promptWith('usage=missing') }))
    await seeReply(postGeneration(sandboxed))
    expect(BigInt((await readRecord(sandboxed, seen.generationId!)).cost.settled_nanos)).toBe(
      BigInt(sandboxed.gateway.sandbox!.invoice.lines()[0]!.nanos),
    )
    const metrics = await (await sandboxed.fetch('/metrics', { headers: { authorization: `Bearer ${sandboxed.adminToken}` } })).text()
    expect(metrics).toContain('darkroom_usage_refused_total{route_owner="darkroom-sandbox"} 1\n')
  })
})
