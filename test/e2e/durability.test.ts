import { once } from 'node:events'
import { readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxRoute } from '../../src/routes/index.ts'
import {
  callsOf,
  invoiceOf,
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  seeReply,
  settledRecord,
  smallCall,
} from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { noisePicture, sha256 } from '../support/picture-bytes.ts'
import { openSocket, rawRequest, withoutChunks } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const rounds = Array.from({ length: 50 }, (_, index) => index)

/** Runs things a few at a time, in order. */
async function eightAtOnce(indices: readonly number[], action: (index: number) => Promise<void>): Promise<void> {
  const waiting = [...indices]
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) await action(index)
    }),
  )
}

/** What must hold at the moment a client knows its answer is whole: no waiting, no second look. */
async function expectOnRecord(generationId: string, picture: Buffer): Promise<void> {
  const record = await readRecord(gateway, generationId)
  expect(record).toMatchObject({ status: 'completed', images: [{ sha256: sha256(picture), storage: 'stored' }] })
  expect(BigInt(record.cost.settled_nanos)).toBeGreaterThan(0n)
  const stored = await gateway.fetch(`/v2/images/${record.images[0]!.id}`)
  expect(Buffer.from(await stored.arrayBuffer())).toEqual(picture)
}

describe('an answer ends only when it is on record', () => {
  it('a client that has read a whole JSON answer finds record and picture at once, 50 times of 50', async () => {
    await eightAtOnce(rounds, async (index) => {
      const { data, response } = await gateway
        .client()
        .images.generate({ ...smallCall, prompt: `json ${index}` })
        .withResponse()
      await expectOnRecord(response.headers.get('x-darkroom-generation')!, Buffer.from(data.data![0]!.b64_json!, 'base64'))
    })
  })

  it('a client that was given the completed event finds record and picture at once, 50 times of 50', async () => {
    await eightAtOnce(rounds, async (index) => {
      const { data, response } = await gateway
        .client()
        .images.generate({ ...smallCall, prompt: `stream ${index}`, stream: true })
        .withResponse()
      for await (const event of data)
        await expectOnRecord(response.headers.get('x-darkroom-generation')!, Buffer.from(event.b64_json, 'base64'))
    })
  })
})

/** Sends a generation over a bare socket. */
async function openCall(url: string, key: string, change: object, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = await openSocket(url)
  const head = { Host: 'localhost', Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...headers }
  socket.write(rawRequest('POST /v1/images/generations', head, JSON.stringify({ ...smallCall, ...change })))
  return socket
}

/** The record of a call whose client never saw its id. */
async function recordByClientId(clientRequestId: string) {
  const { database } = gateway.gateway.parts
  for (;;) {
    const [row] = await database.read(database.sql.selectFrom('generations').select('id').where('client_request_id', '=', clientRequestId))
    if (row) return settledRecord(gateway, row.id)
    await pause(5)
  }
}

describe('a client that leaves', () => {
  it.each([
    ['before the answer begins', 'latency=200', {}, 0],
    ['behind the head of a stream', 'latency=200', { stream: true }, 1],
    ['within a picture', 'trickle=20000', {}, 2000],
    ['behind a preview', 'latency=300', { stream: true, partial_images: 2 }, 3000],
  ] as const)('%s: the call goes on, the picture is stored and settled', async (where, script, change, bytes) => {
    const clientRequestId = `left-${where.replaceAll(' ', '-')}`
    const socket = await openCall(
      gateway.url,
      gateway.key,
      { prompt: promptWith(script, where), ...change },
      { 'X-Client-Request-Id': clientRequestId },
    )
    await heardAtLeast(socket, bytes)
    if (bytes === 0) while (gateway.gateway.parts.running.size === 0) await pause(1)
    socket.destroy()

    const record = await recordByClientId(clientRequestId)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored', width: 1024, height: 640 }], error: null })
    const [charged] = invoiceOf(gateway, record.attempts[0]!.id)
    expect(record.cost.settled_nanos).toBe(charged!.nanos)
    expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)
  })
})

async function heardAtLeast(socket: Socket, bytes: number): Promise<void> {
  for (let heard = 0; heard < bytes; ) {
    const [piece] = (await once(socket, 'data')) as [Buffer]
    heard += piece.length
  }
}

