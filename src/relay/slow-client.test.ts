import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { cutUp, feedPieces, jsonAnswer, someError } from './fixtures/relay-harness.ts'
import { bodyOf, get, rawRequest, readBody, replyServer } from './fixtures/reply-server.ts'

const jsonHead = { status: 200, kind: 'json', requestId: null } as const

describe('a client that does not keep up', () => {
  const image = randomBytes(15_000_000)
  const answer = jsonAnswer([image])

  it('is served 20 MB from the disk without pausing upstream or filling memory, and gets every byte', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port)
    socket.pause()
    const { relay, response } = await server.next()
    relay.begin(jsonHead)
    let mostUnsent = 0
    for (const piece of cutUp(answer, [65_536])) {
      await feedPieces(relay, [piece])
      mostUnsent = Math.max(mostUnsent, response.writableLength)
    }
    relay.end(true)
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: image.length }] })
    relay.release()
    expect(response.writableFinished).toBe(false)
    expect(mostUnsent).toBeLessThan(1.2 * 1024 * 1024)
    expect(await readdir(server.folder)).toEqual(['att_1-0.part'])

    expect((await readBody(socket)).equals(answer)).toBe(true)
    await relay.discard()
    expect(await readdir(server.folder)).toEqual([])
  })

  it('goes back to memory once it has caught up', async () => {
    await using server = await replyServer({ stream: true, lagBytes: 100_000 })
    const reply = get(server.port)
    const { client, response } = await server.next()
    client.commit({ contentType: 'text/event-stream; charset=utf-8', headers: {} })
    const incoming = await reply
    const sent: Buffer[] = []
    const received: Buffer[] = []
    incoming.on('data', (piece) => received.push(piece))
    for (let round = 0; round < 3; round++) {
      for (let turn = 0; turn < 40; turn++) {
        const frame = Buffer.from(`data: ${round}/${turn} ${'x'.repeat(20_000)}\n\n`)
        sent.push(frame)
        client.write(frame, true)
      }
      expect(response.writableLength).toBeLessThan(150_000)
      while (Buffer.concat(received).length < Buffer.concat(sent).length) await once(incoming, 'data')
    }
    client.end()
    await once(incoming, 'end')
    expect(Buffer.concat(received).equals(Buffer.concat(sent))).toBe(true)
    expect(await readdir(server.folder)).toEqual([])
  })

  it('still gets the error frame behind everything that waits for it', async () => {
    await using server = await replyServer({ stream: true, lagBytes: 1000 })
    const reply = get(server.port)
    const { client } = await server.next()
    client.commit({ contentType: 'text/event-stream; charset=utf-8', headers: {} })
    const frame = Buffer.from(`data: ${'x'.repeat(100_000)}\n\n`)
    client.write(frame, true)
    client.write(frame, true)
    client.fail(someError)
    const { body, broken } = await bodyOf(await reply)
    expect(broken).toBe(false)
    expect(body.toString()).toBe(`${frame}${frame}event: error\ndata: ${JSON.stringify(someError.body)}\n\n`)
  })

  it('is let go when neither memory nor the disk has room, and the call completes', async () => {
    await using server = await replyServer({ missingOverflowFolder: true })
    const socket = await rawRequest(server.port)
    socket.pause()
    const { client, relay } = await server.next()
    relay.begin(jsonHead)
    await feedPieces(relay, cutUp(answer, [65_536]))
    relay.end(true)
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: image.length, error: null }] })
    relay.release()
    await client.finished
    expect(client.gone).toBe(true)
    await relay.discard()
  })

  it('is let go when it takes nothing of a finished reply', async () => {
    await using server = await replyServer({ stallMs: 50 })
    const socket = await rawRequest(server.port)
    socket.pause()
    const { client, relay } = await server.next()
    relay.begin(jsonHead)
    await feedPieces(relay, cutUp(answer, [65_536]))
    relay.end(true)
    await relay.settleable
    relay.release()
    await client.finished
    await relay.discard()
    expect(await readdir(server.folder)).toEqual([])
  })

  it('may leave midway: the call goes on and the image is stored', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port)
    const { client, relay } = await server.next()
    relay.begin(jsonHead)
    const pieces = cutUp(answer, [65_536])
    await feedPieces(relay, pieces.slice(0, 20))
    socket.destroy()
    await client.finished
    expect(client.gone).toBe(true)
    await feedPieces(relay, pieces.slice(20))
    relay.end(true)
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: image.length, error: null }] })
    relay.release()
    await relay.discard()
    expect(await readdir(server.folder)).toEqual([])
  })

  it('may leave while it is served from the disk', async () => {
    await using server = await replyServer()
    const socket = await rawRequest(server.port)
    socket.pause()
    const { client, relay } = await server.next()
    relay.begin(jsonHead)
    await feedPieces(relay, cutUp(answer, [65_536]))
    socket.destroy()
    await client.finished
    relay.end(true)
    relay.release()
    expect(await relay.settleable).toMatchObject({ ended: 'whole' })
    await relay.discard()
    expect(await readdir(server.folder)).toEqual([])
  })
})
