import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutUp, feed, imageFrame, rebuilt, someError, testFolder, testRelay } from './fixtures/relay-harness.ts'

const head = { status: 200, kind: 'sse', requestId: 'req_upstream' } as const
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const noResume = () => undefined

describe('a stream', () => {
  it('reaches the client as it came and the disk as images, however it is cut', async () => {
    await using folder = await testFolder()
    let run = 0
    const image = fc.uint8Array({ maxLength: 1500 }).map((bytes) => Buffer.from(bytes))
    const event = fc.oneof(
      image.map((bytes) => ({ frame: imageFrame('completed', bytes, { usage: { total_tokens: 9 } }), final: bytes })),
      image.map((bytes) => ({ frame: imageFrame('partial_image', bytes, { partial_image_index: 0 }), preview: bytes })),
      fc.constantFrom({ frame: ': comment\n\n' }, { frame: 'event: other\ndata: {"a":1}\n\n' }, { frame: 'data: text\n\n' }),
    )
    const stream = fc.record({
      events: fc.array(event, { maxLength: 6 }),
      last: image,
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      cuts: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
      keepPartials: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(stream, async ({ events, last, lineEnd, cuts, keepPartials }) => {
        const finals = [...events.flatMap((each) => ('final' in each ? [each.final] : [])), last]
        const previews = events.flatMap((each) => ('preview' in each ? [each.preview] : []))
        const text = [...events.map((each) => each.frame), imageFrame('completed', last), 'data: [DONE]\n\n'].join('')
        const bytes = Buffer.from(text.replaceAll('\n', lineEnd))
        const { relay, client } = testRelay(folder.path, { spoolName: `att_${run++}`, expectedImages: finals.length, keepPartials })
        const result = await feed(relay, 'sse', cutUp(bytes, cuts))
        relay.release()

        expect(result).toMatchObject({ ended: 'whole', cause: null, errorFrame: null, partials: { count: previews.length } })
        expect(await Promise.all(result.images.map((each) => readFile(each.path!)))).toEqual(finals)
        expect(result.partials.images.map((each) => each.sha256)).toEqual(keepPartials ? previews.map(sha256) : [])
        expect(result.documents.map((document) => document['b64_json'])).toEqual(finals.map(() => null))
        expect(client.received.equals(bytes)).toBe(true)
        expect(client).toMatchObject({ ending: 'end', boundary: true })
        await relay.discard()
      }),
      { numRuns: 80 },
    )
    expect(await readdir(folder.path)).toEqual([])
  })

  it('can be made again from its outline, without previews and what is no frame of an image', async () => {
    await using folder = await testFolder()
    const [first, second] = [imageFrame('completed', randomBytes(400)), imageFrame('completed', randomBytes(401))]
    const stream = Buffer.from([': hello\n\n', first, imageFrame('partial_image', randomBytes(50)), second, 'data: [DONE]\n\n'].join(''))
    for (const cuts of [[stream.length], [1], [100, 7]]) {
      const { relay } = testRelay(folder.path, { expectedImages: 2, keepPartials: true })
      const result = await feed(relay, 'sse', cutUp(stream, cuts))
      expect((await rebuilt(result)).toString()).toBe(first + second)
      await relay.discard()
    }
  })

  it('holds back the blank line of the last completed frame and all behind it until the release', async () => {
    await using folder = await testFolder()
    const frames = imageFrame('partial_image', randomBytes(60)) + imageFrame('completed', randomBytes(90))
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(`${frames}data: [DONE]\n\n`), noResume)
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: 90 }] })
    expect(client.received.toString()).toBe(frames.slice(0, -1))
    expect(client.boundary).toBe(false)

    relay.data(Buffer.from(': late\n\n'), noResume)
    expect(client.received.toString()).toBe(frames.slice(0, -1))

    relay.release()
    expect(client.received.toString()).toBe(`${frames}data: [DONE]\n\n: late\n\n`)
    expect(client).toMatchObject({ boundary: true, ending: null })
    relay.data(Buffer.from('event: x\n\n'), noResume)
    relay.end(true)
    expect(client.received.toString()).toBe(`${frames}data: [DONE]\n\n: late\n\nevent: x\n\n`)
    expect(client.ending).toBe('end')
  })

  it('commits the client’s head as soon as upstream’s came', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    expect(client.head?.contentType).toBe('text/event-stream; charset=utf-8')
    await relay.discard()
  })

  it('stands between two frames for the client whenever no image is under way', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path, { expectedImages: 2 })
    const frame = Buffer.from(imageFrame('completed', randomBytes(3000)))
    relay.begin(head)
    relay.data(frame.subarray(0, 30), noResume)
    expect(client).toMatchObject({ boundary: true, pieces: [] })
    relay.data(frame.subarray(30, 2000), noResume)
    expect(client).toMatchObject({ boundary: false })
    relay.data(frame.subarray(2000), noResume)
    expect(client).toMatchObject({ boundary: true, received: frame })
    await relay.discard()
  })

  it('counts a last frame whose blank line is missing and supplies it', async () => {
    await using folder = await testFolder()
    const frame = imageFrame('completed', randomBytes(80))
    for (const missing of [1, 2]) {
      for (const whole of [true, false]) {
        const { relay, client } = testRelay(folder.path)
        relay.begin(head)
        relay.data(Buffer.from(frame.slice(0, -missing)), noResume)
        relay.end(whole)
        const result = await relay.settleable
        relay.release()
        expect(result).toMatchObject({ ended: 'whole', images: [{ bytes: 80, canonical: true }], documents: [{ b64_json: null }] })
        expect(client.received.toString().trimEnd()).toBe(frame.trimEnd())
        expect(client.received.toString()).toMatch(/\n\n$/)
        expect(client.ending).toBe('end')
        await relay.discard()
      }
    }
  })

  it('passes previews on unread unless they are to be kept', async () => {
    await using folder = await testFolder()
    const odd = `event: image_generation.partial_image\ndata: {"b64_json":"not base64 \\" at all"}\n\n`
    const stream = Buffer.from(odd + imageFrame('completed', randomBytes(10)))
    const { relay, client } = testRelay(folder.path)
    expect(await feed(relay, 'sse', cutUp(stream, [3]))).toMatchObject({ ended: 'whole', partials: { count: 1, images: [] } })
    relay.release()
    expect(client.received.equals(stream)).toBe(true)
    await relay.discard()

    const strict = testRelay(folder.path, { keepPartials: true })
    expect(await feed(strict.relay, 'sse', [stream])).toMatchObject({ ended: 'malformed', cause: 'bad_base64' })
    await strict.relay.discard()
  })

  it('takes the type from the document when no event line names it, wherever it stands', async () => {
    await using folder = await testFolder()
    const [preview, final] = [randomBytes(30), randomBytes(40)]
    const late = (bytes: Buffer, type: string) => `data: {"b64_json":"${bytes.toString('base64')}",\ndata: "type":"${type}"}\n\n`
    const stream = Buffer.from(late(preview, 'x.partial_image') + late(final, 'x.completed'))
    for (const cuts of [[stream.length], [1]]) {
      const { relay } = testRelay(folder.path)
      const result = await feed(relay, 'sse', cutUp(stream, cuts))
      expect(result).toMatchObject({ ended: 'whole', images: [{ sha256: sha256(final) }], partials: { count: 1, images: [] } })
      expect((await rebuilt(result)).toString()).toBe(late(final, 'x.completed'))
      await relay.discard()
    }
    expect(await readdir(folder.path)).toEqual([])
  })

  it('does not store images of events that are neither previews nor results', async () => {
    await using folder = await testFolder()
    const other = `data: {"type":"response.output_item.done","b64_json":"QUJD"}\n\n`
    const { relay, client } = testRelay(folder.path)
    const result = await feed(relay, 'sse', [Buffer.from(other)])
    relay.release()
    expect(result).toMatchObject({ ended: 'whole', images: [], documents: [], outline: [] })
    expect(client.received.toString()).toBe(other)
    expect(await readdir(folder.path)).toEqual([])
  })

  it('ends as whole with fewer images when upstream says no more, its end held until the release', async () => {
    await using folder = await testFolder()
    const frame = imageFrame('completed', randomBytes(10))
    const { relay, client } = testRelay(folder.path, { expectedImages: 2 })
    const result = await feed(relay, 'sse', [Buffer.from(`${frame}data: [DONE]`)])
    expect(result).toMatchObject({ ended: 'whole', images: [{ index: 0 }] })
    expect(client.ending).toBeNull()
    relay.release()
    expect(client.received.toString()).toBe(`${frame}data: [DONE]`)
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it.each([
    ['event: error\ndata: {"error":{"message":"no"}}\n\n', { error: { message: 'no' } }],
    ['data: {"error":{"message":"no"}}\n\n', { error: { message: 'no' } }],
    [
      'event: image_generation.completed\ndata: {"error":{"message":"no"},"b64_json":null}\n\n',
      { error: { message: 'no' }, b64_json: null },
    ],
    ['data: {"type":"error","message":"no"}\n\n', { type: 'error', message: 'no' }],
    ['event: error\ndata: no\n\n', {}],
  ])('keeps upstream’s error frame from the client: %j', async (errorFrame, document) => {
    await using folder = await testFolder()
    const preview = imageFrame('partial_image', randomBytes(30))
    const { relay, client } = testRelay(folder.path)
    const result = await feed(relay, 'sse', cutUp(Buffer.from(`${preview}${errorFrame}data: more\n\n`), [11]))
    expect(result).toMatchObject({ ended: 'whole', errorFrame: document, images: [], documents: [], partials: { count: 1 } })
    expect(client.received.toString()).toBe(preview)
    expect(client).toMatchObject({ boundary: true, ending: null })
    relay.abort(someError)
    expect(client).toMatchObject({ ending: 'fail', error: someError })
    await relay.discard()
  })

  it('never ends cleanly behind an error frame', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    await feed(relay, 'sse', [Buffer.from('event: error\ndata: {}\n\n')])
    relay.release()
    expect(client).toMatchObject({ ending: 'cut', pieces: [] })
  })

  it('that is cut between frames leaves the client between frames, without the beginning of the next', async () => {
    await using folder = await testFolder()
    const frame = imageFrame('completed', randomBytes(100))
    const { relay, client } = testRelay(folder.path, { expectedImages: 2 })
    relay.begin(head)
    relay.data(Buffer.from(`${frame}event: image_generation.comp`), noResume)
    relay.end(false)
    expect(await relay.settleable).toMatchObject({ ended: 'cut', cause: 'connection_cut', images: [{ bytes: 100 }] })
    expect(client.received.toString()).toBe(frame)
    expect(client.boundary).toBe(true)
    relay.abort(someError)
    expect(client.ending).toBe('fail')
    await relay.discard()
  })

  it('that is cut within an image leaves no half image behind and the client within a frame', async () => {
    await using folder = await testFolder()
    const frame = Buffer.from(imageFrame('completed', randomBytes(3000)))
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(frame.subarray(0, 2000), noResume)
    relay.end(false)
    expect(await relay.settleable).toMatchObject({ ended: 'cut', images: [], documents: [], bytesReceived: 2000 })
    expect(client.boundary).toBe(false)
    await expect.poll(() => readdir(folder.path)).toEqual([])
    relay.release()
    expect(client.ending).toBe('cut')
  })

  it('that is cut behind a whole image, within its frame, still has that image', async () => {
    await using folder = await testFolder()
    const frame = imageFrame('completed', randomBytes(300), { usage: {} })
    const { relay } = testRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(frame.slice(0, -8)), noResume)
    relay.end(false)
    expect(await relay.settleable).toMatchObject({ ended: 'cut', images: [{ bytes: 300, error: null }], documents: [] })
    await relay.discard()
  })

  it.each([
    ['not_json', 'data: {"a":}\n\n'],
    ['not_json', 'data: {"a":1} {}\n\n'],
    ['document_not_closed', 'data: {"a":1\n\n'],
    ['document_not_closed', 'data: {"a":1'],
    ['bad_base64', 'data: {"b64_json":"QU\ndata: JD"}\n\n'],
    ['skeleton_too_large', `${': comment without end\n'.repeat(60_000)}`],
  ])('is malformed (%s) by %j', async (cause, text) => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    expect(await feed(relay, 'sse', cutUp(Buffer.from(text), [5000]))).toMatchObject({ ended: 'malformed', cause })
    relay.release()
    expect(client.ending).toBe('cut')
    await relay.discard()
  })

  it('ends cleanly when only the tail behind the last image was cut', async () => {
    await using folder = await testFolder()
    const frame = imageFrame('completed', randomBytes(10))
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(`${frame}data: [DO`), noResume)
    await relay.settleable
    relay.release()
    relay.end(false)
    expect(client.received.toString()).toBe(frame)
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it('pauses upstream when the held tail grows long, until the release', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path, { limits: { tailHoldBytes: 1000 } })
    relay.begin(head)
    relay.data(Buffer.from(imageFrame('completed', randomBytes(10))), noResume)
    await relay.settleable
    let resumed = false
    const tail = Buffer.from(`data: ${'x'.repeat(2000)}\n\n`)
    expect(relay.data(tail, () => (resumed = true))).toBe(false)
    expect(resumed).toBe(false)
    relay.release()
    expect(resumed).toBe(true)
    expect(client.received.subarray(-tail.length).equals(tail)).toBe(true)
    await relay.discard()
  })

  it('does not keep a long frame without an image from the client', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path, { limits: { frameHoldBytes: 1000 } })
    relay.begin(head)
    relay.data(Buffer.from(`data: {"text":"${'x'.repeat(900)}`), noResume)
    expect(client.pieces).toEqual([])
    relay.data(Buffer.from('y'.repeat(100)), noResume)
    expect(client.received).toHaveLength(1015)
    expect(client.boundary).toBe(false)
    await relay.discard()
  })

  it('is not held back at all when it was released before its end', async () => {
    await using folder = await testFolder()
    const stream = Buffer.from(`${imageFrame('completed', randomBytes(10))}data: [DONE]\n\n`)
    const { relay, client } = testRelay(folder.path)
    relay.release()
    await feed(relay, 'sse', cutUp(stream, [50]))
    expect(client.received.equals(stream)).toBe(true)
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it('goes on streaming its tail after the spool was cleared', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(imageFrame('completed', randomBytes(10))), noResume)
    await relay.settleable
    relay.release()
    await relay.discard()
    relay.data(Buffer.from('data: [DONE]\n\n'), noResume)
    relay.end(true)
    expect(client.received.toString()).toMatch(/\[DONE\]\n\n$/)
    expect(client.ending).toBe('end')
  })

  it('tells when the request was sent and when the answer began, before the client’s head goes out', async () => {
    await using folder = await testFolder()
    const told: string[] = []
    const { relay, client } = testRelay(folder.path, {
      onSent: () => void told.push('sent'),
      onBegin: ({ requestId }) => void told.push(`${requestId}, head ${client.head === null ? 'not out' : 'out'}`),
    })
    await feed(relay, 'sse', [])
    expect(told).toEqual(['sent', 'req_upstream, head not out'])
    await relay.discard()
  })
})
