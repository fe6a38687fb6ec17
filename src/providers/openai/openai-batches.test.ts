import type { Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { Secret } from '../../primitives/secret.ts'
import { type BatchCallBasics, type BatchCalls, mayHaveHappened } from '../batch-calls.ts'
import { readForm } from '../edit-test-kit.ts'
import type { DispatchOutcome } from '../image-provider.ts'
import { httpAnswer, httpHead, startScriptedUpstream, type UpstreamScript } from '../scripted-upstream.ts'
import { createOpenAiProvider } from './openai-provider.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const json = { 'content-type': 'application/json', 'x-request-id': 'req_1' }
const answering = (status: number, document: unknown): UpstreamScript => {
  return (socket) => socket.end(httpAnswer(status, json, typeof document === 'string' ? document : JSON.stringify(document)))
}

/** The batch calls of the protocol against an upstream that does this, and what every call needs. */
async function batchesOf(script: UpstreamScript, options: Partial<BatchCallBasics> = {}) {
  const upstream = await startScriptedUpstream(script)
  const outbound = createOutbound({ userAgent: 'test', allow: [], denyRanges: [] })
  closing.push(
    () => outbound.close(),
    () => upstream.close(),
  )
  const basics: BatchCallBasics = {
    baseUrl: `${upstream.origin}/v1`,
    key: new Secret('sk-canary'),
    clientRequestId: 'dk-bat_1',
    timeoutMs: 5_000,
    ...options,
  }
  return { upstream, basics, batches: createOpenAiProvider({ outbound, clock: systemClock }).batches! }
}

const batch = (change: object = {}) => ({ id: 'batch_1', object: 'batch', status: 'validating', created_at: 60, ...change })
const content = (text: string) => ({
  byteLength: Buffer.byteLength(text),
  async *open() {
    yield Buffer.from(text)
  },
})
const order = { inputFileId: 'file-1', operation: 'generate', metadata: { darkroom_batch: 'bat_1' } } as const

describe('uploading the lines of a batch', () => {
  it('sends them as a form while they are read, and reads the id', async () => {
    const { upstream, batches, basics } = await batchesOf(answering(200, { id: 'file-1', bytes: 4 }))
    const answer = await batches.uploadBatch({
      ...basics,
      fileName: 'bat_1.jsonl',
      content: content('{}\n\n'),
      expiresAfterSeconds: 86_400,
    })
    expect(answer).toMatchObject({ outcome: { class: 'ok', requestId: 'req_1' }, value: { id: 'file-1', bytes: 4 } })
    const [call] = upstream.calls
    expect(call!.requestLine).toBe('POST /v1/files HTTP/1.1')
    expect(call!.headers).toMatchObject({ authorization: 'Bearer sk-canary', 'x-client-request-id': 'dk-bat_1' })
    const { fields, files } = await readForm(call!)
    expect(Object.fromEntries(fields)).toEqual({
      purpose: 'batch',
      'expires_after[anchor]': 'created_at',
      'expires_after[seconds]': '86400',
    })
    expect(files).toMatchObject([{ name: 'file', fileName: 'bat_1.jsonl', mediaType: 'application/jsonl', byteLength: 4 }])
  })

  it('was surely not made when the file is not as long as it said', async () => {
    const { batches, basics } = await batchesOf(answering(200, { id: 'file-1' }))
    const { outcome, value } = await batches.uploadBatch({ ...basics, fileName: 'x.jsonl', content: { ...content('{}'), byteLength: 3 } })
    expect([outcome, value]).toMatchObject([{ class: 'not_sent', cause: 'request_cut' }, null])
  })
})

describe('making a batch', () => {
  it('names the file, the endpoint, the window and the metadata, and reads all that upstream says', async () => {
    const told = batch({
      status: 'failed',
      expires_at: 120,
      metadata: { darkroom_batch: 'bat_1', other: 7 },
      request_counts: { total: 3, completed: 2, failed: 1 },
      input_file_id: 'file-1',
      output_file_id: 'file-2',
      error_file_id: null,
      errors: { data: [{ code: 'invalid_url', message: 'no: sk-canary', param: 'url', line: 2 }, 7] },
    })
    const { upstream, batches, basics } = await batchesOf(answering(200, told))
    const { outcome, value } = await batches.createBatch({ ...basics, ...order })
    expect(outcome.class).toBe('ok')
    expect(value).toEqual({
      id: 'batch_1',
      status: 'failed',
      metadata: { darkroom_batch: 'bat_1' },
      completed: 2,
      failed: 1,
      total: 3,
      createdAtMs: 60_000,
      expiresAtMs: 120_000,
      inputFileId: 'file-1',
      outputFileId: 'file-2',
      errorFileId: null,
      errors: [{ code: 'invalid_url', message: 'no: [key]', param: 'url', line: 2 }],
    })
    expect(upstream.calls[0]!.requestLine).toBe('POST /v1/batches HTTP/1.1')
    expect(JSON.parse(upstream.calls[0]!.body.toString())).toEqual({
      input_file_id: 'file-1',
      endpoint: '/v1/images/generations',
      completion_window: '24h',
      metadata: { darkroom_batch: 'bat_1' },
    })
  })

  it('takes what it does not know of a batch for nothing, and a status of tomorrow for unknown', async () => {
    const { batches, basics } = await batchesOf(answering(200, { id: 'batch_1', status: 'resting', metadata: null, request_counts: [] }))
    expect((await batches.createBatch({ ...basics, ...order })).value).toMatchObject({
      status: 'unknown',
      metadata: {},
      total: 0,
      errors: [],
    })
  })

  it.each<[string, UpstreamScript, Partial<BatchCallBasics>, Partial<DispatchOutcome>, boolean]>([
    ['refuses it', answering(400, { error: { message: 'no', code: 'invalid_value' } }), {}, { class: 'rejected', httpStatus: 400 }, false],
    ['limits the rate', answering(429, { error: { code: 'rate_limit_exceeded' } }), {}, { class: 'rejected', httpStatus: 429 }, false],
    ['fails', answering(500, { error: { message: 'oh' } }), {}, { class: 'server_refused' }, true],
    ['is gone behind its edge', (socket) => socket.end(httpAnswer(502, {}, '<html>')), {}, { class: 'edge_failed' }, true],
    ['resets', (socket: Socket) => socket.resetAndDestroy(), {}, { class: 'lost', cause: 'reset' }, true],
    ['is silent', () => {}, { timeoutMs: 50 }, { class: 'lost', cause: 'timeout' }, true],
    ['breaks its answer off', (socket) => socket.end(httpHead(200, { ...json, 'content-length': '99' })), {}, { class: 'partial' }, true],
    ['names no batch', answering(200, { object: 'batch' }), {}, { class: 'bad_response', cause: 'no_id' }, true],
    ['sends a page', (socket) => socket.end(httpAnswer(200, { 'content-type': 'text/html' }, 'x')), {}, { class: 'bad_response' }, true],
    ['points elsewhere', (socket) => socket.end(httpAnswer(302, { location: 'https://x.example' })), {}, { class: 'bad_response' }, false],
  ])('says whether it may have been made where upstream %s, and is never tried again', async (_what, script, options, expected, maybe) => {
    const { upstream, batches, basics } = await batchesOf(script, options)
    const { outcome, value } = await batches.createBatch({ ...basics, ...order })
    expect(outcome).toMatchObject(expected)
    expect([value, mayHaveHappened(outcome), upstream.calls.length]).toEqual([null, maybe, 1])
  })

  it('was surely not made where nobody listens', async () => {
    const { upstream, batches, basics } = await batchesOf(answering(200, batch()))
    await upstream.close()
    const { outcome } = await batches.createBatch({ ...basics, ...order })
    expect([outcome.class, mayHaveHappened(outcome)]).toEqual(['not_sent', false])
  })

  it.each<[string, Record<string, string>]>([
    ['seventeen pairs', Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']))],
    ['a long key', { ['k'.repeat(65)]: 'v' }],
    ['a long value', { key: 'v'.repeat(513) }],
  ])('refuses %s of metadata as the mistake of its caller', async (_what, metadata) => {
    const { batches, basics } = await batchesOf(answering(200, batch()))
    await expect(batches.createBatch({ ...basics, ...order, metadata })).rejects.toThrow(TypeError)
  })
})

describe('a batch that is there', () => {
  it.each<[string, (batches: BatchCalls, basics: BatchCallBasics) => Promise<unknown>]>([
    ['GET /v1/batches/batch_1', (batches, basics) => batches.retrieveBatch({ ...basics, batchId: 'batch_1' })],
    ['POST /v1/batches/batch_1/cancel', (batches, basics) => batches.cancelBatch({ ...basics, batchId: 'batch_1' })],
  ])('is asked about by %s', async (request, ask) => {
    const { upstream, batches, basics } = await batchesOf(answering(200, batch({ status: 'cancelling' })))
    expect(await ask(batches, basics)).toMatchObject({ outcome: { class: 'ok' }, value: { id: 'batch_1', status: 'cancelling' } })
    expect(upstream.calls[0]!.requestLine).toBe(`${request} HTTP/1.1`)
  })

  it('cannot lead out of its path', async () => {
    const { upstream, batches, basics } = await batchesOf(answering(200, batch()))
    const ids = ['../files', 'a?b', '', 'a'.repeat(201)]
    for (const id of ids) {
      const sink = { begin() {}, data: () => true, end() {} }
      const outcomes = [
        (await batches.retrieveBatch({ ...basics, batchId: id })).outcome,
        (await batches.cancelBatch({ ...basics, batchId: id })).outcome,
        (await batches.deleteFile({ ...basics, fileId: id })).outcome,
        await batches.readBatchFile({ ...basics, fileId: id, maxBytes: 10 }, sink),
      ]
      expect(outcomes.map((outcome) => outcome.class)).toEqual(Array(4).fill('not_sent'))
    }
    expect(upstream.calls).toEqual([])
  })
})

describe('a file that is there', () => {
  /** Reads it and remembers what the sink was told. */
  async function reading(script: UpstreamScript, maxBytes = 1_000) {
    const { upstream, batches, basics } = await batchesOf(script)
    const told: string[] = []
    const outcome = await batches.readBatchFile(
      { ...basics, fileId: 'file-2', maxBytes },
      {
        begin: () => told.push('begin'),
        data: (piece) => told.push(piece.toString()) > 0,
        end: (whole) => told.push(whole ? 'end' : 'cut'),
      },
    )
    return { upstream, outcome, told }
  }
  const octets = { 'content-type': 'application/octet-stream' }

  it.each([octets, {}, { 'content-type': 'application/jsonl' }, json])('is read as it comes, announced as %j', async (headers) => {
    const { upstream, outcome, told } = await reading((socket) => socket.end(httpAnswer(200, headers, '{}\n')))
    expect(upstream.calls[0]!.requestLine).toBe('GET /v1/files/file-2/content HTTP/1.1')
    expect([outcome.class, told]).toEqual(['ok', ['begin', '{}\n', 'end']])
  })

  it.each<[string, UpstreamScript, Partial<DispatchOutcome>, string[]]>([
    [
      'breaks off',
      (socket) => socket.end(`${httpHead(200, { ...octets, 'content-length': '9' })}{}`),
      { class: 'partial' },
      ['begin', '{}', 'cut'],
    ],
    ['is not there', answering(404, { error: { message: 'No such File object' } }), { class: 'rejected', httpStatus: 404 }, []],
    ['is a page', (socket) => socket.end(httpAnswer(200, { 'content-type': 'text/html' }, 'x')), { class: 'bad_response' }, []],
    ['is packed', (socket) => socket.end(httpAnswer(200, { ...octets, 'content-encoding': 'gzip' }, 'x')), { class: 'bad_response' }, []],
  ])('that %s is told apart', async (_what, script, expected, events) => {
    const { outcome, told } = await reading(script)
    expect([outcome, told]).toMatchObject([expected, events])
  })

  it('is cut where it is longer than wanted', async () => {
    const { outcome, told } = await reading((socket) => socket.end(httpAnswer(200, octets, 'x'.repeat(11))), 10)
    expect([outcome, told.at(-1)]).toMatchObject([{ class: 'partial', cause: 'too_large' }, 'cut'])
  })

  it('is deleted', async () => {
    const { upstream, batches, basics } = await batchesOf(answering(200, { id: 'file-2', deleted: true }))
    expect(await batches.deleteFile({ ...basics, fileId: 'file-2' })).toMatchObject({ outcome: { class: 'ok' }, value: { deleted: true } })
    expect(upstream.calls[0]!.requestLine).toBe('DELETE /v1/files/file-2 HTTP/1.1')
  })
})

describe('listing batches', () => {
  /** An upstream that gives these pages in turn. */
  async function listing(status: number, ...pages: unknown[]) {
    const left = [...pages]
    const { upstream, batches, basics } = await batchesOf((socket, call) => answering(status, left.shift())(socket, call))
    return { upstream, list: () => batches.listBatches({ baseUrl: basics.baseUrl, key: basics.key, sinceMs: 1_000 }) }
  }

  it('goes back page by page to the time that is asked about, and brings metadata', async () => {
    const told = { metadata: { attempt_id: 'att_1' }, request_counts: { total: 3, completed: 2, failed: 1 } }
    const { upstream, list } = await listing(
      200,
      { data: [batch({ id: 'b3', created_at: 9, ...told }), batch({ id: 'b2', created_at: 5 })], has_more: true },
      { data: [batch({ id: 'b1', created_at: 0 })], has_more: true },
    )
    expect(await list()).toMatchObject({
      batches: [
        { id: 'b3', metadata: { attempt_id: 'att_1' }, completed: 2, failed: 1, total: 3 },
        { id: 'b2', metadata: {} },
      ],
      isComplete: true,
    })
    expect(upstream.calls.map(({ requestLine }) => requestLine.split(' ')[1])).toEqual([
      '/v1/batches?limit=100',
      '/v1/batches?limit=100&after=b2',
    ])
  })

  it('says when something may be missing: an entry that cannot be read, or a page that leads nowhere', async () => {
    const { list } = await listing(200, { data: [7, batch()], has_more: false }, { data: [batch(), { id: 4 }], has_more: true })
    expect(await list()).toMatchObject({ batches: [{ id: 'batch_1' }], isComplete: false })
    expect(await list()).toMatchObject({ batches: [{ id: 'batch_1' }], isComplete: false })
  })

  it('is not available where upstream refuses, or answers with no list', async () => {
    expect(await (await listing(401, { error: { message: 'no' } })).list()).toEqual({ unavailable: 'rejected (401)' })
    expect(await (await listing(200, { object: 'list' })).list()).toEqual({ unavailable: 'bad_response: no list' })
  })
})