/** An upstream that answers every call with two pictures of noise: more than any socket buffers. */
async function noisyUpstream(pictures: readonly Buffer[]) {
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json').setHeader('x-request-id', 'req_noise')
    const data = pictures.map((picture) => ({ b64_json: picture.toString('base64') }))
    response.end(JSON.stringify({ created: 1, data, usage: { input_tokens: 8, output_tokens: 100, total_tokens: 108 } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('a client that reads slowly', () => {
  it('does not delay the record, and gets every byte of the pictures when it reads on', async () => {
    const pictures = await Promise.all([noisePicture(1440, 1440), noisePicture(1440, 1440)])
    await using upstream = await noisyUpstream(pictures)
    await using slow = await startTestGateway({ config: { routes: [sandboxRoute(upstream.url)] } })
    const socket = await openCall(slow.url, slow.key, { n: 2, size: '1440x1440' }, { Connection: 'close' })
    const pieces: Buffer[] = []
    socket.on('data', (piece: Buffer) => pieces.push(piece))
    await once(socket, 'data')
    socket.pause()

    const { database } = slow.gateway.parts
    const [row] = await database.read(database.sql.selectFrom('generations').select('id'))
    const record = await settledRecord(slow, row!.id)
    expect(record).toMatchObject({
      status: 'completed',
      images: pictures.map((picture) => ({ sha256: sha256(picture), storage: 'stored' })),
    })

    expect(Buffer.concat(pieces).length).toBeLessThan(pictures[0]!.length)

    socket.resume()
    await once(socket, 'close')
    const { body, isWhole } = withoutChunks(Buffer.concat(pieces))
    const { data } = JSON.parse(body.toString()) as { data: { b64_json: string }[] }
    expect(isWhole).toBe(true)
    expect(data.map(({ b64_json }) => sha256(Buffer.from(b64_json, 'base64')))).toEqual(pictures.map(sha256))
  })
})

describe('a store that cannot take a picture', () => {
  it('F51 with too little space stops the call before it is paid: 507, nothing reserved, nothing sent', async () => {
    await using full = await startTestGateway({ minimumFreeBytes: Number.MAX_SAFE_INTEGER })
    const seen = await seeReply(postGeneration(full))
    expect(seen).toMatchObject({
      status: 507,
      error: { code: 'storage_full', outcome: 'not_charged', next_action: 'human', generation_id: null },
    })
    expect(seen.headers.get('x-should-retry')).toBe('false')
    expect(full.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(full)).toEqual([])
    expect(await (await full.fetch('/readyz')).json()).toMatchObject({ status: 'not_ready', reason: 'storage_full' })
  })

  it('that is no folder stops the call before it is paid, and takes work again once it is back', async () => {
    const clock = movedClock()
    await using broken = await startTestGateway({ clock })
    const objects = join(broken.dataFolder, 'objects')
    await rename(objects, `${objects}.away`)
    await writeFile(objects, 'no folder')
    const seen = await seeReply(postGeneration(broken))
    expect(seen).toMatchObject({ status: 503, error: { code: 'storage_unavailable', outcome: 'not_charged', next_action: 'retry' } })
    expect(broken.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(broken)).toEqual([])

    await rm(objects)
    await rename(`${objects}.away`, objects)
    // A measurement of the store holds for two seconds.
    clock.move(3000)
    expect((await postGeneration(broken)).status).toBe(200)
  })

  it('F52 that breaks after the call was paid costs the client nothing: whole answer, settled, recorded as not stored', async () => {
    await using broken = await startTestGateway()
    const objects = join(broken.dataFolder, 'objects')
    const answer = postGeneration(broken, { prompt: promptWith('latency=300') })
    while (broken.gateway.sandbox!.calls.posts() === 0) await pause(1)
    await rename(objects, `${objects}.away`)
    await writeFile(objects, 'no folder')

    const seen = await seeReply(answer)
    expect(seen).toMatchObject({ status: 200, ending: 'whole' })
    const { data } = JSON.parse(seen.text) as { data: { b64_json: string }[] }
    const record = await settledRecord(broken, seen.generationId!)
    expect(record).toMatchObject({
      status: 'completed',
      images: [{ sha256: sha256(Buffer.from(data[0]!.b64_json, 'base64')), storage: 'not_stored', storage_pointer: null }],
      warnings: [{ code: 'not_stored' }],
    })
    expect(record.cost.settled_nanos).toBe(invoiceOf(broken, record.attempts[0]!.id)[0]!.nanos)
    const read = await seeReply(broken.fetch(`/v2/images/${record.images[0]!.id}`))
    expect(read).toMatchObject({ status: 410, error: { code: 'object_missing', outcome: 'not_charged' } })
    expect(await readdir(join(broken.dataFolder, 'spool'))).toEqual([])
  })
})
