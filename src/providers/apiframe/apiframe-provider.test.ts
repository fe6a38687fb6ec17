import { describe, expect, it } from 'vitest'
import { createOutbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { describeImageProvider } from '../provider-conformance.ts'
import { callTo, canary, RecordingSink } from '../provider-test-kit.ts'
import { httpAnswer, httpHead, type UpstreamScript } from '../scripted-upstream.ts'
import { createApiframeProvider } from './apiframe-provider.ts'
import { inJson, type JobScript, picture, pictureBytes, runAgainst } from './job-test-kit.ts'

// The submission is the request that buys: the suite scripts the answer to it. What comes after is tested below.
describeImageProvider({
  name: 'apiframe',
  operations: ['generate'],
  answers: 'composed',
  create() {
    const outbound = createOutbound({ userAgent: 'darkroom/test' })
    return { provider: createApiframeProvider({ outbound, clock: systemClock }), close: () => outbound.close() }
  },
})

const html: UpstreamScript = (socket) => socket.write(httpAnswer(200, { 'content-type': 'text/html' }, '<html>Welcome</html>'))
const running = { status: 'PROCESSING' }
const done = { status: 'COMPLETED', result: 'one.png' }

describe('a job that goes well', () => {
  it('is submitted once, looked at until it is over, and fetched without the key', async () => {
    const { outcome, requests, headers, submitted, sink } = await runAgainst({ looks: [{ status: 'QUEUED' }, running, done] })
    expect(requests).toEqual([
      'POST /v2/images/generate',
      'GET /v2/jobs/job-1',
      'GET /v2/jobs/job-1',
      'GET /v2/jobs/job-1',
      'GET /pictures/one.png',
    ])
    expect(headers[0]).toMatchObject({ 'x-api-key': canary, 'x-client-request-id': 'att_1', 'content-type': 'application/json' })
    expect(headers[1]).toMatchObject({ 'x-api-key': canary })
    expect(Object.values(headers[4]!).join()).not.toContain(canary)
    expect(submitted).toEqual({ prompt: 'a cat', model: 'gpt-image-2', gptImage2Params: { output_format: 'png' } })
    expect(outcome).toMatchObject({ class: 'ok', httpStatus: 200, requestId: 'job-1' })
    expect(sink.events).toEqual(['sent', 'begin json', 'end'])
    expect(sink.head).toEqual({ status: 200, kind: 'json', requestId: 'job-1' })
  })

  it('answers as OpenAI does, with the bytes that were fetched, no usage and no size nobody reported', async () => {
    const { sink } = await runAgainst({ looks: [{ ...done, model: 'gpt-image-2' }] })
    const answer = JSON.parse(sink.body.toString())
    expect(answer).toEqual({
      created: expect.any(Number),
      model: 'gpt-image-2',
      data: [{ b64_json: pictureBytes.toString('base64') }],
    })
  })

  it('answers several pictures in order, however their addresses are listed', async () => {
    const pictures = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, picture(Buffer.from(name.repeat(4)))]))
    const { sink, outcome } = await runAgainst({ looks: [{ status: 'COMPLETED', result: ['b', 'a', 'c'] }], pictures })
    const { data } = JSON.parse(sink.body.toString()) as { data: { b64_json: string }[] }
    expect(data.map(({ b64_json }) => Buffer.from(b64_json, 'base64').toString())).toEqual(['bbbb', 'aaaa', 'cccc'])
    expect(outcome.class).toBe('ok')
  })

  it('answers a stream with one completed event a picture and no previews', async () => {
    const script: JobScript = { looks: [{ status: 'COMPLETED', result: ['one.png', 'one.png'] }] }
    const { sink } = await runAgainst(script, { call: { stream: true, body: { prompt: 'a cat', stream: true, partial_images: 2 } } })
    expect(sink.events).toEqual(['sent', 'begin sse', 'end'])
    const frames = sink.body.toString().split('\n\n').filter(Boolean)
    expect(frames).toHaveLength(2)
    for (const frame of frames) {
      const [event, data] = frame.split('\n')
      expect(event).toBe('event: image_generation.completed')
      expect(JSON.parse(data!.slice('data: '.length))).toEqual({
        type: 'image_generation.completed',
        created_at: expect.any(Number),
        b64_json: pictureBytes.toString('base64'),
      })
    }
  })

  it('is asked after less and less often, from every 2 seconds to every 5', async () => {
    const { pauses } = await runAgainst({ looks: [...Array(9).fill(running), done] })
    expect(pauses[0]).toBe(2_000)
    expect(pauses.slice(0, 9).every((ms, index) => ms <= pauses[index + 1]!)).toBe(true)
    expect(pauses.at(-1)).toBe(5_000)
  })

  it.each<[string, UpstreamScript]>([
    ['a page', html],
    ['broken JSON', (socket) => socket.write(httpAnswer(200, { 'content-type': 'application/json' }, '{"status": '))],
    ['a 502', (socket) => socket.write(httpAnswer(502, {}, ''))],
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['a body without an end in sight', (socket) => socket.write(httpAnswer(200, {}, 'x'.repeat(200_000)))],
    ['a compressed body', (socket) => socket.write(httpAnswer(200, { 'content-encoding': 'gzip' }, 'zipped'))],
    ['a redirect', (socket) => socket.write(httpAnswer(302, { location: 'http://127.0.0.1:1/' }))],
  ])('is found again after a look that brought %s, without a second submission', async (_case, look) => {
    const { outcome, requests } = await runAgainst({ looks: [look, done] })
    expect(outcome.class).toBe('ok')
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  it.each([
    ['7', 7_000],
    ['3600', 30_000],
  ])('waits between looks as long as it is told to, within reason: %s s', async (seconds, waitedMs) => {
    const { pauses, outcome } = await runAgainst(
      { looks: [inJson(429, {}, { 'retry-after': seconds }), done] },
      { call: { timeoutMs: 60_000 } },
    )
    expect([outcome.class, pauses]).toEqual(['ok', [2_000, waitedMs]])
  })

  it('reads the picture no faster than the sink takes it, and loses nothing', async () => {
    const sink = new RecordingSink()
    let waiting = 0
    sink.data = (piece, resume) => {
      expect(waiting).toBe(0)
      waiting += 1
      sink.pieces.push(piece)
      setImmediate(() => {
        waiting -= 1
        resume()
      })
      return false
    }
    const { outcome } = await runAgainst({}, { sink })
    expect(outcome.class).toBe('ok')
    expect(JSON.parse(sink.body.toString()).data[0].b64_json).toBe(pictureBytes.toString('base64'))
  })

  it('asks the store of a paid picture again when it is not ready', async () => {
    let asked = 0
    const late: UpstreamScript = (socket, call) => (asked++ < 2 ? inJson(404, {}) : picture())(socket, call)
    const { outcome, requests } = await runAgainst({ pictures: { 'one.png': late } })
    expect(outcome.class).toBe('ok')
    expect(requests.filter((line) => line.endsWith('one.png'))).toHaveLength(3)
  })
})

