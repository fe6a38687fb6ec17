import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { createOutbound } from './create-outbound.ts'
import type { ConfiguredRequest, OutboundFailure, OutboundHandler, OutboundHead } from './outbound.ts'

const outbound = createOutbound({ userAgent: 'darkroom/test' })
const servers: Server[] = []
const sockets = new Set<Socket>()

/** A TCP server that leaves every byte to the script. */
async function listen(onSocket: (socket: Socket, index: number) => void): Promise<string> {
  let index = 0
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket.on('error', () => {}))
    onSocket(socket, index++)
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers once the blank line and a body of the announced length are in. */
function onRequest(socket: Socket, answer: (text: string) => void): void {
  let seen = Buffer.alloc(0)
  socket.on('data', (piece: Buffer) => {
    seen = Buffer.concat([seen, piece])
    const text = seen.toString('latin1')
    const headEnd = text.indexOf('\r\n\r\n')
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
    if (headEnd < 0 || seen.length < headEnd + 4 + length) return
    seen = Buffer.alloc(0)
    answer(text)
  })
}

const reply = (body: string, extra = '') => `HTTP/1.1 200 OK\r\n${extra}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

interface Told {
  events: string[]
  head: OutboundHead | null
  body: Buffer
  failure: OutboundFailure | null
}

function call(url: string, options: Partial<ConfiguredRequest> = {}, overrides: Partial<OutboundHandler> = {}) {
  const told: Told = { events: [], head: null, body: Buffer.alloc(0), failure: null }
  const { promise: over, resolve } = Promise.withResolvers<Told>()
  const handle = outbound.configured(
    {
      destination: 'configured',
      method: 'POST',
      url,
      headers: {},
      body: Buffer.from('{}'),
      timeoutMs: 20_000,
      maxBodyBytes: 1e9,
      ...options,
    },
    {
      onSent: () => told.events.push('sent'),
      onHead(head) {
        told.events.push('head')
        told.head = head
      },
      onData(piece) {
        told.body = Buffer.concat([told.body, piece])
        return true
      },
      onEnd() {
        told.events.push('end')
        resolve(told)
      },
      onFailure(failure) {
        told.events.push('failure')
        told.failure = failure
        resolve(told)
      },
      ...overrides,
    },
  )
  return { handle, told, over }
}

afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  sockets.clear()
  servers.length = 0
})

describe('a call to a configured upstream', () => {
  it('puts the request on the wire byte for byte, with the secret unwrapped only there', async () => {
    const { promise: received, resolve } = Promise.withResolvers<string>()
    const url = await listen((socket) =>
      onRequest(socket, (text) => {
        resolve(text)
        socket.write(reply('{}'))
      }),
    )
    const request = { headers: { authorization: new Secret('Bearer canary'), 'x-one': '1' }, body: Buffer.from('{"prompt":"é"}') }
    await call(`${url}/v1/images?x=1`, request).over

    const lines = Buffer.from(await received, 'latin1')
      .toString('utf8')
      .split('\r\n')
    expect(lines[0]).toBe('POST /v1/images?x=1 HTTP/1.1')
    expect(lines.slice(1)).toEqual(
      expect.arrayContaining([
        'user-agent: darkroom/test',
        'accept-encoding: identity',
        'authorization: Bearer canary',
        'content-length: 15',
      ]),
    )
    expect(lines.at(-1)).toBe('{"prompt":"é"}')
    expect(inspect(request, { depth: 9 })).not.toContain('canary')
  })

  it('tells sent, head, body and end in this order', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write(reply('hello', 'x-request-id: req_1\r\n'))))
    const told = await call(url).over
    expect(told.events).toEqual(['sent', 'head', 'end'])
    expect(told.head).toMatchObject({ status: 200, headers: { 'x-request-id': 'req_1' } })
    expect(told.body.toString()).toBe('hello')
  })

  it('skips informational heads', async () => {
    const url = await listen((socket) =>
      onRequest(socket, () => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${reply('x')}`)),
    )
    expect(await call(url).over).toMatchObject({ events: ['sent', 'head', 'end'], head: { status: 200 } })
  })

  it('hands on a redirect instead of following it', async () => {
    let elsewhere = 0
    const other = await listen(() => elsewhere++)
    const url = await listen((socket) =>
      onRequest(socket, () => socket.write(`HTTP/1.1 302 Found\r\nlocation: ${other}\r\ncontent-length: 0\r\n\r\n`)),
    )
    expect((await call(url).over).head?.status).toBe(302)
    expect(elsewhere).toBe(0)
  })

  it('leaves a compressed body as it came', async () => {
    const zipped = gzipSync('x'.repeat(10_000))
    const url = await listen((socket) =>
      onRequest(socket, () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`)
        socket.write(zipped)
      }),
    )
    expect((await call(url).over).body.equals(zipped)).toBe(true)
  })

  it('ignores proxies of the environment', async () => {
    let proxied = 0
    const proxy = await listen((socket) => socket.end(`${proxied++}`))
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = proxy
    try {
      const url = await listen((socket) => onRequest(socket, () => socket.write(reply('direct'))))
      expect((await call(url).over).body.toString()).toBe('direct')
      expect(proxied).toBe(0)
    } finally {
      delete process.env['HTTP_PROXY']
      delete process.env['http_proxy']
    }
  })
})

describe('back-pressure', () => {
  const megabyte = Buffer.alloc(2 ** 20, 'x')

  it('stops reading from the socket until resumed, and loses no byte', async () => {
    let taken = 0
    const total = 64
    const url = await listen((socket) =>
      onRequest(socket, async () => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total * megabyte.length}\r\n\r\n`)
        for (; taken < total; taken++) if (!socket.write(megabyte)) await once(socket, 'drain')
      }),
    )
    let received = 0
    let paused = false
    let resumeLater = () => {}
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>()
    const { over } = call(
      url,
      {},
      {
        onData(piece, resume) {
          expect(paused).toBe(false)
          received += piece.length
          if (received > piece.length) return true
          paused = true
          resumeLater = () => {
            paused = false
            resume()
          }
          stop()
          return false
        },
      },
    )
    await stopped
    await pause(150)
    expect(taken).toBeLessThan(total / 2)
    resumeLater()
    expect((await over).events).toEqual(['sent', 'head', 'end'])
    expect(received).toBe(total * megabyte.length)
  })

  it('survives a reader that resumes at once, later, and after the end', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write(reply('x'.repeat(300_000)))))
    const resumes: (() => void)[] = []
    let received = 0
    const { over } = call(
      url,
      {},
      {
        onData(piece, resume) {
          received += piece.length
          resumes.push(resume)
          if (resumes.length % 2) resume()
          else setImmediate(resume)
          return false
        },
      },
    )
    await over
    const second = call(url)
    for (const resume of resumes) resume()
    expect((await second.over).body.length).toBe(300_000)
    expect(received).toBe(300_000)
  })
})

