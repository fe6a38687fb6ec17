import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutUp, feed, rebuilt, responsesRelay, someError, testFolder } from './fixtures/relay-harness.ts'
import { imageCall, message, response } from './fixtures/response-answers.ts'

const head = { status: 200, kind: 'json', requestId: 'req_upstream' } as const
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const noResume = () => undefined
const written = (value: unknown) => Buffer.from(JSON.stringify(value, null, 2))

describe('a response in one document', () => {
  it('passes as it came, its pictures told from other tools’ results by the type alone, and can be made again', async () => {
    await using folder = await testFolder()
    let run = 0
    const call = fc.tuple(fc.uint8Array({ maxLength: 1500 }), fc.boolean()).map(([bytes, typeLast]) => {
      const image = Buffer.from(bytes)
      const { type, ...rest } = imageCall(image)
      return { image, item: typeLast ? { ...rest, type } : { type, ...rest } }
    })
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constant('data:image/png;base64,QUJD'), fc.constant(null))
    const other = fc.oneof(
      text.map((result) => ({ item: { type: 'mcp_call', result, output: result } })),
      text.map((result) => ({ item: { result, type: 'custom_tool_call', action: { type: 'image_generation_call', result } } })),
      text.map((result) => ({ item: { id: 'x', result } })),
      text.map((inner) => ({ item: { type: 'code_interpreter_call', result: { result: inner, type: 'image_generation_call' } } })),
      fc.constantFrom({ item: imageCall(null) }, { item: message('Here it is.') }, { item: null }, { item: 'result' }),
    )
    const output = fc.array(fc.oneof(call, other), { maxLength: 6 })
    const cuts = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(output, cuts, async (items, lengths) => {
        const answer = written(response(items.map((each) => each.item)))
        const { relay, client } = responsesRelay(folder.path, { spoolName: `att_${run++}` })
        const result = await feed(relay, 'json', cutUp(answer, lengths))
        relay.release()
        expect(result).toMatchObject({ ended: 'whole', cause: null, errorFrame: null, bytesReceived: answer.length })
        expect(client.received.equals(answer)).toBe(true)
        expect((await rebuilt(result)).equals(answer)).toBe(true)
        const images = items.flatMap((each, outputIndex) => ('image' in each ? [{ outputIndex, image: each.image }] : []))
        expect(result.images.map((each) => [each.origin?.outputIndex, each.sha256, each.canonical])).toEqual(
          images.map(({ outputIndex, image }) => [outputIndex, sha256(image), true]),
        )
        expect(await Promise.all(result.images.map((each) => readFile(each.path!)))).toEqual(images.map(({ image }) => image))
        const documents = items.map((each) => ('image' in each ? { ...each.item, result: null } : each.item))
        expect(result.documents).toEqual([JSON.parse(written(response(documents)).toString())])
        expect(result.response).toEqual(result.documents[0])
        await relay.discard()
      }),
      { numRuns: 100 },
    )
    expect(await readdir(folder.path)).toEqual([])
  }, 20_000)

  it('undoes the escapes of a picture whose type came first, and passes those of a later one untouched', async () => {
    await using folder = await testFolder()
    const escaped = '"++++\\/\\u002B\\/+"'
    const decoded = Buffer.from(JSON.parse(escaped), 'base64')
    const first = `{"output":[{"type":"image_generation_call","result":${escaped}}],"usage":{}}`
    const late = `{"output":[{"result":${escaped},"type":"image_generation_call"}],"usage":{}}`
    for (const [text, received] of [
      [first, first.replace(escaped, JSON.stringify(JSON.parse(escaped)))],
      [late, late],
    ] as const) {
      for (const cuts of [[1], [1000]]) {
        const { relay, client } = responsesRelay(folder.path)
        const result = await feed(relay, 'json', cutUp(Buffer.from(text), cuts))
        relay.release()
        expect(result.images).toMatchObject([{ sha256: sha256(decoded), canonical: false }])
        expect(result.documents).toMatchObject([{ output: [{ result: null }] }])
        expect(client.received.toString()).toBe(received)
        expect((await rebuilt(result)).toString()).toBe(received)
        await relay.discard()
      }
    }
  })

  it('of 4 MB whose type comes last is stored and can be made again', async () => {
    await using folder = await testFolder()
    const image = randomBytes(3_000_000)
    const { type, ...rest } = imageCall(image)
    const answer = written(response([{ ...rest, type }, message('Here it is.')]))
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'json', cutUp(answer, [65_536]))
    relay.release()
    expect(result.images).toMatchObject([{ sha256: sha256(image), origin: { itemId: 'ig_1', outputIndex: 0 } }])
    expect(result.documents).toMatchObject([{ output: [{ result: null, type }, { id: 'msg_1' }] }])
    expect(client.received.equals(answer)).toBe(true)
    expect((await rebuilt(result)).equals(answer)).toBe(true)
    await relay.discard()
  })

  it.each([
    ['queued', { status: 'queued', output: [], background: true }],
    ['failed', { status: 'failed', error: { code: 'server_error', message: 'no' } }],
    ['a failed one that says nothing else', { status: 'failed', error: { message: 'no' }, output: undefined }],
  ])('that is %s is an answer, held back until the release', async (_, more) => {
    await using folder = await testFolder()
    const answer = written(response([], more))
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'json', cutUp(answer, [40]))
    expect(result).toMatchObject({ ended: 'whole', errorFrame: null, images: [], response: { id: 'resp_1' } })
    expect(client.pieces).toEqual([])
    relay.release()
    expect(client.received.equals(answer)).toBe(true)
    expect(client.ending).toBe('end')
  })

  it('is none when an error stands in its place, which the client does not get', async () => {
    await using folder = await testFolder()
    const document = { error: { message: 'no', type: 'server_error', code: null, param: null } }
    const { relay, client } = responsesRelay(folder.path)
    expect(await feed(relay, 'json', [written(document)])).toMatchObject({ ended: 'whole', errorFrame: document, response: null })
    relay.abort(someError)
    expect(client).toMatchObject({ ending: 'fail', pieces: [], head: null })
  })

  it('that is cut keeps the pictures that came in whole, those whose type is still to come left out', async () => {
    await using folder = await testFolder()
    const { type, ...rest } = imageCall(randomBytes(100))
    const answer = written(response([imageCall(randomBytes(200)), { ...rest, type }]))
    const { relay, client } = responsesRelay(folder.path)
    relay.begin(head)
    relay.data(answer.subarray(0, answer.lastIndexOf('"type": "image_generation_call"')), noResume)
    relay.end(false)
    const result = await relay.settleable
    expect(result).toMatchObject({ ended: 'cut', cause: 'connection_cut', images: [{ bytes: 200, origin: null }], response: null })
    expect(result.images).toHaveLength(1)
    relay.release()
    expect(client.ending).toBe('cut')
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('takes an answer with more tools’ results than it may spool files', async () => {
    await using folder = await testFolder()
    const image = randomBytes(9)
    const output = [imageCall(image), ...Array.from({ length: 10 }, () => ({ result: 'QUJD', type: 'mcp_call' }))]
    const { relay } = responsesRelay(folder.path, { limits: { images: 3 } })
    const result = await feed(relay, 'json', [written(response(output))])
    expect(result).toMatchObject({ ended: 'whole', images: [{ sha256: sha256(image) }], response: { output: { length: 11 } } })
    await relay.discard()
  })

  it('with texts of megabytes that may be pictures passes them on whole and keeps no more of them than it may', async () => {
    await using folder = await testFolder()
    const long = randomBytes(3_000_000).toString('base64')
    const answer = written(response([{ result: long, type: 'mcp_call' }, { result: `${long} ` }, imageCall(randomBytes(10))]))
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'json', cutUp(answer, [65_536]))
    relay.release()
    expect(client.received.equals(answer)).toBe(true)
    expect(result).toMatchObject({ ended: 'whole', images: [{ bytes: 10, origin: { outputIndex: 2 } }], outline: [] })
    expect(result.response).toMatchObject({ output: [{ result: null, type: 'mcp_call' }, { result: null }, { id: 'ig_1' }] })
    await expect.poll(() => readdir(folder.path)).toHaveLength(1)
    await relay.discard()
  })
})
