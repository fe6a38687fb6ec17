import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { cutUp, feedPieces, imageFrame, jsonAnswer, someError } from './fixtures/relay-harness.ts'
import { bodyOf, get, rawRequest, readUntil, replyServer } from './fixtures/reply-server.ts'

const jsonHead = { status: 200, kind: 'json', requestId: null } as const
const sseHead = { status: 200, kind: 'sse', requestId: null } as const
const noResume = () => undefined

describe('a JSON reply over HTTP', () => {
  it('is sent with status 200, the announced headers and the very bytes of the answer', async () => {
    await using server = await replyServer()
    const reply = get(server.port)
    const { client, relay } = await server.next()
    client.announce({ 'x-darkroom-generation': 'gen_1' })
    client.announce({ 'x-darkroom-route': 'sandbox' })
    const answer = jsonAnswer([randomBytes(200_000)])
    relay.begin(jsonHead)
    await feedPieces(relay, cutUp(answer, [30_000]))
    relay.end(true)
    await relay.settleable
    relay.release()
    const incoming = await reply
    expect(incoming.statusCode).toBe(200)
    expect(incoming.headers).toMatchObject({
      'content-type': 'application/json',
      'x-darkroom-generation': 'gen_1',
      'x-darkroom-route': 'sandbox',
    })
    expect(incoming.headers).not.toHaveProperty('content-length')
    expect(await bodyOf(incoming)).toEqual({ body: answer, broken: false })
    await client.finished
  })

  it('lacks its closing brace until the release', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port)
    const { relay } = await server.next()
    relay.begin(jsonHead)
    relay.data(Buffer.from('{"data":[{"b64_json":"QUJD"}],"end":1}'), noResume)
    await relay.settleable
    const before = await readUntil(socket, '"end":1')
    expect(before).toMatch(/"end":1\r\n$/)
    relay.release()
    expect(await readUntil(socket, '0\r\n\r\n')).toBe('1\r\n}\r\n0\r\n\r\n')
  })

  it('is broken off when upstream is cut, and reads as broken to the client', async () => {
    await using server = await replyServer()
    const reply = get(server.port)
    const { relay } = await server.next()
    const answer = jsonAnswer([randomBytes(3000)])
    relay.begin(jsonHead)
    relay.data(answer.subarray(0, 2000), noResume)
    const incoming = await reply
    relay.end(false)
    await relay.settleable
    relay.abort(someError)
    expect(await bodyOf(incoming)).toMatchObject({ broken: true })
  })

  it('resets an HTTP/1.0 connection, where a mere end would pass for the end of the body', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port, '1.0')
    const { relay } = await server.next()
    relay.begin(jsonHead)
    relay.data(jsonAnswer([randomBytes(3000)]).subarray(0, 2000), noResume)
    await readUntil(socket, 'b64_json')
    relay.abort(someError)
    const [error] = await once(socket, 'error')
    expect(error).toMatchObject({ code: 'ECONNRESET' })
  })

  it('becomes a refusal with its own status while nothing was sent', async () => {
    await using server = await replyServer()
    const reply = get(server.port)
    const { client, relay } = await server.next()
    client.announce({ 'x-darkroom-generation': 'gen_1' })
    relay.begin(jsonHead)
    relay.data(Buffer.from('<html>'), noResume)
    expect(await relay.settleable).toMatchObject({ ended: 'malformed', cause: 'not_json' })
    relay.abort(someError)
    const incoming = await reply
    expect(incoming.statusCode).toBe(502)
    expect(incoming.headers).toMatchObject({ 'x-should-retry': 'false', 'x-darkroom-generation': 'gen_1' })
    expect(JSON.parse((await bodyOf(incoming)).body.toString())).toEqual(someError.body)
  })

  it('cuts rather than mixes when the answer is of another kind than was begun', async () => {
    await using server = await replyServer()
    const reply = get(server.port)
    const { client } = await server.next()
    client.commit({ contentType: 'text/event-stream; charset=utf-8', headers: {} })
    const incoming = await reply
    client.commit({ contentType: 'application/json', headers: {} })
    expect(await bodyOf(incoming)).toEqual({ body: Buffer.alloc(0), broken: true })
  })
})