describe('what is known about sending', () => {
  const big = Buffer.alloc(48 * 2 ** 20, 'b')

  it('reports a long body as sent only when the kernel has taken its last byte', async () => {
    const { promise: accepted, resolve } = Promise.withResolvers<Socket>()
    const url = await listen((socket) => resolve(socket.pause()))
    const { told, over } = call(url, { body: big })
    const socket = await accepted
    await pause(50)
    expect(told.events).toEqual([])
    onRequest(socket.resume(), () => socket.write(reply('ok')))
    let read = 0
    socket.removeAllListeners('data').on('data', (piece: Buffer) => {
      read += piece.length
      if (read > big.length) socket.write(reply('ok'))
    })
    expect((await over).events).toEqual(['sent', 'head', 'end'])
  })

  it('proves a cut upload unsent', async () => {
    const url = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await call(url, { body: big }).over).toMatchObject({ events: ['failure'], failure: { cause: 'request_cut', sent: false } })
  })

  it('takes an answer to half a request as proof that the other side acts on it', async () => {
    const url = await listen((socket) => socket.once('data', () => socket.end('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n')))
    const told = await call(url, { body: big }).over
    expect(told.events.slice(0, 2)).toEqual(['sent', 'head'])
    expect(told.head?.status).toBe(413)
  })

  it('counts a reset after the whole request as sent', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.resetAndDestroy()))
    expect(await call(url).over).toMatchObject({
      events: ['sent', 'failure'],
      failure: { cause: 'reset', sent: true, detail: 'ECONNRESET' },
    })
  })

  it('counts a reset on a reused socket as sent: nothing proves the bytes were not read', async () => {
    const url = await listen((socket) => {
      onRequest(socket, () => {
        socket.write(reply('first'))
        socket.removeAllListeners('data')
        onRequest(socket, () => socket.resetAndDestroy())
      })
    })
    expect((await call(url).over).events).toEqual(['sent', 'head', 'end'])
    await turn()
    expect(await call(url).over).toMatchObject({ events: ['sent', 'failure'], failure: { cause: 'reset', sent: true } })
  })

  it('never writes to an idle socket that the server has closed: the call takes a fresh one', async () => {
    let connections = 0
    const url = await listen((socket, index) => {
      connections++
      onRequest(socket, () => {
        socket.write(reply(`${index}`))
        if (index === 0) socket.end()
      })
    })
    expect((await call(url).over).body.toString()).toBe('0')
    await turn()
    expect(await call(url).over).toMatchObject({ events: ['sent', 'head', 'end'], failure: null })
    expect(connections).toBe(2)
  })

  it('proves a call unsent when its idle socket breaks before the first byte is written', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write(reply('x'))))
    await call(url).over
    await turn()
    const { over } = call(url)
    for (const socket of sockets) socket.resetAndDestroy()
    expect(await over).toMatchObject({ events: ['failure'], failure: { cause: 'connect', sent: false } })
  })

  it('reuses a socket that is fresh', async () => {
    let connections = 0
    const url = await listen((socket) => {
      connections++
      onRequest(socket, () => socket.write(reply('x')))
    })
    for (let round = 0; round < 3; round++) {
      await call(url).over
      await turn()
    }
    expect(connections).toBe(1)
  })
})

