import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asFile, clientOf, dataUrl, differences, maskPng, pixelsOf, sha256, sourcePng } from './edit-test-kit.ts'
import { imageCalls, pictureOf, smallResponse, smallTool, whenOver } from './response-test-kit.ts'
import { pictureFacts, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = await quickSandbox()
  client = clientOf(sandbox)
})
afterAll(() => sandbox.close())

const received = () => sandbox.calls.list().at(-1)!.inputs!
const refused = async (call: Promise<unknown>) => {
  const error = await call.then(() => null).catch((thrown: unknown) => thrown)
  return error instanceof OpenAI.APIError ? { status: error.status, code: error.code, param: error.param, message: error.message } : null
}

describe("the official client's responses.create", () => {
  test('runs the snippet of the announcement as it stands: previews asked without a stream', async () => {
    const response = await client.responses.create({
      model: 'gpt-5.4',
      input: 'Generate an image of gray tabby cat hugging an otter with an orange scarf',
      tools: [{ type: 'image_generation', partial_images: 2 }],
    })
    expect(response).toMatchObject({ object: 'response', status: 'completed', model: 'gpt-5.4', output_text: expect.stringMatching(/\.$/) })
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'image_generation_call', 'message'])
    expect(pictureFacts(pictureOf(response))).toEqual({ format: 'png', size: '1122x1402' })
    expect(response.tools).toEqual([expect.objectContaining({ type: 'image_generation', partial_images: 2, n: 1, size: 'auto' })])
    expect(sandbox.invoice.lines().at(-2)).toMatchObject({ book: 'image_tool', partial_images: 0 })
  })

  test('gives a picture of what was asked, with the prompt it was drawn by', async () => {
    const tools = [{ ...smallTool, output_format: 'webp', background: 'opaque', model: 'gpt-image-2.5-flare' }] as const
    const response = await client.responses.create({ ...smallResponse, tools: [...tools] })
    expect(imageCalls(response)).toEqual([
      {
        id: expect.stringMatching(/^ig_/),
        type: 'image_generation_call',
        action: 'generate',
        status: 'completed',
        background: 'opaque',
        output_format: 'webp',
        quality: 'low',
        size: '1024x1024',
        result: expect.any(String),
        revised_prompt: expect.stringMatching(/^Draw a cat, /),
      },
    ])
    expect(pictureFacts(pictureOf(response)).format).toBe('webp')
  })

  test('may draw nothing, draws when it is forced, and draws several when several are asked for', async () => {
    const talk = await client.responses.create({ ...smallResponse, tools: [smallTool], input: 'What is the capital of France?' })
    expect([imageCalls(talk), talk.output_text]).toEqual([[], expect.stringMatching(/sandbox/)])
    const forced = await client.responses.create({
      ...smallResponse,
      tools: [smallTool],
      input: 'Hello',
      tool_choice: { type: 'image_generation' },
    })
    expect(imageCalls(forced)).toHaveLength(1)
    const several = imageCalls(await client.responses.create({ ...smallResponse, tools: [smallTool], input: 'Draw two pictures of a cat' }))
    expect(new Set(several.map(({ result }) => result)).size).toBe(2)
  })

  test('answers without any tool', async () => {
    const response = await client.responses.create({ model: 'gpt-5.5', input: 'Draw a cat' })
    expect([imageCalls(response), response.tools]).toEqual([[], []])
  })

  test('streams events that add up to the response', async () => {
    const stream = await client.responses.create({ ...smallResponse, tools: [{ ...smallTool, partial_images: 2 }], stream: true })
    const events = await Array.fromAsync(stream)
    const previews = events.filter((event) => event.type === 'response.image_generation_call.partial_image')
    for (const preview of previews) expect(pictureFacts(Buffer.from(preview.partial_image_b64, 'base64')).size).toBe('1024x1024')
    expect(previews.map((preview) => preview.partial_image_index)).toEqual([0, 1])
    const last = events.at(-1)!
    expect(last.type === 'response.completed' && pictureFacts(pictureOf(last.response)).size).toBe('1024x1024')
  })

  test('fits the helper that accumulates a stream', async () => {
    const stream = client.responses.stream({ ...smallResponse, tools: [{ ...smallTool, partial_images: 1 }] })
    const final = await stream.finalResponse()
    expect([imageCalls(final).length, final.output_text]).toEqual([1, 'Here is the picture you asked for.'])
  })
})

