import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createOutbound } from './create-outbound.ts'
import type { OutboundFailure, StreamedBody } from './outbound.ts'

const outbound = createOutbound({ userAgent: 'darkroom/test' })
const servers: Server[] = []
const sockets = new Set<Socket>()
const megabyte = Buffer.alloc(2 ** 20, 'm')
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

async function listen(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket(socket)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that counts what follows the head, keeps the head, and answers when as much came as was announced. */
async function listenForBody() {
  const seen = { head: '', bodyBytes: 0, hash: createHash('sha256'), whole: false }
  const url = await listen((socket) => {
    socket.on('data', (piece: Buffer) => {
      if (seen.head === '') {
        const end = piece.indexOf('\r\n\r\n') + 4
        seen.head = piece.subarray(0, end).toString('latin1')
        piece = piece.subarray(end)
      }
      seen.bodyBytes += piece.length
      seen.hash.update(piece)
      seen.whole = seen.bodyBytes >= Number(/content-length: (\d+)/.exec(seen.head)?.[1])
      if (seen.whole) socket.write(ok)
    })
  })
  return { url, seen }
}

interface Outcome {
  events: string[]
  status: number | null
  answer: string
  failure: OutboundFailure | null
}

function send(url: string, body: StreamedBody, timeoutMs = 20_000) {
  const outcome: Outcome = { events: [], status: null, answer: '', failure: null }
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const call = outbound.configured(
    { destination: 'configured', method: 'POST', url, headers: {}, body, timeoutMs, maxBodyBytes: 1e6 },
    {
      onSent: () => outcome.events.push('sent'),
      onHead: ({ status }) => {
        outcome.events.push('head')
        outcome.status = status
      },
      onData: (piece) => {
        outcome.answer += piece.toString()
        return true
      },
      onEnd: () => {
        outcome.events.push('end')
        resolve(outcome)
      },
      onFailure: (failure) => {
        outcome.events.push('failure')
        outcome.failure = failure
        resolve(outcome)
      },
    },
  )
  return { outcome, call, over: promise }
}

/** A body of pieces that counts how often it is opened, read and closed. */
function body(byteLength: number, pieces: () => Iterable<Uint8Array | Error>) {
  const told = { opened: 0, read: 0, closed: 0 }
  async function* read() {
    try {
      for (const piece of pieces()) {
        if (piece instanceof Error) throw piece
        told.read++
        yield piece
      }
    } finally {
      told.closed++
    }
  }
  const open = () => {
    told.opened++
    return read()
  }
  return { told, body: { byteLength, open } satisfies StreamedBody }
}

function* times(count: number, piece: Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield piece
}

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  sockets.clear()
  servers.length = 0
})
afterAll(() => outbound.close())

