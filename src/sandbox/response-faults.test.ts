import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from './edit-test-kit.ts'
import {
  imageCalls,
  pictureOf,
  postResponse,
  postResponseWith,
  type ResponseReply,
  responseOf,
  smallTool,
  whenOver,
} from './response-test-kit.ts'
import { errorOf, pictureFacts, quickSandbox, readEvents } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const faulty = (words: string, change: Record<string, unknown> = {}) => responseOf(postResponseWith(sandbox, words, change))
const faultyEvents = async (words: string, change: Record<string, unknown> = {}) =>
  readEvents(await (await postResponseWith(sandbox, words, { stream: true, ...change })).text())
/** Books of the lines that a call adds. */
async function booked(call: () => Promise<unknown>) {
  const before = sandbox.invoice.lines().length
  await call()
  return sandbox.invoice.lines().slice(before)
}
const booksOf = async (call: () => Promise<unknown>) => (await booked(call)).map(({ book }) => book)

describe('a response that goes wrong', () => {
  test('failitem: the picture is refused inside a response that completes; only the main model is paid', async () => {
    let reply!: ResponseReply
    const books = await booksOf(async () => {
      reply = await faulty('failitem')
    })
    expect(imageCalls(reply)).toMatchObject([
      {
        ...{ status: 'failed', result: null },
        error: { code: 'moderation_blocked', type: 'image_generation_user_error', moderation_details: { moderation_stage: 'output' } },
      },
    ])
    expect([reply.status, reply.error, reply.tool_usage!.image_gen.total_tokens, books]).toEqual(['completed', null, 0, ['main_model']])
    expect(await booksOf(() => faulty('failitem charged'))).toEqual(['image_tool', 'main_model'])
  })

  test('failitem in a stream: the item ends without a completed event', async () => {
    const events = await faultyEvents('failitem', { tools: [{ ...smallTool, partial_images: 2 }] })
    expect(events.filter(({ event }) => event.includes('image_generation_call')).map(({ event }) => event.split('.').at(-1))).toEqual([
      'in_progress',
      'generating',
    ])
    expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, index) => index))
    expect(events.at(-1)!.event).toBe('response.completed')
  })

  test('failresponse: the response fails and is free unless it is said to be charged', async () => {
    expect(await faulty('failresponse')).toMatchObject({ status: 'failed', error: { code: 'server_error' }, output: [], usage: null })
    const events = await faultyEvents('failresponse=image_content_policy_violation')
    expect(events.map(({ event }) => event)).toEqual(['response.created', 'response.in_progress', 'response.failed'])
    expect(events.at(-1)!.data.response).toMatchObject({ error: { code: 'image_content_policy_violation' } })
    expect(await booksOf(() => faulty('failresponse'))).toEqual([])
    expect(await booked(() => faulty('failresponse charged'))).toMatchObject(Array(2).fill({ charged_at_phase: 'failure_answer' }))
  })

  test('incomplete: the picture is there, the sentence breaks off, both are paid', async () => {
    let reply!: ResponseReply
    const books = await booksOf(async () => {
      reply = await faulty('incomplete')
    })
    expect(reply).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, completed_at: null })
    expect(reply.output.at(-1)).toMatchObject({ status: 'incomplete', content: [{ text: expect.not.stringMatching(/\.$/) }] })
    expect([pictureFacts(pictureOf(reply)).format, books]).toEqual(['png', ['image_tool', 'main_model']])
    const last = (await faultyEvents('incomplete=content_filter')).at(-1)!
    expect([last.event, last.data.response]).toMatchObject(['response.incomplete', { incomplete_details: { reason: 'content_filter' } }])
  })

  test('nousage leaves out one book, or what was cached; usage spoils both', async () => {
    const tool = await faulty('nousage=tool')
    expect([tool.tool_usage, tool.usage]).toEqual([undefined, expect.objectContaining({ total_tokens: expect.any(Number) })])
    const main = await faulty('nousage=main')
    expect([main.usage, main.tool_usage!.image_gen.output_tokens]).toEqual([undefined, 196])
    const cache = await faulty('nousage=cache')
    expect([cache.usage!.input_tokens_details, cache.tool_usage!.image_gen.cached_tokens]).toEqual([{}, undefined])
    const both = await faulty('usage=missing')
    expect([both.usage, both.tool_usage]).toEqual([undefined, undefined])
    expect((await faulty('usage=nodetails')).usage).toEqual({
      input_tokens: expect.any(Number),
      output_tokens: expect.any(Number),
      total_tokens: expect.any(Number),
    })
    expect((await faulty('usage=huge')).tool_usage!.image_gen.output_tokens).toBe(1_000_000_000_000)
    expect((await faulty('usage=negative')).usage!.output_tokens).toBeLessThan(0)
  })

  test('cached: input comes from the cache and costs less', async () => {
    const [plain] = await booked(() => responseOf(postResponse(sandbox)))
    let reply!: ResponseReply
    const [tool, main] = await booked(async () => {
      reply = await faulty('cached')
    })
    expect(reply.tool_usage!.image_gen).toMatchObject({
      cached_tokens: tool!.text_cached_in,
      cached_tokens_details: { cached_text_tokens: tool!.text_cached_in, cached_image_tokens: 0 },
    })
    expect(tool!.text_in + tool!.text_cached_in).toBe((reply.tool_usage!.image_gen as { input_tokens: number }).input_tokens)
    expect(BigInt(tool!.nanos)).toBeLessThan(BigInt(plain!.nanos) + 5_000n)
    expect([main!.text_in, main!.text_cached_in]).toEqual([0, (reply.usage as { input_tokens: number }).input_tokens])
  })

  test('forget: nothing is kept, or all but the pictures', async () => {
    const client = clientOf(sandbox)
    const gone = await faulty('forget')
    expect(imageCalls(gone)[0]!.result).not.toBeNull()
    await expect(client.responses.retrieve(gone.id)).rejects.toMatchObject({ status: 404 })
    const faded = await faulty('forget=pictures')
    expect(imageCalls(await client.responses.retrieve(faded.id))).toMatchObject([{ status: 'completed', result: null }])
    const byId = responseOf(postResponse(sandbox, { input: [{ type: 'image_generation_call', id: imageCalls(faded)[0]!.id }] }))
    expect((await byId).error).toMatchObject({ param: 'input' })
    expect(imageCalls(await responseOf(postResponse(sandbox, { previous_response_id: faded.id })))).toMatchObject([{ action: 'generate' }])
  })

  test('queued and slowbackground hold a background response in each of its states; forget lets it vanish when it is over', async () => {
    const client = clientOf(sandbox)
    const waiting = await faulty('queued=3600000', { background: true })
    await pause(5)
    expect((await client.responses.retrieve(waiting.id)).status).toBe('queued')
    expect(await booksOf(() => client.responses.delete(waiting.id))).toEqual([])
    const running = await faulty('slowbackground=3600000', { background: true })
    while ((await client.responses.retrieve(running.id)).status === 'queued') await pause(5)
    expect(await client.responses.retrieve(running.id)).toMatchObject({ status: 'in_progress', output: [] })
    const lost = await faulty('forget', { background: true })
    await expect(whenOver(sandbox, lost.id)).rejects.toMatchObject({ status: 404 })
  })

  test('deltas stream the sentence by words, which add up to it', async () => {
    const events = await faultyEvents('deltas')
    const deltas = events.filter(({ event }) => event === 'response.output_text.delta').map(({ data }) => data.delta)
    expect(deltas.length).toBeGreaterThan(3)
    expect(deltas.join('')).toBe(events.find(({ event }) => event === 'response.output_text.done')!.data.text)
  })

  test('generating: a finished item with its picture still says so', async () => {
    expect(imageCalls(await faulty('generating'))).toMatchObject([{ status: 'generating', result: expect.stringMatching(/^iVBOR/) }])
  })
})

