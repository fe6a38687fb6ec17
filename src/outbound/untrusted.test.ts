import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { createOutbound } from './create-outbound.ts'
import type { Outbound, UntrustedAnswer, UntrustedRequest } from './outbound.ts'
import { UntrustedRefusal } from './untrusted-refusal.ts'

const servers: Server[] = []
const sockets = new Set<Socket>()
const doors: Outbound[] = []
let connections = 0

/** A server that gives each request's text to the script. */
async function listen(onRequest: (text: string, socket: Socket) => void): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    connections++
    sockets.add(socket.on('error', () => {}))
    socket.on('data', (piece) => onRequest(piece.toString('latin1'), socket))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const reply = (body: string, extra = '', status = '200 OK') =>
  `HTTP/1.1 ${status}\r\n${extra}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
const redirect = (location: string, status = '302 Found') => reply('elsewhere', `location: ${location}\r\n`, status)

function openDoor(...allow: string[]): Outbound {
  const door = createOutbound({ userAgent: 'darkroom/test', allow })
  doors.push(door)
  return door
}

function fetch(door: Outbound, url: string, options: Partial<UntrustedRequest> = {}): Promise<UntrustedAnswer> {
  return door.untrusted({ destination: 'untrusted', purpose: 'input_image', method: 'GET', url, maxBodyBytes: 1e6, ...options })
}

async function read(answer: UntrustedAnswer): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of answer.body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

/** What a fetch was refused with, be it at the head or in the body. */
async function refusal(answer: Promise<UntrustedAnswer>): Promise<UntrustedRefusal> {
  const error = await answer.then(read).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UntrustedRefusal)
  return error as UntrustedRefusal
}

beforeEach(() => {
  connections = 0
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  sockets.clear()
  servers.length = 0
})
afterAll(() => Promise.all(doors.map((door) => door.close())))

describe('a fetch from a host the operator allowed', () => {
  it('brings status, headers and bytes, and asks for bytes that are not encoded, over a socket that is closed behind it', async () => {
    let asked = ''
    const url = await listen((text, socket) => {
      asked = text
      socket.write(reply('picture', 'content-type: image/png\r\n'))
    })
    const answer = await fetch(openDoor(url), `${url}/a%20b.png?x=1#part`, { headers: { accept: 'image/*' } })
    expect(answer).toMatchObject({ status: 200, redirects: 0, headers: { 'content-type': 'image/png' } })
    expect(await read(answer)).toBe('picture')
    const [line, ...headers] = asked.trimEnd().split('\r\n')
    expect(line).toBe('GET /a%20b.png?x=1 HTTP/1.1')
    const host = `host: ${new URL(url).host}`
    expect(headers.sort()).toEqual(['accept-encoding: identity', 'accept: image/*', 'connection: close', host, 'user-agent: darkroom/test'])
  })

  it('reaches a host by the exact origin only: another port, another spelling of the scheme or the name is refused', async () => {
    const url = await listen((_text, socket) => socket.write(reply('x')))
    const other = await listen((_text, socket) => socket.write(reply('x')))
    const door = openDoor(url)
    expect((await refusal(fetch(door, other))).detail).toBe('url')
    expect((await refusal(fetch(door, url.replace('127.0.0.1', 'localhost')))).detail).toBe('url')
    expect((await refusal(fetch(door, url.replace('http:', 'https:')))).detail).toBe('url')
    expect(connections).toBe(0)
    expect(await read(await fetch(door, url.replace('127.0.0.1', '0x7f.1')))).toBe('x')
  })

  it('resolves an allowed name to wherever the operator put it', async () => {
    const { port } = new URL(await listen((_text, socket) => socket.write(reply('inside'))))
    const origin = `http://pictures.corp.example:${port}`
    const lookup = async (hostname: string) => (hostname === 'pictures.corp.example' ? [{ address: '127.0.0.1', family: 4 }] : [])
    const door = createOutbound({ userAgent: 'darkroom/test', allow: [origin], lookup })
    doors.push(door)
    expect(await read(await fetch(door, `${origin}/x`))).toBe('inside')
    expect((await refusal(fetch(door, 'https://unknown.example/'))).detail).toBe('dns')
  })

  it('never shares a socket between two fetches, nor with a configured call', async () => {
    const url = await listen((_text, socket) => socket.write(reply('x', 'connection: keep-alive\r\n')))
    const door = openDoor(url)
    for (let round = 0; round < 3; round++) await read(await fetch(door, url))
    expect(connections).toBe(3)
  })

  it('ignores proxies of the environment', async () => {
    const proxy = await listen((_text, socket) => socket.write(reply('proxied')))
    const url = await listen((_text, socket) => socket.write(reply('direct')))
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']
    for (const name of names) process.env[name] = proxy
    try {
      expect(await read(await fetch(openDoor(url), url))).toBe('direct')
    } finally {
      for (const name of names) delete process.env[name]
    }
  })

  it('reads no faster than its reader', async () => {
    let written = 0
    const piece = Buffer.alloc(2 ** 20)
    const url = await listen(async (_text, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${64 * piece.length}\r\n\r\n`)
      for (; written < 64; written++) if (!socket.write(piece)) await once(socket, 'drain')
    })
    const answer = await fetch(openDoor(url), url, { maxBodyBytes: 1e9 })
    let bytes = 0
    for await (const part of answer.body) {
      if (bytes === 0) {
        await pause(100)
        expect(written).toBeLessThan(32)
      }
      bytes += part.length
    }
    expect(bytes).toBe(64 * piece.length)
  })
})

describe('redirects', () => {
  /** A server that redirects n times from /n and then answers with the request it got. */
  const chain = () =>
    listen((text, socket) => {
      const left = Number(/^GET \/(\d+)/.exec(text)?.[1])
      socket.write(left > 0 ? redirect(`/${left - 1}`) : reply(text))
    })

  it('are followed three times, over a fresh socket each, without the headers of the first request', async () => {
    const url = await chain()
    const answer = await fetch(openDoor(url), `${url}/3`, { headers: { 'x-token': new Secret('canary') } })
    expect(answer.redirects).toBe(3)
    const last = await read(answer)
    expect(last).toMatch(/^GET \/0 /)
    expect(last).not.toContain('canary')
    expect(connections).toBe(4)
  })

  it('B82 are refused at the fourth', async () => {
    const url = await chain()
    expect((await refusal(fetch(openDoor(url), `${url}/4`))).detail).toBe('redirect')
    expect(connections).toBe(4)
  })

  it.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent'])('of status %s are followed', async (status) => {
    const url = await listen((text, socket) => socket.write(text.startsWith('GET /start') ? redirect('/end', status) : reply('there')))
    expect(await read(await fetch(openDoor(url), `${url}/start`))).toBe('there')
  })

  it.each([
    ['B82 to nowhere', '', 'redirect'],
    ['B82 to two places', 'location: /a\r\nlocation: /b\r\n', 'redirect'],
    ['B82 with a backslash', 'location: /\\127.0.0.1/\r\n', 'redirect'],
    ['B82 to another scheme', 'location: file:///etc/passwd\r\n', 'url'],
    ['B82 to a user name', 'location: https://me@example.com/\r\n', 'url'],
    ['B82 to a host nobody allowed', 'location: http://127.0.0.1:1/\r\n', 'url'],
    ['B82 to a private address', 'location: https://10.0.0.1/\r\n', 'blocked_address'],
  ])('%s are refused', async (_case, header, detail) => {
    const url = await listen((_text, socket) => socket.write(reply('', header, '302 Found')))
    expect((await refusal(fetch(openDoor(url), url))).detail).toBe(detail)
    expect(connections).toBe(1)
  })
})

describe('an answer that is refused', () => {
  const zipped = gzipSync('x'.repeat(1e6))

  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip, gzip', 'identity', 'x-unknown'])(
    'B89 has content-encoding %s',
    async (encoding) => {
      const url = await listen((_text, socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${zipped.length}\r\n\r\n`)
        socket.write(zipped)
      })
      expect((await refusal(fetch(openDoor(url), url))).detail).toBe('encoding')
    },
  )

  it('B89 has a transfer-encoding that compresses', async () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'
    const url = await listen((_text, socket) => socket.write(head))
    expect((await refusal(fetch(openDoor(url), url))).detail).toBe('encoding')
  })

  it.each(['204 No Content', '206 Partial', '304 Not Modified', '401 No', '404 No', '500 Oops'])('B90 has status %s', async (status) => {
    const url = await listen((_text, socket) => socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`))
    expect(await refusal(fetch(openDoor(url), url))).toMatchObject({ detail: 'status', code: status.slice(0, 3) })
  })

  it('B88 announces more bytes than allowed', async () => {
    const url = await listen((_text, socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n'))
    expect((await refusal(fetch(openDoor(url), url, { maxBodyBytes: 1_000 }))).detail).toBe('too_large')
  })

  it('B88 is endless: it is cut at the cap, and the socket with it', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const url = await listen(async (_text, socket) => {
      socket.on('close', () => resolve()).write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      while (!socket.destroyed) if (!socket.write(`3e8\r\n${'x'.repeat(1_000)}\r\n`)) await pause(1)
    })
    const answer = await fetch(openDoor(url), url, { maxBodyBytes: 100_000 })
    let bytes = 0
    const reading = (async () => {
      for await (const piece of answer.body) bytes += piece.length
    })()
    await expect(reading).rejects.toMatchObject({ detail: 'too_large' })
    expect(bytes).toBeLessThanOrEqual(100_000)
    await gone
  })

  it('B90 breaks in the middle of its body', async () => {
    const url = await listen((_text, socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'))
    expect((await refusal(fetch(openDoor(url), url))).detail).toBe('protocol')
  })

  it('B90 is not HTTP', async () => {
    const url = await listen((_text, socket) => socket.end('220 mail.example ESMTP\r\n'))
    expect((await refusal(fetch(openDoor(url), url))).detail).toBe('protocol')
  })

  it('B90 never comes: the port is closed', async () => {
    const url = await listen(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    expect(await refusal(fetch(openDoor(url), url))).toMatchObject({ detail: 'connect', code: 'ECONNREFUSED' })
  })
})

describe('time', () => {
  const trickle = (head: string) =>
    listen((_text, socket) => {
      socket.write(head)
      const timer = setInterval(() => socket.write('x'), 10)
      socket.on('close', () => clearInterval(timer))
    })

  it('B87 runs out for a body that trickles', async () => {
    const url = await trickle('HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n')
    expect((await refusal(fetch(openDoor(url), url, { timeoutMs: 200 }))).detail).toBe('timeout')
  })

  it('B87 runs out for a head that trickles, before the whole call does', async () => {
    const url = await trickle('HTTP/1.1 200 OK\r\nx-slow: ')
    expect((await refusal(fetch(openDoor(url), url, { headersTimeoutMs: 100 }))).detail).toBe('timeout')
  })

  it('runs out over all redirects together', async () => {
    const url = await listen((_text, socket) => setTimeout(() => socket.write(redirect('/next')), 120))
    expect((await refusal(fetch(openDoor(url), url, { timeoutMs: 200 }))).detail).toBe('timeout')
  })

  it('runs out for a resolver that never answers', async () => {
    const door = createOutbound({ userAgent: 'darkroom/test', lookup: () => new Promise(() => {}) })
    doors.push(door)
    expect((await refusal(fetch(door, 'https://example.com/', { timeoutMs: 100 }))).detail).toBe('timeout')
  })

  it('runs out for an answer that nobody reads, and frees its socket', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const url = await listen((_text, socket) => socket.on('close', () => resolve()).write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'))
    const answer = await fetch(openDoor(url), url, { timeoutMs: 100 })
    await gone
    await expect(read(answer)).rejects.toMatchObject({ detail: 'timeout' })
  })
})

describe('leaving early', () => {
  const halfAnswer = async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const url = await listen((_text, socket) =>
      socket.on('close', () => resolve()).write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    )
    return { url, gone }
  }

  it('closes the socket when the reader breaks off', async () => {
    const { url, gone } = await halfAnswer()
    for await (const piece of (await fetch(openDoor(url), url)).body) {
      expect(piece.toString()).toBe('half')
      break
    }
    await gone
  })

  it('closes the socket when the answer is discarded', async () => {
    const { url, gone } = await halfAnswer()
    const answer = await fetch(openDoor(url), url)
    answer.discard()
    await gone
    await expect(read(answer)).rejects.toMatchObject({ detail: 'aborted' })
  })

  it('closes the socket by the caller’s signal, and opens none for a signal that is over already', async () => {
    const { url, gone } = await halfAnswer()
    const controller = new AbortController()
    const answer = await fetch(openDoor(url), url, { signal: controller.signal })
    controller.abort()
    await gone
    await expect(read(answer)).rejects.toMatchObject({ detail: 'aborted' })
    expect((await refusal(fetch(openDoor(url), url, { signal: controller.signal }))).detail).toBe('aborted')
    expect(connections).toBe(1)
  })

  it('ends all fetches when the door is closed, and refuses later ones', async () => {
    const { url, gone } = await halfAnswer()
    const door = openDoor(url)
    const answer = await fetch(door, url)
    await door.close()
    await gone
    await expect(read(answer)).rejects.toMatchObject({ detail: 'aborted' })
    expect((await refusal(fetch(door, url))).detail).toBe('aborted')
    expect(connections).toBe(1)
  })
})

describe('a message to an address that a caller gave', () => {
  const post = { method: 'POST', purpose: 'webhook', body: Buffer.from('{"a":1}') } as const

  it('is delivered with its headers, and any status is an answer', async () => {
    let asked = ''
    const url = await listen((text, socket) => {
      asked = text
      socket.write(reply('gone', 'content-encoding: gzip\r\n', '410 Gone'))
    })
    const headers = { 'webhook-id': 'msg_1', 'webhook-signature': new Secret('v1,abc') }
    const answer = await fetch(openDoor(url), `${url}/hook`, { ...post, headers })
    expect(answer.status).toBe(410)
    expect(await read(answer)).toBe('gone')
    expect(asked).toMatch(/^POST \/hook HTTP\/1.1\r\n/)
    expect(asked).toContain('webhook-signature: v1,abc\r\n')
    expect(asked).toMatch(/content-length: 7\r\n\r\n\{"a":1\}$/)
  })

  it('follows no redirect', async () => {
    const url = await listen((_text, socket) => socket.write(redirect('/elsewhere')))
    const answer = await fetch(openDoor(url), url, post)
    expect(answer).toMatchObject({ status: 302, redirects: 0 })
    answer.discard()
    expect(connections).toBe(1)
  })

  it('goes to no private address', async () => {
    expect(await refusal(fetch(openDoor(), 'https://192.168.1.1/hook', post))).toMatchObject({
      detail: 'blocked_address',
      purpose: 'webhook',
    })
  })
})

describe('what a refusal says', () => {
  it('is the same sentence whatever happened, and holds neither the address nor a byte of the answer', async () => {
    const url = await listen((_text, socket) => socket.write(reply('canary-body', '', '500 canary-reason')))
    const door = openDoor(url)
    const refusals = await Promise.all(
      [`${url}/canary-path`, 'https://10.0.0.1/canary', 'http://canary.example/', 'https://me:canary@x.example/'].map((address) =>
        refusal(fetch(door, address)),
      ),
    )
    expect(new Set(refusals.map(({ message }) => message))).toEqual(new Set(['the address could not be fetched']))
    expect(inspect(refusals, { depth: 9 })).not.toMatch(/canary|127\.0|10\.0/)
  })
})

describe('judging an address without the network', () => {
  it('says what would be fetched, and whether the operator allowed it', () => {
    const door = openDoor('http://10.0.0.7:8080', 'https://hooks.corp.example')
    expect(door.checkUntrustedUrl('https://Example.COM/a%20b#x')).toMatchObject({ ok: true, allowed: false })
    expect(door.checkUntrustedUrl('https://EXAMPLE.com:443/a#x')).toMatchObject({ ok: true, url: { href: 'https://example.com/a' } })
    expect(door.checkUntrustedUrl('http://10.0.0.7:8080/hook')).toMatchObject({ ok: true, allowed: true })
    expect(door.checkUntrustedUrl('http://me@10.0.0.7:8080/hook')).toEqual({ ok: false, detail: 'url' })
    expect(door.checkUntrustedUrl('http://10.0.0.7:8081/hook')).toEqual({ ok: false, detail: 'url' })
    expect(door.checkUntrustedUrl('https://hooks.corp.example/')).toMatchObject({ ok: true, allowed: true })
    expect(door.checkUntrustedUrl('https://bücher.example/bild.png')).toMatchObject({ ok: true, allowed: false })
    expect(door.checkUntrustedUrl('https://8.8.8.8/')).toMatchObject({ ok: true })
    expect(door.checkUntrustedUrl('https://[2606:4700:4700::1111]/')).toMatchObject({ ok: true })
  })

  it.each([
    'example.com',
    'ftp://example.com',
    'https://example.com/path',
    'https://me@example.com',
    'https://*.example.com',
    'https://a?b',
    '',
  ])('does not start with the allowed origin %j', (origin) => {
    expect(() => createOutbound({ userAgent: 'darkroom/test', allow: [origin] })).toThrow(`outbound.allow: "${origin}"`)
  })

  it.each(['10.0.0.0/33', '10.0.0', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129', 'corp.example', ''])(
    'does not start with the denied range %j',
    (range) => {
      expect(() => createOutbound({ userAgent: 'darkroom/test', denyRanges: [range] })).toThrow(`outbound.deny_ranges: "${range}"`)
    },
  )
})
