import { once } from 'node:events'
import { type AddressInfo, createServer as createPlainServer, type Server } from 'node:net'
import { createServer } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { createOutbound } from './create-outbound.ts'
import type { Outbound, OutboundFailure } from './outbound.ts'
import { type Identity, makeIdentity } from './tls-test-kit.ts'

const authority = makeIdentity('Test Authority')
const trusting = createOutbound({ userAgent: 'darkroom/test', extraCertificates: [authority.certificate] })
const strict = createOutbound({ userAgent: 'darkroom/test' })
const doors: Outbound[] = []
const servers: Server[] = []
let requests = 0

async function serve(identity: Identity, answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'): Promise<string> {
  const key = identity.key.export({ type: 'pkcs8', format: 'pem' }) as string
  const server = createServer({ key, cert: identity.certificate }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      requests++
      socket.end(answer)
    })
  })
  server.on('tlsClientError', () => {})
  return `https://localhost:${await listen(server)}`
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function call(
  door: Outbound,
  url: string,
  body = Buffer.from('{}'),
  timeoutMs = 9_000,
): Promise<{ failure: OutboundFailure | null; sent: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ failure: OutboundFailure | null; sent: boolean }>()
  let sent = false
  door.configured(
    { destination: 'configured', method: 'POST', url, headers: {}, body, timeoutMs, maxBodyBytes: 1_000 },
    {
      onSent() {
        sent = true
      },
      onHead() {},
      onData: () => true,
      onEnd: () => resolve({ failure: null, sent }),
      onFailure: (failure) => resolve({ failure, sent }),
    },
  )
  return promise
}

afterAll(async () => {
  await Promise.all([trusting, strict, ...doors].map((door) => door.close()))
  for (const server of servers) server.close()
})

describe('TLS', () => {
  it('accepts a certificate of an authority the operator added', async () => {
    const url = await serve(makeIdentity('localhost', { issuer: authority }))
    expect(await call(trusting, url)).toEqual({ failure: null, sent: true })
  })

  it('sends a long body over TLS to its last byte before it says sent', async () => {
    const identity = makeIdentity('localhost', { issuer: authority })
    const body = Buffer.alloc(8 * 2 ** 20)
    let received = 0
    const server = createServer(
      { key: identity.key.export({ type: 'pkcs8', format: 'pem' }) as string, cert: identity.certificate },
      (socket) => {
        socket.on('data', (piece: Buffer) => {
          received += piece.length
          if (received > body.length) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
        })
      },
    )
    expect(await call(trusting, `https://localhost:${await listen(server)}`, body)).toEqual({ failure: null, sent: true })
  })

  it('proves an upload that was cut over TLS unsent', async () => {
    const identity = makeIdentity('localhost', { issuer: authority })
    const server = createServer(
      { key: identity.key.export({ type: 'pkcs8', format: 'pem' }) as string, cert: identity.certificate },
      (socket) => {
        socket.on('error', () => {})
        socket.once('data', () => socket.destroy())
      },
    )
    const { failure } = await call(trusting, `https://localhost:${await listen(server)}`, Buffer.alloc(48 * 2 ** 20))
    expect(failure).toMatchObject({ cause: 'request_cut', sent: false })
  })

  it.each([
    ['of an unknown authority', () => makeIdentity('localhost', { issuer: makeIdentity('Stranger') }), trusting],
    ['that signed itself', () => makeIdentity('localhost'), strict],
    ['for another host', () => makeIdentity('elsewhere.example', { issuer: authority }), trusting],
    ['that has expired', () => makeIdentity('localhost', { issuer: authority, expired: true }), trusting],
  ])('sends nothing to a server with a certificate %s', async (_case, identity, door) => {
    const before = requests
    const { failure, sent } = await call(door, await serve(identity()))
    expect({ cause: failure?.cause, sent: failure?.sent, told: sent, requests }).toEqual({
      cause: 'tls',
      sent: false,
      told: false,
      requests: before,
    })
    expect(failure?.detail).toMatch(/^[A-Z_]+$/)
  })

  it('verifies although the environment says not to', async () => {
    const url = await serve(makeIdentity('localhost'))
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    try {
      expect((await call(strict, url)).failure).toMatchObject({ cause: 'tls', sent: false })
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    }
  })

  it('proves a call unsent whose deadline passes during the handshake', async () => {
    const server = createPlainServer((socket) => socket.on('error', () => {}))
    const told = await call(strict, `https://localhost:${await listen(server)}`, Buffer.from('{}'), 80)
    expect(told).toEqual({ failure: { cause: 'timeout', sent: false, detail: 'timeout' }, sent: false })
  })

  it('never falls back to plain HTTP', async () => {
    let plainText = ''
    const server = createPlainServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (piece) => {
        plainText += piece.toString('latin1')
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
      })
    })
    expect((await call(strict, `https://localhost:${await listen(server)}`)).failure).toMatchObject({ cause: 'tls', sent: false })
    expect(plainText).not.toContain('POST')
  })
})

describe('TLS with an address that a caller gave', () => {
  const fetch = (url: string, ...allow: string[]) => {
    const door = createOutbound({
      userAgent: 'darkroom/test',
      extraCertificates: [authority.certificate],
      allow: [new URL(url).origin, ...allow],
    })
    doors.push(door)
    return door.untrusted({ destination: 'untrusted', purpose: 'input_image', method: 'GET', url, maxBodyBytes: 1_000 })
  }

  it('is verified like any other', async () => {
    const answer = await fetch(await serve(makeIdentity('localhost', { issuer: authority })))
    expect(answer.status).toBe(200)
    answer.discard()
  })

  it.each([
    ['that signed itself', () => makeIdentity('localhost')],
    ['for another host', () => makeIdentity('elsewhere.example', { issuer: authority })],
    ['that has expired', () => makeIdentity('localhost', { issuer: authority, expired: true })],
  ])('sends nothing to a server with a certificate %s, allowed or not', async (_case, identity) => {
    const before = requests
    await expect(fetch(await serve(identity()))).rejects.toMatchObject({ detail: 'tls', purpose: 'input_image' })
    expect(requests).toBe(before)
  })

  it('is never given up by a redirect, even to an origin the operator allowed', async () => {
    let plain = 0
    const server = createPlainServer((socket) => socket.end(`${plain++}`))
    const target = `http://127.0.0.1:${await listen(server)}`
    const answer = `HTTP/1.1 302 Found\r\nlocation: ${target}/\r\ncontent-length: 0\r\n\r\n`
    const url = await serve(makeIdentity('localhost', { issuer: authority }), answer)
    await expect(fetch(url, target)).rejects.toMatchObject({ detail: 'redirect' })
    expect(plain).toBe(0)
  })
})