describe('how a call can end early', () => {
  const silent = () => listen((socket) => onRequest(socket, () => {}))
  const refusedPort = async () => {
    const url = await listen(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    return url
  }

  it('names a host that does not exist', async () => {
    expect((await call('http://no-such-host.invalid').over).failure).toMatchObject({ cause: 'dns', sent: false })
  })

  it('names a refused connection', async () => {
    const url = await refusedPort()
    expect((await call(url).over).failure).toEqual({ cause: 'connect', sent: false, detail: 'ECONNREFUSED' })
  })

  it('ends a silent call at its deadline, as sent', async () => {
    expect((await call(await silent(), { timeoutMs: 400 }).over).failure).toMatchObject({ cause: 'timeout', sent: true })
  })

  it('ends a trickling body at the deadline of the whole call', async () => {
    const url = await listen((socket) =>
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n')
        const trickle = setInterval(() => socket.write('x'), 10)
        socket.on('close', () => clearInterval(trickle))
      }),
    )
    const told = await call(url, { timeoutMs: 400, idleTimeoutMs: 5_000 }).over
    expect(told).toMatchObject({ events: ['sent', 'head', 'failure'], failure: { cause: 'timeout', sent: true } })
  })

  it('tells a silence inside the body from the deadline, and does not blame a reader that paused', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')))
    expect((await call(url, { idleTimeoutMs: 40 }).over).failure?.cause).toBe('idle')
    expect((await call(url, { idleTimeoutMs: 40, timeoutMs: 200 }, { onData: () => false }).over).failure?.cause).toBe('timeout')
  })

  it('cuts a body that is longer than allowed', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write(reply('x'.repeat(2_000)))))
    const told = await call(url, { maxBodyBytes: 1_000 }).over
    expect(told.failure).toMatchObject({ cause: 'too_large', sent: true })
    expect(told.body.length).toBe(0)
  })

  it('names an answer that is not HTTP', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.end('220 mail.example ESMTP\r\n')))
    expect((await call(url).over).failure).toMatchObject({ cause: 'protocol', sent: true })
  })

  it('calls a body that is shorter than announced a reset', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')))
    expect(await call(url).over).toMatchObject({ events: ['sent', 'head', 'failure'], failure: { cause: 'reset' } })
  })

  it('aborts before sending without opening a socket, and later by the signal or by hand', async () => {
    let connections = 0
    const url = await listen((socket) => onRequest(socket, () => connections++))
    expect((await call(url, { signal: AbortSignal.abort() }).over).failure).toMatchObject({ cause: 'aborted', sent: false })
    expect(connections).toBe(0)

    const controller = new AbortController()
    const bySignal = call(url, { signal: controller.signal }, { onSent: () => controller.abort() })
    expect((await bySignal.over).failure).toMatchObject({ cause: 'aborted', sent: true })

    const byHand = call(url)
    byHand.handle.abort()
    byHand.handle.abort()
    expect((await byHand.over).events).toEqual(['failure'])
  })

  it.each([
    ['a line break in a header', { headers: { authorization: new Secret('Bearer canary\r\nx: y') } }],
    ['no http address', { url: 'file:///etc/passwd' }],
    ['a user name in the address', { url: 'http://me:canary@127.0.0.1:1/' }],
    ['no address at all', { url: 'canary' }],
  ])('refuses %s without sending or repeating it', async (_case, options) => {
    const { failure } = await call('http://127.0.0.1:1', options).over
    expect(failure).toMatchObject({ cause: 'invalid', sent: false })
    expect(inspect(failure)).not.toContain('canary')
  })

  it('ends the call when the reader throws, and hands back what it threw', async () => {
    const url = await listen((socket) => onRequest(socket, () => socket.write(reply('x'))))
    const thrown = new Error('the reader broke')
    const onData = () => {
      throw thrown
    }
    expect((await call(url, {}, { onData }).over).failure).toEqual({ cause: 'reader', sent: true, detail: 'reader', thrown })
  })

  it('closes: running calls are aborted, sockets end, later calls are refused unsent', async () => {
    const door = createOutbound({ userAgent: 'darkroom/test' })
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const url = await listen((socket) =>
      onRequest(
        socket.on('close', () => resolve()),
        () => {},
      ),
    )
    const start = (onSent: () => void) => {
      const { promise, resolve } = Promise.withResolvers<OutboundFailure>()
      const request = {
        destination: 'configured',
        method: 'POST',
        url,
        headers: {},
        body: null,
        timeoutMs: 9_000,
        maxBodyBytes: 1,
      } as const
      door.configured(request, { onSent, onHead() {}, onData: () => true, onEnd() {}, onFailure: resolve })
      return promise
    }
    const { promise: sent, resolve: onSent } = Promise.withResolvers<void>()
    const running = start(onSent)
    await sent
    await door.close()
    expect(await running).toMatchObject({ cause: 'aborted', sent: true })
    expect(await start(() => {})).toMatchObject({ cause: 'aborted', sent: false })
    await gone
  })
})