describe('pictures of the input', () => {
  const source = sourcePng(96, 96)
  const message = (...content: OpenAI.Responses.ResponseInputContent[]) => [{ role: 'user' as const, content }]
  const text = { type: 'input_text', text: 'make it blue' } as const

  test('are edited, whether they come as data URL or by the id of a file', async () => {
    const file = await client.files.create({ file: await asFile(sourcePng(64, 64, 3)), purpose: 'vision' })
    const images = [
      { type: 'input_image', detail: 'auto', image_url: dataUrl(source) },
      { type: 'input_image', detail: 'auto', file_id: file.id },
    ] as const
    const response = await client.responses.create({ ...smallResponse, tools: [smallTool], input: message(text, ...images) })
    expect(imageCalls(response)[0]).toMatchObject({ action: 'edit', revised_prompt: expect.stringMatching(/^make it blue\. Keep/) })
    expect(received().map(({ name, sha256: hash }) => [name, hash])).toEqual([
      ['input[0].content[1].image_url', sha256(source)],
      ['input[0].content[2].file_id', sha256(sourcePng(64, 64, 3))],
    ])
    expect(sandbox.invoice.lines().at(-2)).toMatchObject({ book: 'image_tool', image_in: 36 + 16 })
  })

  test('are changed inside the mask alone', async () => {
    const [large, open] = [sourcePng(1024, 1024), { x: 200, y: 300, width: 400, height: 240 }]
    const input_image_mask = { image_url: dataUrl(maskPng(1024, 1024, open)) }
    const response = await client.responses.create({
      ...smallResponse,
      input: message(text, { type: 'input_image', detail: 'auto', image_url: dataUrl(large) }),
      tools: [{ ...smallTool, input_image_mask }],
    })
    const { inside, outside } = differences(await pixelsOf(large), await pixelsOf(pictureOf(response)), open)
    expect([inside > 0, outside]).toEqual([true, 0])
    expect(received().map(({ role }) => role)).toEqual(['image', 'mask'])
    expect(JSON.stringify(response.tools)).not.toContain('data:')
  })

  test('are left alone when the tool is told to generate', async () => {
    const input = message(text, { type: 'input_image', detail: 'auto', image_url: dataUrl(source) })
    const response = await client.responses.create({ ...smallResponse, tools: [{ ...smallTool, action: 'generate' }], input })
    expect(imageCalls(response)[0]).toMatchObject({ action: 'generate' })
    expect(sandbox.invoice.lines().at(-2)).toMatchObject({ image_in: 0 })
  })

  test('refuses one that cannot be read, and an edit of nothing, before anything is charged', async () => {
    const before = sandbox.invoice.totals()
    const broken = message(text, { type: 'input_image', detail: 'auto', image_url: dataUrl(Buffer.from('no picture')) })
    expect(await refused(client.responses.create({ ...smallResponse, tools: [smallTool], input: broken }))).toMatchObject({
      status: 400,
      code: 'invalid_image_file',
    })
    expect(await refused(client.responses.create({ ...smallResponse, tools: [{ ...smallTool, action: 'edit' }] }))).toMatchObject({
      status: 400,
      param: 'tools[0].action',
    })
    expect(sandbox.invoice.totals()).toEqual(before)
  })
})

