import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { type Identity, makeIdentity } from '../../src/outbound/tls-test-kit.ts'
import { sandboxRoute } from '../../src/routes/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { openBlackHole } from '../support/black-hole.ts'
import { ledgerLines, postGeneration, promptWith, type SeenReply, seeReply, settledRecord, sumOf } from '../support/generation-calls.ts'
import { noisePicture } from '../support/picture-bytes.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { file, send } from './raw-edits.ts'

const authority = makeIdentity('Test Authority')
/** The door of every gateway here: one authority more than usual, and less patience with a connection. */
const outbound = { allow: [], denyRanges: [], extraCertificates: [authority.certificate], connectTimeoutMs: 400 }

/** The route that goes on where the faulty one cannot. */
let sound: Sandbox
beforeAll(async () => {
  sound = await startSandbox({ latencyMs: 0, flat: true })
})
afterAll(() => sound.close())

function clientView({ status, headers, error }: SeenReply) {
  return { status, code: error?.code, outcome: error?.outcome, retry: headers.get('x-should-retry') }
}

async function listenOn(server: Server): Promise<Listener> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
  return { port: (server.address() as AddressInfo).port, close, [Symbol.asyncDispose]: close }
}

interface Listener extends AsyncDisposable {
  port: number
  close(): Promise<void>
}

/** A server that does one thing to every connection that says something. */
function rudeServer(onData: (socket: Socket) => void): Promise<Listener> {
  return listenOn(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => onData(socket))
    }),
  )
}

/** Requests that came over TLS to any of the servers below. */
let heardOverTls = 0
function tlsServer(identity: Identity): Promise<Listener> {
  const key = identity.key.export({ type: 'pkcs8', format: 'pem' }) as string
  const server = createTlsServer({ key, cert: identity.certificate }, (socket) => {
    socket.on('error', () => undefined).on('data', () => heardOverTls++)
  })
  return listenOn(server.on('tlsClientError', () => undefined))
}

/** What the sound route charged for a call whose first attempt did not reach it: it was called for the second alone, and once. */
function chargedFor({ attempts }: GenerationRecord): bigint {
  expect(attempts.map(({ id }) => sound.calls.countFor(`dk-${id}`))).toEqual([0, 1])
  const lines = sound.invoice.lines().filter((line) => line.client_request_id === `dk-${attempts[1]!.id}`)
  return lines.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
}

/** One call on a route at this address, alone or with a sound one behind it. */
async function callOn(baseUrl: string, others: readonly Sandbox[] = []) {
  const routes = [
    { ...sandboxRoute('http://unused'), baseUrl },
    ...others.map((sandbox) => ({ ...sandboxRoute(sandbox.url), id: 'sound' })),
  ]
  await using gateway = await startTestGateway({ config: { routes, outbound } })
  const seen = await seeReply(postGeneration(gateway))
  const record = await settledRecord(gateway, seen.generationId!)
  const lines = await ledgerLines(gateway, record.id)
  return { seen, record, lines, kinds: lines.map(({ kind }) => kind) }
}

/** Addresses on which a call is surely not made. `attempts` = how often it was tried where there is no other route. */
const unreachable = [
  ['F01', 'a name that does not resolve', async () => place('http://upstream.invalid/v1'), 'dns', 3],
  [
    'F02',
    'a port on which nobody listens',
    // A port that was free a moment ago may be another test's by now.
    async () => place('http://127.0.0.1:9/v1'),
    'connect',
    3,
  ],
  [
    'F03',
    'a port that takes no connection and refuses none',
    async () => {
      const hole = await openBlackHole()
      return place(`http://127.0.0.1:${hole.port}/v1`, () => hole[Symbol.asyncDispose]())
    },
    'connect',
    3,
  ],
  ['F04', 'a certificate that signed itself', () => overTls(makeIdentity('localhost')), 'tls', 1],
  ['F04', 'a certificate of another host', () => overTls(makeIdentity('elsewhere.example', { issuer: authority })), 'tls', 1],
  ['F04', 'a certificate that has expired', () => overTls(makeIdentity('localhost', { issuer: authority, expired: true })), 'tls', 1],
  [
    'F04',
    'a server that speaks no TLS where TLS is asked',
    async () => {
      const server = await rudeServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      return place(`https://localhost:${server.port}/v1`, server.close)
    },
    'tls',
    1,
  ],
] as const

async function overTls(identity: Identity) {
  const server = await tlsServer(identity)
  return place(`https://localhost:${server.port}/v1`, server.close)
}

/** Where a route points, until the test is over. */
function place(baseUrl: string, close: () => PromiseLike<unknown> = async () => undefined) {
  return { baseUrl, [Symbol.asyncDispose]: async () => void (await close()) }
}