describe('a stream over HTTP', () => {
  it('begins after a wait without an answer and is kept alive by comments', async () => {
    await using server = await replyServer({ stream: true, commitAfterMs: 5, heartbeatMs: 5 })
    const socket = await rawRequest(server.port)
    const { client } = await server.next()
    const received = await readUntil(socket, ': keep-alive\n\n\r\ne\r\n: keep-alive')
    expect(received).toMatch(/^HTTP\/1.1 200 OK/)
    expect(received.toLowerCase()).toContain('content-type: text/event-stream; charset=utf-8\r\n')
    expect(received.toLowerCase()).toContain('x-accel-buffering: no\r\n')
    client.fail(someError)
    expect(await readUntil(socket, '\r\n0\r\n\r\n')).toContain(`event: error\ndata: ${JSON.stringify(someError.body)}\n\n`)
  })

  it('answers with a status as long as the wait is not over', async () => {
    await using server = await replyServer({ stream: true })
    const reply = get(server.port)
    const { client } = await server.next()
    client.fail(someError)
    expect((await reply).statusCode).toBe(502)
  })

  it('gets no comment within a frame', async () => {
    await using server = await replyServer({ stream: true, heartbeatMs: 2, commitAfterMs: 10_000 })
    const reply = get(server.port)
    const { relay } = await server.next()
    const frame = imageFrame('completed', randomBytes(3000))
    relay.begin(sseHead)
    relay.data(Buffer.from(frame.slice(0, 2000)), noResume)
    await wait(30)
    relay.data(Buffer.from(frame.slice(2000)), noResume)
    await relay.settleable
    await wait(30)
    relay.release()
    relay.end(true)
    const { body } = await bodyOf(await reply)
    expect(body.toString().replace(/^(?:: keep-alive\n\n)+/, '')).toBe(frame)
  })

  it('ends with an error frame when upstream is cut between two frames', async () => {
    await using server = await replyServer({ stream: true })
    const reply = get(server.port)
    const { relay } = await server.next()
    const preview = imageFrame('partial_image', randomBytes(50))
    relay.begin(sseHead)
    relay.data(Buffer.from(`${preview}event: image_gen`), noResume)
    relay.end(false)
    await relay.settleable
    relay.abort(someError)
    const { body, broken } = await bodyOf(await reply)
    expect(body.toString()).toBe(`${preview}event: error\ndata: ${JSON.stringify(someError.body)}\n\n`)
    expect(broken).toBe(false)
  })

  it('is broken off when upstream is cut within a frame that has begun', async () => {
    await using server = await replyServer({ stream: true })
    const reply = get(server.port)
    const { relay } = await server.next()
    relay.begin(sseHead)
    relay.data(Buffer.from(imageFrame('completed', randomBytes(3000)).slice(0, 2000)), noResume)
    const incoming = await reply
    relay.end(false)
    await relay.settleable
    relay.abort(someError)
    const { body, broken } = await bodyOf(incoming)
    expect(broken).toBe(true)
    expect(body.toString()).not.toContain('event: error')
  })

  it('is broken off rather than completed when the settling fails behind the last image', async () => {
    await using server = await replyServer({ stream: true })
    const reply = get(server.port)
    const { relay } = await server.next()
    relay.begin(sseHead)
    relay.data(Buffer.from(imageFrame('completed', randomBytes(3000))), noResume)
    const incoming = await reply
    await relay.settleable
    relay.abort(someError)
    const { body, broken } = await bodyOf(incoming)
    expect(broken).toBe(true)
    expect(body.toString()).not.toMatch(/\n\n/)
  })
})

describe('a connection', () => {
  it('can be used for the next request after a reply', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port)
    for (let turn = 0; turn < 2; turn++) {
      if (turn > 0) socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
      const { client, relay } = await server.next()
      relay.begin(jsonHead)
      relay.data(jsonAnswer([randomBytes(100)]), noResume)
      await relay.settleable
      relay.release()
      await relay.discard()
      expect(await readUntil(socket, '0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 OK/)
      await client.finished
    }
  })
})