describe('a conversation of three turns', () => {
  const base = { model: 'gpt-5.4', tools: [smallTool] }

  test('goes on by previous_response_id: each turn edits the picture of the one before', async () => {
    const first = await client.responses.create({ ...base, input: 'Draw a cat' })
    const second = await client.responses.create({ ...base, input: 'Give it a hat', previous_response_id: first.id })
    expect(received()).toMatchObject([{ name: 'previous_response_id', sha256: sha256(pictureOf(first)) }])
    const third = await client.responses.create({ ...base, input: 'Now in the snow', previous_response_id: second.id })
    expect(received()).toMatchObject([{ name: 'previous_response_id', sha256: sha256(pictureOf(second)) }])
    expect(imageCalls(third)[0]).toMatchObject({ action: 'edit' })
    expect(third.previous_response_id).toBe(second.id)
  })

  test('remembers the picture over a turn that draws none, and draws anew when a new one is asked for', async () => {
    const first = await client.responses.create({ ...base, input: 'Draw a cat' })
    const talk = await client.responses.create({ ...base, input: 'What is it?', previous_response_id: first.id })
    await client.responses.create({ ...base, input: 'Give it a hat', previous_response_id: talk.id })
    expect(received()).toMatchObject([{ sha256: sha256(pictureOf(first)) }])
    const anew = await client.responses.create({ ...base, input: 'Draw another picture, of a dog', previous_response_id: talk.id })
    expect(imageCalls(anew)[0]).toMatchObject({ action: 'generate' })
  })

  test('goes on by the ids of image calls', async () => {
    const turn = async (words: string, callId?: string) => {
      const earlier = callId === undefined ? [] : [{ type: 'image_generation_call', id: callId } as never]
      return client.responses.create({ ...base, input: [{ role: 'user', content: words }, ...earlier] })
    }
    const first = await turn('Draw a cat')
    const second = await turn('Give it a hat', imageCalls(first)[0]!.id)
    expect(received()).toMatchObject([{ name: imageCalls(first)[0]!.id, sha256: sha256(pictureOf(first)) }])
    await turn('Now in the snow', imageCalls(second)[0]!.id)
    expect(received()).toMatchObject([{ name: imageCalls(second)[0]!.id, sha256: sha256(pictureOf(second)) }])
  })

  test('goes on without anything kept when the output is sent back whole', async () => {
    const first = await client.responses.create({ ...base, input: 'Draw a cat', store: false })
    const whole = [{ role: 'user' as const, content: 'Draw a cat' }, ...first.output, { role: 'user' as const, content: 'Give it a hat' }]
    const withoutThoughts = whole.filter((item) => !('type' in item) || item.type !== 'reasoning')
    const second = await client.responses.create({ ...base, input: withoutThoughts as never, store: false })
    expect(received()).toMatchObject([{ name: imageCalls(first)[0]!.id, sha256: sha256(pictureOf(first)) }])
    expect(imageCalls(second)[0]).toMatchObject({ action: 'edit' })
  })

  test('cannot go on from what was not stored or was forgotten', async () => {
    const notKept = { status: 400, code: 'previous_response_not_found', param: 'previous_response_id' }
    const noItem = { status: 404, param: 'input', message: expect.stringMatching(/Items are not persisted when `store` is set to false/) }
    const goOn = (response: OpenAI.Responses.Response) =>
      refused(client.responses.create({ ...base, input: 'Give it a hat', previous_response_id: response.id }))
    const goOnByItem = (response: OpenAI.Responses.Response) =>
      refused(client.responses.create({ ...base, input: [{ type: 'image_generation_call', id: imageCalls(response)[0]!.id } as never] }))

    const unstored = await client.responses.create({ ...smallResponse, tools: [smallTool], store: false })
    expect([await goOn(unstored), await goOnByItem(unstored)]).toMatchObject([notKept, noItem])
    const stored = await client.responses.create({ ...smallResponse, tools: [smallTool] })
    expect(sandbox.responses.forget(stored.id)).toBe(1)
    expect([await goOn(stored), await goOnByItem(stored)]).toMatchObject([notKept, noItem])
  })
})

