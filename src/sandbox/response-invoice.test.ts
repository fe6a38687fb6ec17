import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readResponseUsage } from '../contract/response-usage.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { InvoiceBook } from './billing/invoice.ts'
import { clientOf, dataUrl, sourcePng } from './edit-test-kit.ts'
import { postResponse, type ResponseReply, responseOf, smallTool, whenOver } from './response-test-kit.ts'
import { quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

interface Counts {
  input_tokens: number
  input_tokens_details: { cached_tokens: number; text_tokens: number; image_tokens: number }
  output_tokens: number
  total_tokens: number
}
const mainOf = (reply: ResponseReply) => reply.usage as unknown as Counts
const toolOf = (reply: ResponseReply) => reply.tool_usage!.image_gen as unknown as Counts
const linesOf = (reply: ResponseReply) => sandbox.invoice.lines().filter(({ response_id }) => response_id === reply.id)

/** Nano-dollars a token: fresh input, cached input, output. */
const priceOfMain = ({ input_tokens, input_tokens_details: { cached_tokens }, output_tokens }: Counts, [fresh, cached, out]: number[]) =>
  (input_tokens - cached_tokens) * fresh! + cached_tokens * cached! + output_tokens * out!

describe('the invoice of a response', () => {
  test('has a line for the picture and one for the main model, which agree with the two usages of the answer', async () => {
    const before = sandbox.invoice.totals()
    const reply = await responseOf(postResponse(sandbox, {}, { 'x-client-request-id': 'att_books' }))
    const [tool, main] = linesOf(reply)
    const both = { client_request_id: 'att_books', operation: 'respond', charged_at_phase: 'model_run' }
    expect(tool).toMatchObject({
      ...both,
      book: 'image_tool',
      model: 'gpt-image-2',
      size: '1024x1024',
      quality: 'low',
      n: 1,
      image_out: 196,
    })
    expect(main).toMatchObject({ ...both, book: 'main_model', model: 'gpt-5.4', size: null, quality: null, n: 0, image_out: 0 })
    expect([tool!.text_in, main!.text_in, main!.text_out]).toEqual([
      toolOf(reply).input_tokens_details.text_tokens,
      mainOf(reply).input_tokens,
      mainOf(reply).output_tokens,
    ])
    expect(tool!.nanos).toBe(String(toolOf(reply).input_tokens * 5_000 + 196 * 30_000))
    expect(main!.nanos).toBe(String(priceOfMain(mainOf(reply), [2_500, 250, 15_000])))
    const after = sandbox.invoice.totals()
    expect([after.calls - before.calls, after.images - before.images, after.nanos - before.nanos]).toEqual([
      1,
      1,
      BigInt(tool!.nanos) + BigInt(main!.nanos),
    ])
  })

  test.each(['Draw a cat', 'Draw two pictures of a cat', 'Draw a cat [[sandbox: cached]]', 'Hello'])(
    'holds, bucket for bucket, what the contract reads out of the answer to %j',
    async (input) => {
      const reply = await responseOf(postResponse(sandbox, { input }))
      const { main, imageGen } = readResponseUsage(reply as unknown as JsonObject)
      const sum = (book: InvoiceBook, bucket: 'text_in' | 'text_cached_in' | 'image_in' | 'image_out' | 'text_out') =>
        linesOf(reply).reduce((total, line) => total + (line.book === book ? line[bucket] : 0), 0)
      expect(main).toMatchObject({
        inputTokens: sum('main_model', 'text_in') + sum('main_model', 'text_cached_in'),
        cachedTokens: sum('main_model', 'text_cached_in'),
        outputTokens: sum('main_model', 'text_out'),
      })
      expect(imageGen).toMatchObject({
        cachedKnown: true,
        usage: {
          text_in: sum('image_tool', 'text_in'),
          text_cached_in: sum('image_tool', 'text_cached_in'),
          image_in: sum('image_tool', 'image_in'),
          image_out: sum('image_tool', 'image_out'),
        },
      })
    },
  )

  test('adds the usage of several pictures up, and bills each on a line of its own', async () => {
    const reply = await responseOf(postResponse(sandbox, { input: 'Draw three pictures of a cat' }))
    const tools = linesOf(reply).filter(({ book }) => book === 'image_tool')
    expect([tools.length, toolOf(reply).output_tokens]).toEqual([3, 3 * 196])
    expect(tools.reduce((sum, { text_in }) => sum + text_in, 0)).toBe(toolOf(reply).input_tokens)
  })

  test('bills previews that were streamed', async () => {
    await (await postResponse(sandbox, { stream: true, tools: [{ ...smallTool, partial_images: 3 }] })).text()
    expect(sandbox.invoice.lines().at(-2)).toMatchObject({ book: 'image_tool', image_out: 196 + 300, partial_images: 3 })
  })

  test('has no line of the tool when nothing was drawn, and its usage is zero', async () => {
    const reply = await responseOf(postResponse(sandbox, { input: 'What is the capital of France?' }))
    expect(linesOf(reply)).toMatchObject([{ book: 'main_model' }])
    expect(reply.tool_usage).toMatchObject({
      image_gen: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
      web_search: { num_requests: 0 },
    })
  })

  test.each([
    ['gpt-5.4-mini', [750, 75, 4_500]],
    ['gpt-5.4-nano', [200, 20, 1_250]],
    ['gpt-5.5', [5_000, 500, 30_000]],
    ['gpt-6-luna', [5_000, 500, 30_000]],
  ])('charges %s at its own rates', async (model, rates) => {
    const reply = await responseOf(postResponse(sandbox, { model }))
    expect(linesOf(reply).at(-1)).toMatchObject({ model, nanos: String(priceOfMain(mainOf(reply), rates)) })
  })

  test('charges a dated snapshot like its model', async () => {
    const reply = await responseOf(postResponse(sandbox, { model: 'gpt-5.5-2026-04-23' }))
    expect(reply['model']).toBe('gpt-5.5-2026-04-23')
    expect(linesOf(reply).at(-1)).toMatchObject({ model: 'gpt-5.5', nanos: String(priceOfMain(mainOf(reply), [5_000, 500, 30_000])) })
  })

  test('takes what an earlier turn read from the cache, by steps of 128 tokens and for the same model only', async () => {
    const first = await responseOf(postResponse(sandbox))
    const goOn = { input: 'Give it a hat', previous_response_id: first.id }
    const second = await responseOf(postResponse(sandbox, goOn))
    const cached = mainOf(second).input_tokens_details.cached_tokens
    expect([mainOf(first).input_tokens_details.cached_tokens, cached]).toEqual([0, 128 * Math.floor(mainOf(first).input_tokens / 128)])
    expect(cached).toBeGreaterThan(1_024)
    expect(linesOf(second).at(-1)).toMatchObject({
      text_cached_in: cached,
      nanos: String(priceOfMain(mainOf(second), [2_500, 250, 15_000])),
    })
    const other = await responseOf(postResponse(sandbox, { ...goOn, model: 'gpt-5.5' }))
    expect(mainOf(other).input_tokens_details.cached_tokens).toBe(0)
  })

  test('counts a picture of the input in both books', async () => {
    const content = [
      { type: 'input_text', text: 'make it blue' },
      { type: 'input_image', image_url: dataUrl(sourcePng(320, 320)) },
    ]
    const withPicture = await responseOf(postResponse(sandbox, { input: [{ role: 'user', content }] }))
    const without = await responseOf(postResponse(sandbox, { input: [{ role: 'user', content: content.slice(0, 1) }] }))
    expect(mainOf(withPicture).input_tokens - mainOf(without).input_tokens).toBeGreaterThan(100)
    expect(toolOf(withPicture).input_tokens_details.image_tokens).toBe(400)
  })

  test('charges a background response when it begins to run, once', async () => {
    const client = clientOf(sandbox)
    const created = await client.responses.create({ model: 'gpt-5.4', input: 'Draw a cat', tools: [smallTool], background: true })
    const done = await whenOver(sandbox, created.id)
    for (let poll = 0; poll < 3; poll += 1) await client.responses.retrieve(done.id)
    expect(linesOf(done as unknown as ResponseReply).map(({ book }) => book)).toEqual(['image_tool', 'main_model'])
  })

  test('charges a background response that is cancelled after it began', async () => {
    const client = clientOf(sandbox)
    const input = 'Draw a cat [[sandbox: slowbackground=3600000]]'
    const { id } = await client.responses.create({ model: 'gpt-5.4', input, tools: [smallTool], background: true })
    while ((await client.responses.retrieve(id)).status === 'queued') await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await client.responses.cancel(id)).status).toBe('cancelled')
    expect(sandbox.invoice.lines().filter(({ response_id }) => response_id === id)).toHaveLength(2)
  })
})