describe('a streamed body', () => {
  it('goes out byte for byte with its exact length, however it is cut into pieces', async () => {
    const cuts = fc
      .array(fc.uint8Array({ maxLength: 5_000 }), { minLength: 1, maxLength: 20 })
      .filter((pieces) => pieces.some((p) => p.length))
    await fc.assert(
      fc.asyncProperty(cuts, async (pieces) => {
        const { url, seen } = await listenForBody()
        const whole = Buffer.concat(pieces)
        const { told, body: streamed } = body(whole.length, () => pieces)
        expect((await send(url, streamed).over).events).toEqual(['sent', 'head', 'end'])
        expect(seen.head).toContain(`\r\ncontent-length: ${whole.length}\r\n`)
        expect(seen.head).not.toContain('transfer-encoding')
        expect(seen.hash.digest('hex')).toBe(createHash('sha256').update(whole).digest('hex'))
        expect(told).toMatchObject({ opened: 1, closed: 1 })
      }),
      { numRuns: 25 },
    )
  })

  it('is read no faster than the other side takes it, and counts as sent only when its last byte is with the kernel', async () => {
    const { promise: accepted, resolve } = Promise.withResolvers<Socket>()
    const url = await listen((socket) => resolve(socket.pause()))
    const { told, body: streamed } = body(48 * megabyte.length, () => times(48, megabyte))
    const { outcome, over } = send(url, streamed)
    const socket = await accepted
    await pause(150)
    expect(told.read).toBeLessThan(24)
    expect(outcome.events).toEqual([])
    let received = 0
    socket.on('data', (piece: Buffer) => {
      received += piece.length
      if (received > 48 * megabyte.length) socket.write(ok)
    })
    socket.resume()
    expect((await over).events).toEqual(['sent', 'head', 'end'])
    expect(told).toEqual({ opened: 1, read: 48, closed: 1 })
  })

  it('of 100 MB goes from disk to the socket without being held in memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-outbound-'))
    const path = join(folder, 'body')
    try {
      const file = await open(path, 'w')
      for (let index = 0; index < 100; index++) await file.write(megabyte)
      await file.close()
      const { url, seen } = await listenForBody()
      const before = process.memoryUsage.rss()
      let highest = before
      const watch = setInterval(() => {
        highest = Math.max(highest, process.memoryUsage.rss())
      }, 5)
      const { over } = send(url, { byteLength: 100 * megabyte.length, open: () => createReadStream(path) })
      expect((await over).events).toEqual(['sent', 'head', 'end'])
      clearInterval(watch)
      expect(seen.bodyBytes).toBe(100 * megabyte.length)
      expect(highest - before).toBeLessThan(64 * 2 ** 20)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it.each([
    ['fewer bytes than announced', () => times(3, megabyte), 'BODY_LENGTH'],
    ['one byte more, in the last piece', () => [...times(3, megabyte), Buffer.concat([megabyte, Buffer.from('x')])], 'BODY_LENGTH'],
    ['one byte more, in a piece of its own', () => [...times(4, megabyte), Buffer.from('x')], 'BODY_LENGTH'],
    ['nothing', () => [], 'BODY_LENGTH'],
    ['an error on the way', () => [megabyte, Object.assign(new Error('canary'), { code: 'EIO' })], 'EIO'],
    ['an error after the last byte', () => [...times(4, megabyte), new Error('canary')], 'BODY_READER'],
  ])('whose reader yields %s ends unsent and never looks whole to the other side', async (_case, pieces, detail) => {
    const { url, seen } = await listenForBody()
    const { told, body: streamed } = body(4 * megabyte.length, pieces)
    expect(await send(url, streamed).over).toMatchObject({ events: ['failure'], failure: { cause: 'request_cut', sent: false, detail } })
    await expect.poll(() => told.closed).toBe(1)
    expect(seen.whole).toBe(false)
  })

  it('is not opened by a call that ends before it has a socket', async () => {
    const { told, body: streamed } = body(1, () => [Buffer.from('x')])
    const { call, over } = send('http://127.0.0.1:1', streamed)
    call.abort()
    expect((await over).failure).toMatchObject({ cause: 'aborted', sent: false })
    expect(told.opened).toBe(0)
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('that announces %s bytes is refused unsent', async (byteLength) => {
    const { told, body: streamed } = body(byteLength, () => [Buffer.from('x')])
    expect((await send('http://127.0.0.1:1', streamed).over).failure).toEqual({ cause: 'invalid', sent: false, detail: 'body' })
    expect(told.opened).toBe(0)
  })
})

describe('a streamed body that is cut', () => {
  const endless = () => body(1_000 * megabyte.length, () => times(1_000, megabyte))

  it.each([413, 401])('by an early answer %s delivers that answer and closes the reader', async (status) => {
    const url = await listen((socket) =>
      socket.once('data', () => socket.write(`HTTP/1.1 ${status} No\r\ncontent-length: 5\r\nconnection: close\r\n\r\nsorry`)),
    )
    const { told, body: streamed } = endless()
    expect(await send(url, streamed).over).toMatchObject({ events: ['sent', 'head', 'end'], status, answer: 'sorry', failure: null })
    await expect.poll(() => told.closed).toBe(1)
    expect(told.read).toBeLessThan(1_000)
  })

  it('by an early answer and a door shut at once still delivers nearly every answer', async () => {
    // On a thread of its own, so that it answers and resets while a piece is being written.
    const server = new Worker(
      `const { createServer } = require('node:net')
       const { parentPort } = require('node:worker_threads')
       const answer = 'HTTP/1.1 413 Too Large\\r\\ncontent-length: 5\\r\\n\\r\\nsorry'
       const server = createServer((socket) => {
         socket.on('error', () => {})
         socket.once('data', () => socket.write(answer, () => socket.destroy()))
       }).listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`,
      { eval: true },
    )
    try {
      const [port] = await once(server, 'message')
      let delivered = 0
      for (let round = 0; round < 60; round++) {
        const { body: streamed } = body(500 * 65_536, () => times(500, megabyte.subarray(0, 65_536)))
        const { status, answer, failure } = await send(`http://127.0.0.1:${port}`, streamed).over
        if (status === 413 && answer === 'sorry' && !failure) delivered++
        else expect(failure).toMatchObject({ cause: 'request_cut', sent: false })
      }
      expect(delivered).toBeGreaterThan(48)
    } finally {
      await server.terminate()
    }
  })

  it('by a reset is proven unsent and closes the reader', async () => {
    const url = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const { told, body: streamed } = endless()
    expect((await send(url, streamed).over).failure).toMatchObject({ cause: 'request_cut', sent: false })
    await expect.poll(() => told.closed).toBe(1)
  })

  it('by the deadline is proven unsent and closes a reader that hangs', async () => {
    const { url, seen } = await listenForBody()
    let closed = 0
    const hanging: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => hanging,
      next: () => new Promise(() => {}),
      return: async () => {
        closed++
        return { done: true, value: undefined }
      },
    }
    const { failure } = await send(url, { byteLength: 9, open: () => hanging }, 150).over
    expect(failure).toMatchObject({ cause: 'timeout', sent: false })
    expect({ closed, whole: seen.whole }).toEqual({ closed: 1, whole: false })
  })

  it('leaves the door fit for the next call', async () => {
    const { url } = await listenForBody()
    const { body: broken } = body(9, () => [new Error('broken')])
    await send(url, broken).over
    const { body: whole } = body(5, () => [Buffer.from('whole')])
    expect((await send(url, whole).over).answer).toBe('ok')
  })
})