describe('the faults of every call', () => {
  test.each([
    ['status=503', { status: 503, type: 'server_error' }],
    ['code=insufficient_quota', { status: 429, code: 'insufficient_quota' }],
    ['moderation', { status: 400, code: 'moderation_blocked' }],
  ])('%s refuses before anything is charged', async (words, error) => {
    expect(await booksOf(async () => expect(await errorOf(postResponseWith(sandbox, words))).toMatchObject(error))).toEqual([])
    expect(await booksOf(() => postResponseWith(sandbox, `${words} charged`))).toEqual(['image_tool', 'main_model'])
  })

  test('an unknown word is refused and says where', async () => {
    expect(await errorOf(postResponseWith(sandbox, 'failitm'))).toMatchObject({
      status: 400,
      code: 'sandbox_unknown_fault',
      param: 'input',
    })
  })

  test('reset-before-headers loses an answer that is paid; in the background the response is there all the same', async () => {
    expect(await booksOf(() => postResponseWith(sandbox, 'reset-before-headers').catch(() => {}))).toEqual(['image_tool', 'main_model'])
    await postResponseWith(sandbox, 'reset-before-headers', { background: true }).catch(() => {})
    const { id } = sandbox.responses.list().at(-1)!
    expect((await whenOver(sandbox, id)).status).toBe('completed')
  })

  test('cut=60% of a JSON answer breaks off a response that can be retrieved', async () => {
    await expect(responseOf(postResponseWith(sandbox, 'cut=60%'))).rejects.toThrow()
    const { id } = sandbox.responses.list().at(-1)!
    expect(pictureFacts(pictureOf(await clientOf(sandbox).responses.retrieve(id))).format).toBe('png')
  })

  test.each(['split-bytes', 'gzip', 'content-length', 'escaped-base64', 'crlf', 'comments', 'done-marker', 'trickle=10000000'])(
    '%s changes nothing but the bytes on the wire',
    async (words) => {
      const events = await faultyEvents(words)
      const last = events.at(-1)!.data.response as unknown as ResponseReply
      expect(pictureFacts(pictureOf(last)).size).toBe('1024x1024')
      expect(pictureFacts(pictureOf(await faulty(words))).size).toBe('1024x1024')
    },
  )

  test('a picture can be another than asked, or none', async () => {
    const [line] = await booked(async () => {
      expect(imageCalls(await faulty('size=1254x1254 quality=medium'))).toMatchObject([{ size: '1254x1254', quality: 'medium' }])
    })
    expect(line).toMatchObject({ size: '1254x1254', quality: 'medium' })
    expect(imageCalls(await faulty('lie size=1254x1254'))).toMatchObject([{ size: '1024x1024' }])
    expect((await faulty('model=gpt-image-2-codex')).tools).toMatchObject([{ model: 'gpt-image-2-codex' }])
    expect(await booked(() => faulty('swap=gpt-image-1-mini'))).toMatchObject([{ model: 'gpt-image-1-mini' }, { model: 'gpt-5.4' }])
    expect(imageCalls(await faulty('no-data'))).toMatchObject([{ status: 'completed', result: null }])
    expect(imageCalls(await faulty('url'))[0]!.result).toMatch(/^https:/)
    expect(imageCalls(await faulty('data-url'))[0]!.result).toMatch(/^data:image\/png;base64,iVBOR/)
    expect(imageCalls(await faulty('broken-base64'))[0]!.result).toContain('!')
    await expect(faulty('broken-json')).rejects.toThrow(SyntaxError)
  })

  test('a stream can send fewer previews, or end with an error that has a number too', async () => {
    const tools = [{ ...smallTool, partial_images: 3 }]
    const previewsOf = (events: readonly { event: string }[]) => events.filter(({ event }) => event.endsWith('partial_image')).length
    expect(previewsOf(await faultyEvents('one-partial', { tools }))).toBe(1)
    const early = await faultyEvents('error-after-partial', { tools })
    expect([previewsOf(early), early.at(-1)]).toMatchObject([
      1,
      { event: 'error', data: { type: 'error', code: 'server_error', param: null, sequence_number: early.length - 1 } },
    ])
    const late = await faultyEvents('error-after-completed')
    expect(late.slice(-2).map(({ event }) => event)).toEqual(['response.output_item.done', 'error'])
  })
})