describe('a job that does not', () => {
  it.each<[string, unknown, object]>([
    ['for policy, in a text', 'Blocked by content policy', { class: 'rejected', error: { code: 'moderation_blocked' } }],
    [
      'for policy, by code',
      { code: 'nsfw_detected', message: 'no' },
      { class: 'rejected', error: { code: 'moderation_blocked', message: 'no' } },
    ],
    ['for its form', { code: 'invalid_prompt', message: 'no' }, { class: 'rejected', error: { code: 'invalid_prompt' } }],
    ['for want of credits', { code: 'insufficient_credits' }, { class: 'rejected', error: { code: 'insufficient_quota' } }],
    ['on its own side', { code: 'internal_error', message: 'sorry' }, { class: 'server_refused', error: { message: 'sorry' } }],
    ['without a word', null, { class: 'server_refused', error: { message: null } }],
  ])('failed %s: nothing is charged, and nothing is sent again', async (_case, error, expected) => {
    const { outcome, requests, sink } = await runAgainst({ looks: [{ status: 'FAILED', error }] })
    expect(outcome).toMatchObject({ ...expected, httpStatus: null, requestId: 'job-1' })
    expect(requests).toEqual(['POST /v2/images/generate', 'GET /v2/jobs/job-1'])
    expect(sink.events).toEqual(['sent'])
  })

  it('is refused unsent when the API has no words for it', async () => {
    const { outcome, requests, sink } = await runAgainst({}, { call: { body: { prompt: 'a cat', size: '1024x640' } } })
    expect(outcome).toMatchObject({ class: 'rejected', httpStatus: null, error: { param: 'size', code: 'invalid_value' } })
    expect([requests, sink.events]).toEqual([[], []])
  })

  it.each<[string, UpstreamScript]>([
    ['no id', inJson(202, { status: 'QUEUED' })],
    ['an id that leads elsewhere', inJson(202, { jobId: '../../v1/keys' })],
    ['an id that is no text', inJson(202, { jobId: 7 })],
  ])('is a bad response when its submission brings %s', async (_case, submit) => {
    const { outcome, requests } = await runAgainst({ submit })
    expect(outcome).toMatchObject({ class: 'bad_response', cause: 'no_job' })
    expect(requests).toHaveLength(1)
  })

  it('is lost when the answer to its submission breaks off', async () => {
    const cut: UpstreamScript = (socket) => socket.end(httpHead(202, { 'content-type': 'application/json', 'content-length': '99' }))
    expect((await runAgainst({ submit: cut })).outcome).toMatchObject({ class: 'lost', cause: 'reset', httpStatus: 202 })
  })

  it('is lost, with its id, when it is not over by the deadline', async () => {
    let nowMs = 0
    const clock = { nowMs: () => 0, monotonicMs: () => (nowMs += 100) }
    const { outcome, requests } = await runAgainst({ looks: [running] }, { clock, call: { timeoutMs: 3_000 } })
    expect(outcome).toMatchObject({ class: 'lost', cause: 'timeout', requestId: 'job-1', httpStatus: null })
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  it.each<[string, UpstreamScript]>([
    ['refuses', inJson(404, { error: { code: 'job_not_found' } })],
    ['answers with a state nobody knows', inJson(200, { status: 'PONDERING' })],
  ])('is lost when every look %s, and is not submitted again', async (_case, look) => {
    const { outcome, requests } = await runAgainst({ looks: [look] })
    expect(outcome).toMatchObject({ class: 'lost', cause: 'unreadable', requestId: 'job-1' })
    expect(requests).toEqual(['POST /v2/images/generate', ...Array(5).fill('GET /v2/jobs/job-1')])
  })

  it('is lost when the gateway shuts down between two looks', async () => {
    const controller = new AbortController()
    const look: UpstreamScript = (socket, call) => {
      inJson(200, running)(socket, call)
      controller.abort()
    }
    const { outcome } = await runAgainst({ looks: [look] }, { call: { signal: controller.signal } })
    expect(outcome).toMatchObject({ class: 'lost', cause: 'aborted', requestId: 'job-1' })
  })

  it('is told as a success without pictures when it names none', async () => {
    const { outcome, sink } = await runAgainst({ looks: [{ status: 'COMPLETED', result: null }] })
    expect([outcome.class, JSON.parse(sink.body.toString()).data]).toEqual(['ok', []])
  })
})

describe('a paid job whose picture does not come', () => {
  const endless: UpstreamScript = (socket) => {
    socket.write(httpHead(200, { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }))
    const write = () => socket.writable && socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`, () => setImmediate(write))
    write()
  }

  it.each<[string, UpstreamScript, string]>([
    ['a dead address', inJson(404, {}), 'picture_unreachable'],
    ['a page', html, 'picture_unreachable'],
    ['nothing', picture(Buffer.alloc(0)), 'picture_unreachable'],
    ['a compressed body', picture(pictureBytes, { 'content-type': 'image/png', 'content-encoding': 'gzip' }), 'picture_unreachable'],
    ['a body without end', endless, 'too_large'],
    ['half of it', (socket) => socket.end(httpHead(200, { 'content-type': 'image/png', 'content-length': '99' })), 'reset'],
  ])('%s: told as charged and broken off, never bought again', async (_case, script, cause) => {
    const { outcome, requests, sink } = await runAgainst({ pictures: { 'one.png': script } }, { maxPictureBytes: 1_000_000 })
    expect(outcome).toMatchObject({ class: 'partial', cause, requestId: 'job-1' })
    expect(sink.events).toEqual(['sent', 'begin json', 'cut'])
    expect(requests.filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  it.each(['http://127.0.0.1:1/secret', 'file:///etc/passwd', 'http://169.254.169.254/latest/meta-data', 'not an address'])(
    'an address that is never fetched: %s',
    async (result) => {
      const { outcome } = await runAgainst({ looks: [{ status: 'COMPLETED', result: result.includes(':') ? result : [`x:${result}`] }] })
      expect(outcome).toMatchObject({ class: 'partial', cause: 'picture_unreachable' })
    },
  )

  it('an address on the upstream’s own private host, unless the operator listed it', async () => {
    const { outcome, requests } = await runAgainst({}, { allowed: false })
    expect(outcome).toMatchObject({ class: 'partial', cause: 'picture_unreachable' })
    expect(requests).toHaveLength(2)
  })

  it('keeps the pictures that came before the one that did not', async () => {
    const { outcome, sink } = await runAgainst({ looks: [{ status: 'COMPLETED', result: ['one.png', 'gone.png'] }] })
    expect(outcome.class).toBe('partial')
    expect(sink.body.toString().endsWith(`[{"b64_json":"${pictureBytes.toString('base64')}"}`)).toBe(true)
  })

  it('says what the sink threw when it was the sink', async () => {
    const sink = new RecordingSink()
    const thrown = new Error('a fault of ours')
    sink.data = () => {
      throw thrown
    }
    expect((await runAgainst({}, { sink })).outcome).toMatchObject({ class: 'partial', cause: 'reader', thrown })
    expect(sink.events).toEqual(['sent', 'begin json', 'cut'])
  })

  it('does not wait for a sink beyond the deadline', async () => {
    const sink = new RecordingSink()
    sink.data = () => false
    const { outcome } = await runAgainst({}, { sink, call: { timeoutMs: 500 } })
    expect(outcome).toMatchObject({ class: 'partial', cause: 'timeout' })
  })
})

it('throws for an operation it does not serve', async () => {
  const outbound = createOutbound({ userAgent: 'darkroom/test' })
  const provider = createApiframeProvider({ outbound, clock: systemClock })
  await expect(provider.dispatch(callTo('http://127.0.0.1:1', { operation: 'edit' }), new RecordingSink())).rejects.toThrow(TypeError)
  await outbound.close()
})
