import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutUp, feed, feedPieces, rebuilt, responsesRelay, someError, testFolder } from './fixtures/relay-harness.ts'
import { bodyOf, get, replyServer } from './fixtures/reply-server.ts'
import { frame, frames, imageCall, message, previewEvent, response, sixteenEvents } from './fixtures/response-answers.ts'

const head = { status: 200, kind: 'sse', requestId: 'req_upstream' } as const
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const noResume = () => undefined
const ending = { type: 'response.completed', response: response([]) }

describe('a streamed response', () => {
  it('of sixteen events passes untouched, and its picture is taken once although it came twice', async () => {
    await using folder = await testFolder()
    const [image, preview] = [randomBytes(5000), randomBytes(700)]
    const stream = Buffer.from(frames(sixteenEvents(image, preview)).join(''))
    const { relay, client } = responsesRelay(folder.path, { keepPartials: true })
    const result = await feed(relay, 'sse', cutUp(stream, [333]))
    relay.release()

    expect(client.received.equals(stream)).toBe(true)
    expect(client.ending).toBe('end')
    expect(result).toMatchObject({ ended: 'whole', cause: null, errorFrame: null, partials: { count: 1 } })
    const origin = { itemId: 'ig_1', outputIndex: 1, item: imageCall(null, { status: 'completed' }) }
    expect(result.images).toMatchObject([{ index: 0, sha256: sha256(image), bytes: 5000, canonical: true, origin }])
    const place = { itemId: 'ig_1', outputIndex: 1, item: { partial_image_index: 0, partial_image_b64: null } }
    expect(result.partials.images).toMatchObject([{ sha256: sha256(preview), origin: place }])
    expect(result.documents.map(({ type, sequence_number }) => [type, sequence_number])).toEqual([
      ['response.output_item.done', 9],
      ['response.completed', 15],
    ])
    expect(result.response).toMatchObject({ id: 'resp_1', usage: { total_tokens: 2340 }, output: [{}, { result: null }, {}] })
    await expect.poll(async () => (await readdir(folder.path)).sort()).toEqual(['att_1-0.part', 'att_1-1.part'])
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('comes out the same however it is cut and spelled', async () => {
    await using folder = await testFolder()
    let run = 0
    const bytes = fc.uint8Array({ maxLength: 1200 }).map((each) => Buffer.from(each))
    const tool = fc
      .oneof(fc.string({ unit: 'binary' }), fc.base64String())
      .chain((result) =>
        fc.constantFrom({ type: 'mcp_call', id: 'mcp_1', result }, { result, id: 'ci_1', type: 'code_interpreter_call' }, { result }),
      )
    const call = fc.tuple(bytes, fc.nat(1), fc.boolean()).map(([image, id, typeLast]) => {
      const { type, ...rest } = imageCall(image, { id: `ig_${id}` })
      return { image, id: `ig_${id}`, item: typeLast ? { ...rest, type } : { type, ...rest } }
    })
    const item = fc.oneof(
      call,
      tool.map((each) => ({ item: each })),
    )
    const stream = fc.record({
      items: fc.array(item, { maxLength: 5 }),
      previews: fc.array(bytes, { maxLength: 2 }),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      named: fc.boolean(),
      split: fc.boolean(),
      cuts: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(stream, async ({ items, previews, lineEnd, named, split, cuts }) => {
        const events = [
          { type: 'response.created', response: response([]) },
          ...previews.map((each, index) => previewEvent(each, index)),
          ...items.map((each, output_index) => ({ type: 'response.output_item.done', output_index, item: each.item })),
          { type: 'response.completed', response: response(items.map((each) => each.item)) },
        ]
        let text = [': hello\n\n', ...frames(events)].join('')
        if (!named) text = text.replaceAll(/^event: .*\n/gm, '')
        if (split) text = text.replaceAll('"sequence_number"', '\ndata: "sequence_number"')
        const sent = Buffer.from(text.replaceAll('\n', lineEnd))
        const { relay, client } = responsesRelay(folder.path, { spoolName: `att_${run++}`, keepPartials: true })
        const result = await feed(relay, 'sse', cutUp(sent, cuts))
        relay.release()

        expect(client.received.equals(sent)).toBe(true)
        expect(client).toMatchObject({ ending: 'end', boundary: true })
        const calls = items.flatMap((each) => ('image' in each ? [each] : []))
        const distinct = new Map(calls.map((each) => [`${each.id} ${sha256(each.image)}`, each.image]))
        expect(result.images.map((each) => `${each.origin?.itemId} ${each.sha256}`)).toEqual([...distinct.keys()])
        expect(await Promise.all(result.images.map((each) => readFile(each.path!)))).toEqual([...distinct.values()])
        expect(result.partials.images.map((each) => each.sha256)).toEqual(previews.map(sha256))
        const output = items.map((each) => ('image' in each ? { ...each.item, result: null } : each.item))
        expect(result.response).toEqual(JSON.parse(JSON.stringify(response(output))))
        const kept = sent.toString().split(`${lineEnd}${lineEnd}`).slice(1, -1)
        const withoutPreviews = kept.filter((each) => !each.includes('partial_image_b64')).map((each) => each + lineEnd + lineEnd)
        const remade = (await rebuilt(result)).toString()
        // The second half of a CR LF counts to the next frame, so that it is left out or comes first with it.
        expect(remade.trim()).toBe(withoutPreviews.join('').trim())
        await relay.discard()
      }),
      { numRuns: 100 },
    )
    expect(await readdir(folder.path)).toEqual([])
  }, 20_000)

  it('brings 3 previews and a picture of 4 MB each, and memory does not grow with them', async () => {
    await using folder = await testFolder()
    const previews = [1, 2, 3].map(() => randomBytes(3_000_000))
    const image = randomBytes(3_000_000)
    const middle = sixteenEvents(image, previews[0]!)
    const events = [...middle.slice(0, 8), previewEvent(previews[1]!, 1), previewEvent(previews[2]!, 2), ...middle.slice(8)]
    const stream = Buffer.from(frames(events).join(''))
    const { relay, client } = responsesRelay(folder.path, { keepPartials: true })
    const pieces = cutUp(stream, [65_536])
    let peak = 0
    const before = process.memoryUsage.rss()
    function* watched() {
      for (const piece of pieces) {
        peak = Math.max(peak, process.memoryUsage.rss())
        yield piece
      }
    }
    const result = await feed(relay, 'sse', watched())
    relay.release()
    expect(client.received.equals(stream)).toBe(true)
    expect(result.images.map((each) => each.sha256)).toEqual([sha256(image)])
    expect(result.partials.images.map((each) => each.sha256)).toEqual(previews.map(sha256))
    expect(peak - before).toBeLessThan(40_000_000)
    await expect.poll(() => readdir(folder.path)).toHaveLength(4)
    await relay.discard()
  })

  it('lets a finished picture flow on and holds back the blank line of the event that ends the response', async () => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20)))
    const { relay, client } = responsesRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(written.slice(0, 10).join('')), noResume)
    expect(client.received.toString()).toBe(written.slice(0, 10).join(''))
    expect(client.boundary).toBe(true)
    relay.data(Buffer.from(`${written.slice(10).join('')}data: [DONE]\n\n`), noResume)
    await relay.settleable
    expect(client.received.toString()).toBe(written.join('').slice(0, -1))
    relay.release()
    relay.end(true)
    expect(client.received.toString()).toBe(`${written.join('')}data: [DONE]\n\n`)
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it.each(['failed', 'incomplete'])('that ended as %s is passed on as it is, with what it says', async (status) => {
    await using folder = await testFolder()
    const error = status === 'failed' ? { code: 'image_content_policy_violation', message: 'no' } : null
    const said = { type: `response.${status}`, response: response([imageCall(null)], { status, error }) }
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'sse', [Buffer.from(frames([said]).join(''))])
    relay.release()
    expect(result).toMatchObject({ ended: 'whole', errorFrame: null, images: [], response: { status, error } })
    expect(client.received.toString()).toBe(frames([said]).join(''))
    expect(client.ending).toBe('end')
    await relay.discard()
  })

  it('keeps upstream’s error event from the client and the picture that came before it', async () => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20)))
      .slice(0, 10)
      .join('')
    const error = { type: 'error', code: 'server_error', message: 'no', param: null, sequence_number: 10 }
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'sse', [Buffer.from(written + frame('error', JSON.stringify(error)))])
    expect(result).toMatchObject({ ended: 'whole', errorFrame: error, images: [{ bytes: 90, origin: { itemId: 'ig_1' } }], response: null })
    expect(client.received.toString()).toBe(written)
    relay.abort(someError)
    expect(client.ending).toBe('fail')
    await relay.discard()
  })

  it.each([true, false])('without the event that ends the response is not whole (proper end: %j)', async (whole) => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20)).slice(0, 15)).join('')
    const { relay, client } = responsesRelay(folder.path)
    relay.begin(head)
    relay.data(Buffer.from(written), noResume)
    relay.end(whole)
    const result = await relay.settleable
    const cause = whole ? 'document_not_closed' : 'connection_cut'
    expect(result).toMatchObject({ ended: whole ? 'malformed' : 'cut', cause, images: [{ bytes: 90, origin: { itemId: 'ig_1' } }] })
    expect(result.documents).toMatchObject([{ item: { revised_prompt: expect.any(String), result: null } }])
    relay.release()
    expect(client.ending).toBe('cut')
    await relay.discard()
  })

  it('that is cut within the frame of a picture that came whole still has it, once', async () => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20)))
    const cutBehindResult = (text: string) => text.slice(0, text.indexOf('revised_prompt'))
    for (const text of [cutBehindResult(written[9]!), written[9]! + cutBehindResult(written[15]!)]) {
      const { relay } = responsesRelay(folder.path)
      relay.begin(head)
      relay.data(Buffer.from(text), noResume)
      relay.end(false)
      expect(await relay.settleable).toMatchObject({ ended: 'cut', images: [{ bytes: 90 }], response: null })
      expect((await relay.settleable).images).toHaveLength(1)
      await relay.discard()
    }
    expect(await readdir(folder.path)).toEqual([])
  })

  it('supplies the blank line that its last event lacks', async () => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20))).join('')
    for (const whole of [true, false]) {
      const { relay, client } = responsesRelay(folder.path)
      relay.begin(head)
      relay.data(Buffer.from(written.slice(0, -2)), noResume)
      relay.end(whole)
      relay.release()
      expect(await relay.settleable).toMatchObject({ ended: 'whole', images: [{ bytes: 90 }], response: { id: 'resp_1' } })
      expect(client.received.toString()).toBe(written)
      await relay.discard()
    }
  })

  it('keeps the same bytes of two calls apart', async () => {
    await using folder = await testFolder()
    const image = randomBytes(50)
    const output = [imageCall(image), imageCall(image, { id: 'ig_2' })]
    const done = output.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item }))
    const { relay } = responsesRelay(folder.path)
    const stream = frames([...done, { type: 'response.completed', response: response(output) }]).join('')
    const result = await feed(relay, 'sse', [Buffer.from(stream)])
    expect(result.images.map((each) => each.origin?.itemId)).toEqual(['ig_1', 'ig_2'])
    await expect.poll(() => readdir(folder.path)).toHaveLength(2)
    expect((await rebuilt(result)).toString()).toBe(stream)
    await relay.discard()
  })

  it('leaves images in places where none belong unread, and passes them on', async () => {
    await using folder = await testFolder()
    const base64 = randomBytes(300).toString('base64')
    const call = { id: 'ig_1', type: 'image_generation_call', result: base64 }
    const events = [
      { type: 'response.output_item.added', output_index: 0, item: call },
      { type: 'response.something_new', item: { result: base64, type: 'image_generation_call' }, partial_image_b64: base64 },
      { type: 'response.output_item.done', output_index: 0, item: { type: 'message', content: [call], partial_image_b64: 'no, "text"' } },
      { type: 'response.output_item.done', output_index: 0, nested: { item: call }, item: [call], partial_image_b64: base64 },
      { type: 'response.completed', item: null, response: response([], { input: [call], output: [[call], { output: [call] }] }) },
    ]
    const stream = Buffer.from(frames(events).join(''))
    const { relay, client } = responsesRelay(folder.path, { keepPartials: true })
    const result = await feed(relay, 'sse', cutUp(stream, [57]))
    relay.release()
    expect(result).toMatchObject({ ended: 'whole', images: [], partials: { count: 0 } })
    expect(client.received.equals(stream)).toBe(true)
    await expect.poll(() => readdir(folder.path)).toEqual([])
  })

  it.each([
    ['two results', 'duplicate_image', '"type":"image_generation_call","result":"QUJD","result":"QUJE"'],
    ['two results before the type', 'duplicate_image', '"result":"QUJD","result":"QUJE","type":"image_generation_call"'],
    ['a second type', 'duplicate_image', '"type":"message","result":"QUJD","type":"image_generation_call"'],
    ['a type taken back', 'duplicate_image', '"type":"image_generation_call","result":"QUJD","type":"message"'],
    ['a result that is no base64', 'bad_base64', '"type":"image_generation_call","result":"QU JD"'],
    ['a result that is no base64 before the type', 'bad_base64', '"result":"QU JD","type":"image_generation_call"'],
  ])('with an image call of %s is malformed (%s)', async (_, cause, members) => {
    await using folder = await testFolder()
    const { relay } = responsesRelay(folder.path)
    const text = frame('response.output_item.done', `{"type":"response.output_item.done","item":{${members}}}`)
    expect(await feed(relay, 'sse', cutUp(Buffer.from(text), [9]))).toMatchObject({ ended: 'malformed', cause, images: [] })
    await relay.discard()
    expect(await readdir(folder.path)).toEqual([])
  })

  it('with one item named twice is malformed when both bring a picture', async () => {
    await using folder = await testFolder()
    const call = JSON.stringify(imageCall(randomBytes(9)))
    const { relay } = responsesRelay(folder.path)
    const text = frame('response.output_item.done', `{"item":${call},"item":${call}}`)
    expect(await feed(relay, 'sse', [Buffer.from(text)])).toMatchObject({ ended: 'malformed', cause: 'duplicate_image' })
    await relay.discard()
  })

  it('keeps the event of its creation from the client, and upstream from going on, until it is on record', async () => {
    await using folder = await testFolder()
    const written = frames(sixteenEvents(randomBytes(90), randomBytes(20)))
    const recorded = Promise.withResolvers<void>()
    const told: unknown[] = []
    const onResponse = (said: Record<string, unknown>) => {
      told.push(said['id'])
      return recorded.promise
    }
    const { relay, client } = responsesRelay(folder.path, { onResponse })
    relay.begin(head)
    let resumed = false
    expect(relay.data(Buffer.from(written.slice(0, 3).join('')), () => (resumed = true))).toBe(false)
    expect(told).toEqual(['resp_1'])
    expect(client.pieces).toEqual([])
    recorded.reject(new Error('the disk is full'))
    await expect.poll(() => resumed).toBe(true)
    expect(client.received.toString()).toBe(written.slice(0, 3).join(''))
    relay.release()
    await feedPieces(relay, [Buffer.from(written.slice(3).join(''))])
    relay.end(true)
    expect(client.received.toString()).toBe(written.join(''))
    expect(client.ending).toBe('end')
    expect(told).toHaveLength(1)
    await relay.discard()
  })

  it('says all that it had to say after the wait, its end included, and nothing after a cut', async () => {
    await using folder = await testFolder()
    const written = Buffer.from(frames(sixteenEvents(randomBytes(90), randomBytes(20))).join(''))
    for (const isCut of [false, true]) {
      const recorded = Promise.withResolvers<void>()
      const { relay, client } = responsesRelay(folder.path, { onResponse: () => recorded.promise })
      relay.begin(head)
      relay.data(written, noResume)
      if (isCut) await relay.discard()
      relay.release()
      relay.end(true)
      expect(client.pieces).toEqual([])
      recorded.resolve()
      await expect.poll(() => client.ending).toBe(isCut ? 'cut' : 'end')
      expect(client.received).toHaveLength(isCut ? 0 : written.length)
      await relay.discard()
    }
  })

  it('with texts of megabytes passes them on whole and leaves out of memory what no call needs', async () => {
    await using folder = await testFolder()
    const long = 'The fox \\ said "…" '.repeat(200_000)
    const image = randomBytes(40)
    const tools = [
      { type: 'mcp_call', id: 'mcp_1', result: long },
      { result: randomBytes(3_000_000).toString('base64'), id: 'ci_1', type: 'code_interpreter_call' },
    ]
    const done = tools.map((item, output_index) => ({ type: 'response.output_item.done', output_index, item }))
    const stream = Buffer.from(
      frames([
        ...done,
        { type: 'response.output_text.done', text: long },
        { type: 'response.completed', response: response([...tools, imageCall(image), message(long)]) },
      ]).join(''),
    )
    const { relay, client } = responsesRelay(folder.path)
    const result = await feed(relay, 'sse', cutUp(stream, [65_536]))
    relay.release()
    expect(client.received.equals(stream)).toBe(true)
    expect(result).toMatchObject({ ended: 'whole', images: [{ sha256: sha256(image), origin: { outputIndex: 2 } }], outline: [] })
    const output = [{ ...tools[0], result: null }, { ...tools[1], result: null }, { revised_prompt: expect.any(String) }, { id: 'msg_1' }]
    expect(result.response).toMatchObject({ usage: { total_tokens: 2340 }, output })
    await expect.poll(() => readdir(folder.path)).toHaveLength(1)
    await relay.discard()
  })

  it('can be made again without its increments when those are more than is kept', async () => {
    await using folder = await testFolder()
    const image = randomBytes(500)
    const events = sixteenEvents(image, randomBytes(20))
    const delta = { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 2, content_index: 0, delta: 'x'.repeat(100) }
    const withDeltas = [...events.slice(0, 12), ...Array(100).fill(delta), ...events.slice(12)]
    const lines = frames(withDeltas)
    const without = (part: string) => lines.filter((line) => !line.includes(part))
    for (const [textBytes, remade] of [
      [20_000, without('output_text.delta')],
      [200_000, lines],
    ] as const) {
      const { relay } = responsesRelay(folder.path, { limits: { textBytes } })
      const result = await feed(relay, 'sse', [Buffer.from(lines.join(''))])
      expect((await rebuilt(result)).toString()).toBe(remade.filter((line) => !line.includes('partial_image_b64')).join(''))
      await relay.discard()
    }
  })

  it('reaches a real client over HTTP byte for byte', async () => {
    await using server = await replyServer()
    const asked = get(server.port)
    const { client } = await server.next()
    const { relay } = responsesRelay(server.folder, { client, onResponse: async () => undefined })
    const stream = Buffer.from(frames(sixteenEvents(randomBytes(300_000), randomBytes(100_000))).join(''))
    const result = await feed(relay, 'sse', cutUp(stream, [16_384]))
    relay.release()
    const { body, broken } = await bodyOf(await asked)
    expect(broken).toBe(false)
    expect(body.equals(stream)).toBe(true)
    expect(result.images).toHaveLength(1)
    await relay.discard()
  })

  it('is told of its last event by its data where no event line names it', async () => {
    await using folder = await testFolder()
    const { relay, client } = responsesRelay(folder.path)
    const text = `data: ${JSON.stringify({ response: ending.response, type: ending.type })}\n\n`
    const result = await feed(relay, 'sse', cutUp(Buffer.from(text), [5]))
    relay.release()
    expect(result).toMatchObject({ ended: 'whole', response: { id: 'resp_1' } })
    expect(client.received.toString()).toBe(text)
  })
})