describe.concurrent('a call that never left', () => {
  const claims = unreachable.map(([id, what, open, cause, attempts]) => ({ claim: `${id} ${what}`, open, cause, attempts }))

  it.for(claims)(
    '$claim: surely not made, given back, and the client is told whether to try again',
    async ({ open, cause, attempts }, { expect }) => {
      await using place = await open()
      const { seen, record, lines } = await callOn(place.baseUrl)
      const isTls = cause === 'tls'
      expect(clientView(seen)).toEqual({
        status: 502,
        code: isTls ? 'upstream_tls_error' : 'upstream_unreachable',
        outcome: 'not_charged',
        retry: isTls ? 'false' : 'true',
      })
      expect(record).toMatchObject({ status: 'failed', retry_reason: 'network', cost: { settled_nanos: '0', held_unknown_nanos: '0' } })
      expect(record.attempts.map(({ outcome, http_status }) => [outcome, http_status])).toEqual(
        Array.from({ length: attempts }, () => [`not_sent: ${cause}`, null]),
      )
      expect(lines.map(({ kind }) => kind).sort()).toEqual([...Array(attempts).fill('release'), ...Array(attempts).fill('reserve')])
      expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
      expect(heardOverTls).toBe(0)
    },
  )

  it.for(claims)('$claim: the next route makes the call, once', async ({ open, cause }, { expect }) => {
    await using place = await open()
    const { seen, record, lines } = await callOn(place.baseUrl, [sound])
    expect([seen.status, seen.headers.get('x-darkroom-route')]).toEqual([200, 'sound'])
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual([`not_sent: ${cause}`, 'ok'])
    expect(sumOf(lines, 'settle')).toBe(chargedFor(record))
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(heardOverTls).toBe(0)
  })
})

/** Breaks the first connection once so many bytes of its request were read; the others go on to the sandbox. */
function breaksOnce(sandbox: Sandbox, afterBytes: number): Promise<Listener> {
  let connections = 0
  const { port } = new URL(sandbox.url)
  return listenOn(
    createServer((socket) => {
      socket.on('error', () => undefined)
      if (connections++ > 0) {
        const on = connect(Number(port), '127.0.0.1').on('error', () => undefined)
        socket.pipe(on).pipe(socket)
        return
      }
      let read = 0
      socket.on('data', (piece: Buffer) => {
        read += piece.length
        if (read >= afterBytes) socket.resetAndDestroy()
      })
    }),
  )
}

describe('a request that breaks off on its way', () => {
  it('F05 a reset in the middle of an upload: not made, so it is made again, and once', async () => {
    const picture = await noisePicture(2000, 2000)
    await using server = await breaksOnce(sound, 1_000_000)
    const routes = [{ ...sandboxRoute('http://unused'), baseUrl: `http://127.0.0.1:${server.port}/v1` }]
    await using gateway = await startTestGateway({ config: { routes, outbound } })
    const seen = await seeReply(send(gateway, file(picture)))
    expect(seen.error).toBeNull()
    const record = await settledRecord(gateway, seen.generationId!)
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual(['not_sent: request_cut', 'ok'])
    const lines = await ledgerLines(gateway, record.id)
    expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release'))
    expect(sumOf(lines, 'settle')).toBe(chargedFor(record))
  })
})

describe('an upstream that is none', () => {
  it('F06 a connection that closes without a word behind the request: held', async () => {
    await using server = await rudeServer((socket) => socket.destroy())
    const { seen, record, kinds } = await callOn(`http://127.0.0.1:${server.port}/v1`, [sound])
    expect(clientView(seen)).toEqual({ status: 502, code: 'upstream_outcome_unknown', outcome: 'unknown', retry: 'false' })
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'lost: reset' }] })
    expect(kinds).toEqual(['reserve', 'release', 'hold_unknown'])
  })

  it('F31 an answer that is no HTTP: held, because something took the request', async () => {
    await using server = await rudeServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
    const { seen, record, kinds } = await callOn(`http://127.0.0.1:${server.port}/v1`, [sound])
    expect(clientView(seen)).toEqual({ status: 502, code: 'upstream_bad_response', outcome: 'unknown', retry: 'false' })
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'bad_response: not_http' }] })
    expect(kinds).toEqual(['reserve', 'release', 'hold_unknown'])
  })

  it('F29 a redirect to another host: nobody is asked there, so no key goes there, and nothing is booked', async () => {
    let heard = 0
    await using elsewhere = await rudeServer((socket) => {
      heard++
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    })
    await using gateway = await startTestGateway()
    const seen = await seeReply(postGeneration(gateway, { prompt: promptWith(`redirect=http://127.0.0.1:${elsewhere.port}/v1`) }))
    const record = await settledRecord(gateway, seen.generationId!)
    expect(clientView(seen)).toEqual({ status: 502, code: 'upstream_bad_response', outcome: 'not_charged', retry: 'false' })
    expect(record).toMatchObject({ status: 'failed', attempts: [{ outcome: 'bad_response: redirect' }] })
    expect((await ledgerLines(gateway, record.id)).map(({ kind }) => kind)).toEqual(['reserve', 'release'])
    expect(heard).toBe(0)
  })
})