describe("the official client's retrieve, delete and cancel", () => {
  test('retrieve gives the stored response again, its picture included', async () => {
    const created = await client.responses.create({ ...smallResponse, tools: [smallTool] })
    expect(await client.responses.retrieve(created.id)).toEqual(created)
    const unstored = await client.responses.create({ ...smallResponse, tools: [smallTool], store: false })
    expect(await refused(client.responses.retrieve(unstored.id))).toMatchObject({
      status: 404,
      message: expect.stringContaining(unstored.id),
    })
  })

  test('delete makes it unknown', async () => {
    const { id } = await client.responses.create({ ...smallResponse, tools: [smallTool] })
    await client.responses.delete(id)
    expect(await refused(client.responses.retrieve(id))).toMatchObject({ status: 404 })
    expect(await refused(client.responses.delete(id))).toMatchObject({ status: 404 })
  })

  test('a background response is queued at once and can be asked for until it is there', async () => {
    const created = await client.responses.create({ ...smallResponse, tools: [smallTool], background: true })
    expect(created).toMatchObject({ status: 'queued', background: true, output: [], usage: null })
    const done = await whenOver(sandbox, created.id)
    expect([done.status, done.created_at, pictureFacts(pictureOf(done)).size]).toEqual(['completed', created.created_at, '1024x1024'])
  })

  test('a background response can be the previous one once it is over', async () => {
    const running = await client.responses.create({
      ...smallResponse,
      tools: [smallTool],
      input: 'Draw a cat [[sandbox: queued=3600000]]',
      background: true,
    })
    const goOn = { ...smallResponse, tools: [smallTool], previous_response_id: running.id }
    expect(await refused(client.responses.create(goOn))).toMatchObject({ code: 'previous_response_not_found' })
    const over = await whenOver(sandbox, (await client.responses.create({ ...smallResponse, tools: [smallTool], background: true })).id)
    const next = await client.responses.create({ ...goOn, previous_response_id: over.id })
    expect(imageCalls(next)[0]).toMatchObject({ action: 'edit' })
  })

  test('cancel stops a queued response, which stays free, and is answered the same twice', async () => {
    const before = sandbox.invoice.totals()
    const { id } = await client.responses.create({
      ...smallResponse,
      tools: [smallTool],
      input: 'Draw a cat [[sandbox: queued=3600000]]',
      background: true,
    })
    expect((await client.responses.cancel(id)).status).toBe('cancelled')
    expect((await client.responses.cancel(id)).status).toBe('cancelled')
    expect(await client.responses.retrieve(id)).toMatchObject({ status: 'cancelled', output: [], usage: null })
    expect(sandbox.invoice.totals()).toEqual(before)
  })

  test('cancel leaves a finished one as it is and refuses one that did not run in the background', async () => {
    const done = await whenOver(sandbox, (await client.responses.create({ ...smallResponse, tools: [smallTool], background: true })).id)
    expect((await client.responses.cancel(done.id)).output).toEqual(done.output)
    const { id } = await client.responses.create({ ...smallResponse, tools: [smallTool] })
    expect(await refused(client.responses.cancel(id))).toMatchObject({ status: 400 })
    expect(await refused(client.responses.cancel('resp_none'))).toMatchObject({ status: 404 })
  })

  test('a background response can be streamed and asked for, too', async () => {
    const stream = await client.responses.create({
      ...smallResponse,
      tools: [{ ...smallTool, partial_images: 1 }],
      background: true,
      stream: true,
    })
    const events = await Array.fromAsync(stream)
    expect(events.slice(0, 3).map(({ type }) => type)).toEqual(['response.created', 'response.queued', 'response.in_progress'])
    const [created, last] = [events[0]!, events.at(-1)!]
    if (created.type !== 'response.created' || last.type !== 'response.completed') throw new Error(`ended with ${last.type}`)
    expect(created.response.status).toBe('queued')
    expect((await client.responses.retrieve(created.response.id)).output).toEqual(last.response.output)
  })
})
