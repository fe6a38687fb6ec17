import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutUp, feed, feedPieces, jsonAnswer, rebuilt, someError, testFolder, testRelay } from './fixtures/relay-harness.ts'
import { NullReplyClient } from './null-reply-client.ts'

const head = { status: 200, kind: 'json', requestId: 'req_upstream' } as const
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('a JSON answer', () => {
  it('reaches the client as it came and the disk as images, however it is cut, and can be made again from its outline', async () => {
    await using folder = await testFolder()
    let run = 0
    const images = fc.array(fc.uint8Array({ maxLength: 2000 }), { minLength: 1, maxLength: 4 })
    const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(images, cuts, async (someImages, lengths) => {
        const originals = someImages.map((bytes) => Buffer.from(bytes))
        const answer = jsonAnswer(originals)
        const { relay, client } = testRelay(folder.path, { spoolName: `att_${run++}` })
        const result = await feed(relay, 'json', cutUp(answer, lengths))

        expect(result).toMatchObject({ ended: 'whole', cause: null, errorFrame: null, bytesReceived: answer.length })
        expect(result.images.map((image) => image.sha256)).toEqual(originals.map(sha256))
        expect(await Promise.all(result.images.map((image) => readFile(image.path!)))).toEqual(originals)
        expect(result.documents).toEqual([{ ...JSON.parse(answer.toString()), data: originals.map(() => ({ b64_json: null })) }])
        relay.release()
        expect(client.received.equals(answer)).toBe(true)
        expect((await rebuilt(result)).equals(answer)).toBe(true)
        await relay.discard()
      }),
      { numRuns: 60 },
    )
    expect(await readdir(folder.path)).toEqual([])
  })

  it('comes out the same one byte at a time', async () => {
    await using folder = await testFolder()
    const image = randomBytes(3001)
    const answer = Buffer.from(`{"data":[{"b64_json":"${image.toString('base64').replaceAll('/', '\\/')}"}],"a":"\\u0022}"}`)
    const { relay, client } = testRelay(folder.path)
    const result = await feed(relay, 'json', cutUp(answer, [1]))
    relay.release()
    expect(result.images).toMatchObject([{ sha256: sha256(image), bytes: 3001, canonical: false }])
    expect(client.received.toString()).toBe(answer.toString().replaceAll('\\/', '/'))
    expect((await rebuilt(result)).equals(client.received)).toBe(true)
  })

  it('holds the closing brace back until the release and ends the reply there', async () => {
    await using folder = await testFolder()
    const answer = jsonAnswer([randomBytes(100)])
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.concat([answer, Buffer.from('\n  trailing')]), () => undefined)
    expect((await relay.settleable).ended).toBe('whole')
    expect(client.received.equals(answer.subarray(0, -1))).toBe(true)
    expect(client.ending).toBeNull()

    relay.release()
    expect(client.received.equals(answer)).toBe(true)
    expect(client.ending).toBe('end')
  })

  it('is settled as whole when upstream breaks off behind the closing brace', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(jsonAnswer([randomBytes(100)]), () => undefined)
    relay.end(false)
    relay.release()
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ index: 0, bytes: 100 }] })
    expect(client.ending).toBe('end')
  })

  it('keeps ten images apart', async () => {
    await using folder = await testFolder()
    const images = Array.from({ length: 10 }, (_, index) => randomBytes(200_000 + index))
    const { relay, client } = testRelay(folder.path, { expectedImages: 10 })
    const answer = jsonAnswer(images)
    const result = await feed(relay, 'json', cutUp(answer, [65_536]))
    relay.release()
    expect(result.images.map(({ index, bytes, sha256, canonical }) => ({ index, bytes, sha256, canonical }))).toEqual(
      images.map((image, index) => ({ index, bytes: image.length, sha256: sha256(image), canonical: true })),
    )
    expect(client.received.equals(answer)).toBe(true)
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('does not grow with the answer: 10 images, 80 MB, fed as one stream', async () => {
    await using folder = await testFolder()
    const { relay } = testRelay(folder.path, { client: new NullReplyClient() })
    const piece = Buffer.from(randomBytes(48 * 1024).toString('base64'))
    function* answer() {
      yield Buffer.from('{"data":[')
      for (let image = 0; image < 10; image++) {
        yield Buffer.from(`${image ? ',' : ''}{"b64_json":"`)
        for (let turn = 0; turn < 128; turn++) yield piece
        yield Buffer.from('"}')
      }
      yield Buffer.from(']}')
    }
    const before = process.memoryUsage.rss()
    let peak = before
    function* watched() {
      for (const each of answer()) {
        peak = Math.max(peak, process.memoryUsage.rss())
        yield each
      }
    }
    const result = await feed(relay, 'json', watched())
    expect(result.bytesReceived).toBeGreaterThan(80_000_000)
    expect(result.images.map((image) => image.bytes)).toEqual(Array(10).fill(48 * 1024 * 128))
    expect(peak - before).toBeLessThan(40_000_000)
    await relay.discard()
  })

  it.each([
    ['bad_base64', '{"data":[{"b64_json":"QUJD"},{"b64_json":"QU JD"}]}', 1],
    ['document_not_closed', '{"data":[{"b64_json":"QUJD"}', 1],
    ['not_json', '<html>502 Bad Gateway</html>', 0],
    ['document_not_closed', '', 0],
    ['too_many_images', `{"data":[${Array(65).fill('{"b64_json":"QUJD"}').join(',')}]}`, 64],
  ] as const)('that is malformed (%s) keeps the images that came in whole and never ends cleanly', async (cause, text, images) => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    const result = await feed(relay, 'json', cutUp(Buffer.from(text), [7]))
    expect(result).toMatchObject({ ended: 'malformed', cause, documents: [], outline: [] })
    expect(result.images).toHaveLength(images)
    relay.release()
    expect(client.ending).toBe('cut')
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('refuses an image beyond the limit', async () => {
    await using folder = await testFolder()
    const { relay } = testRelay(folder.path, { limits: { imageBytes: 1000 } })
    const result = await feed(relay, 'json', [jsonAnswer([randomBytes(1000), randomBytes(1001)])])
    expect(result).toMatchObject({ cause: 'image_too_large', images: [{ bytes: 1000 }] })
    await relay.discard()
  })

  it('that is cut keeps the images that came in whole and breaks the client’s connection', async () => {
    await using folder = await testFolder()
    const [first, second] = [randomBytes(500), randomBytes(500)]
    const answer = jsonAnswer([first, second])
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(answer.subarray(0, answer.length - 300), () => undefined)
    relay.end(false)
    expect(await relay.settleable).toMatchObject({ ended: 'cut', cause: 'connection_cut', images: [{ sha256: sha256(first) }] })
    relay.release()
    expect(client.ending).toBe('cut')
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('that holds an error instead of images has not begun for the client', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    const document = { error: { message: 'no', type: 'server_error', code: null, param: null } }
    const result = await feed(relay, 'json', [Buffer.from(JSON.stringify(document))])
    expect(result).toMatchObject({ ended: 'whole', errorFrame: document, images: [] })
    expect(client.head).toBeNull()
    relay.abort(someError)
    expect(client).toMatchObject({ ending: 'fail', pieces: [], head: null })
  })

  it('is not passed on after an abort, and what comes late is dropped', async () => {
    await using folder = await testFolder()
    const answer = jsonAnswer([randomBytes(1000)])
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(answer.subarray(0, 700), () => undefined)
    const passed = client.received.length
    relay.abort(someError)
    expect(relay.data(answer.subarray(700), () => undefined)).toBe(true)
    relay.end(true)
    relay.release()
    expect(await relay.settleable).toMatchObject({ ended: 'cut', cause: 'aborted', images: [] })
    expect(client.received).toHaveLength(passed)
    expect(client.ending).toBe('fail')
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })
})

describe('the spool', () => {
  it('leaves files alone that were taken and removes the others', async () => {
    await using folder = await testFolder()
    const { relay } = testRelay(folder.path)
    const image = randomBytes(100)
    const result = await feed(relay, 'json', [jsonAnswer([image, randomBytes(100)])])
    expect((await readdir(folder.path)).sort()).toEqual(['att_1-0.part', 'att_1-1.part'])
    await rename(result.images[0]!.path!, join(folder.path, 'kept.png'))
    relay.release()
    await relay.discard()
    await relay.discard()
    expect(await readdir(folder.path)).toEqual(['kept.png'])
    expect((await readFile(join(folder.path, 'kept.png'))).equals(image)).toBe(true)
  })

  it('settles and cleans up a call that never had an answer, without a trace on the client', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    await relay.discard()
    expect(await relay.settleable).toMatchObject({ ended: 'cut', cause: 'aborted', images: [], bytesReceived: 0 })
    expect(client.ending).toBeNull()
  })

  it('cuts a reply that was begun and that nobody ended', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    relay.begin(head)
    relay.data(jsonAnswer([randomBytes(1000)]).subarray(0, 800), () => undefined)
    await relay.discard()
    expect(client.ending).toBe('cut')
    expect(await readdir(folder.path)).toEqual([])
  })

  it.runIf(process.platform === 'linux')(
    'goes on passing and hashing when the disk is full, and says which image is not stored',
    async () => {
      await using folder = await testFolder()
      await symlink('/dev/full', join(folder.path, 'att_1-1.part'))
      const images = [randomBytes(10), randomBytes(400_000), randomBytes(20)]
      const answer = jsonAnswer(images)
      const { relay, client } = testRelay(folder.path)
      const result = await feed(relay, 'json', cutUp(answer, [10_000]))
      relay.release()
      expect(client.received.equals(answer)).toBe(true)
      expect(result.ended).toBe('whole')
      expect(result.images).toMatchObject([
        { path: join(folder.path, 'att_1-0.part'), error: null },
        { path: null, error: 'ENOSPC', sha256: sha256(images[1]!), bytes: 400_000 },
        { path: join(folder.path, 'att_1-2.part'), error: null },
      ])
      await relay.discard()
      expect(await readdir(folder.path)).toEqual([])
    },
  )

  it.runIf(process.platform === 'linux')('does not count an image as stored whose bytes could not be flushed', async () => {
    await using folder = await testFolder()
    await symlink('/dev/null', join(folder.path, 'att_1-0.part'))
    const { relay } = testRelay(folder.path)
    expect((await feed(relay, 'json', [jsonAnswer([randomBytes(10)])])).images).toMatchObject([{ path: null, error: 'EINVAL' }])
    await relay.discard()
  })

  it('goes on without a folder to write to', async () => {
    await using folder = await testFolder()
    const image = randomBytes(300_000)
    const { relay, client } = testRelay(join(folder.path, 'missing'))
    const result = await feed(relay, 'json', cutUp(jsonAnswer([image]), [50_000]))
    relay.release()
    expect(result.images).toMatchObject([{ path: null, error: 'ENOENT', sha256: sha256(image) }])
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it('does not mistake a folder in the way for a file', async () => {
    await using folder = await testFolder()
    await mkdir(join(folder.path, 'att_1-0.part'))
    const { relay } = testRelay(folder.path)
    expect((await feed(relay, 'json', [jsonAnswer([randomBytes(9)])])).images).toMatchObject([{ path: null, error: 'EISDIR' }])
    await relay.discard()
  })

  it('pauses upstream while the disk is behind, and only then', async () => {
    await using folder = await testFolder()
    const { relay } = testRelay(folder.path, { limits: { spoolLagBytes: 100_000 } })
    relay.begin(head)
    const answer = jsonAnswer([randomBytes(1_000_000)])
    const { promise, resolve } = Promise.withResolvers<void>()
    expect(relay.data(answer.subarray(0, 1000), () => undefined)).toBe(true)
    expect(relay.data(answer.subarray(1000, -1), resolve)).toBe(false)
    await promise
    expect(relay.data(answer.subarray(-1), () => undefined)).toBe(true)
    expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: 1_000_000, error: null }] })
    await relay.discard()
  })

  it('pauses upstream while the client’s own spool is behind the disk', async () => {
    await using folder = await testFolder()
    const { relay, client } = testRelay(folder.path)
    const backlog = Promise.withResolvers<void>()
    client.pending = backlog.promise
    relay.begin(head)
    const resumed = Promise.withResolvers<void>()
    expect(relay.data(Buffer.from('{'), resumed.resolve)).toBe(false)
    client.pending = null
    backlog.resolve()
    await resumed.promise
    await feedPieces(relay, [jsonAnswer([randomBytes(9)]).subarray(1)])
    expect((await relay.settleable).ended).toBe('whole')
    await relay.discard()
  })
})
