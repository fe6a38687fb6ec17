import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EstimateReply, ThreadReply, TraceReply } from '../../src/contract/record.ts'
import { ledgerLines, readRecord, settledRecord, sumOf } from '../support/generation-calls.ts'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let client: OpenAI

beforeAll(async () => {
  gateway = await startTestGateway({ backgroundPauseMs: 20 })
  client = gateway.client()
})
afterAll(() => gateway.close())

const tool = { type: 'image_generation', size: '1024x640', quality: 'low' } as const
const ask = {
  model: 'gpt-5.4',
  input: 'Draw a lighthouse in fog',
  tools: [tool],
} satisfies OpenAI.Responses.ResponseCreateParamsNonStreaming

type ImageCall = OpenAI.Responses.ResponseOutputItem.ImageGenerationCall

/** The first image call of a response. */
function imageCall(response: OpenAI.Responses.Response): ImageCall & { result: string } {
  const call = response.output.find((item): item is ImageCall => item.type === 'image_generation_call')
  if (typeof call?.result !== 'string') throw new Error(`expected a picture, found ${JSON.stringify(call)}`)
  return { ...call, result: call.result }
}

/** What the sandbox charged for the attempts of a generation, both books together. */
function invoiced(record: { attempts: readonly { id: string }[] }): bigint {
  const ids = record.attempts.map(({ id }) => `dk-${id}`)
  const lines = gateway.gateway.sandbox!.invoice.lines().filter(({ client_request_id }) => ids.includes(client_request_id!))
  return lines.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)
}

/** A response with the record of its generation, and its books compared with the invoice. */
async function recorded(sent: Promise<{ data: OpenAI.Responses.Response; response: Response }>) {
  const { data, response } = await sent
  const record = await settledRecord(gateway, response.headers.get('x-darkroom-generation')!)
  expect(sumOf(await ledgerLines(gateway, record.id), 'settle')).toBe(invoiced(record))
  return { data, record }
}

describe('responses.create with the official client', () => {
  it('draws, and everything about the picture is on record', async () => {
    const { data, record } = await recorded(client.responses.create(ask).withResponse())
    const bytes = Buffer.from(imageCall(data).result, 'base64')
    expect(await decodePicture(bytes)).toEqual({ format: 'png', width: 1024, height: 640 })
    expect(record).toMatchObject({
      operation: 'respond',
      surface: 'responses',
      status: 'completed',
      images: [{ sha256: sha256(bytes), storage: 'stored' }],
      assistant: { main_model: 'gpt-5.4', response_id: data.id, call_ids: [imageCall(data).id] },
    })
    expect(record.usage!.main_model).toMatchObject({ input_tokens: expect.any(Number) })
    const buckets = (await ledgerLines(gateway, record.id)).filter(({ kind }) => kind === 'settle').map(({ bucket }) => bucket)
    expect(buckets).toEqual(expect.arrayContaining(['main_in', 'main_out', 'image_out']))
  })

  it('streams every event of upstream, and keeps the picture of the last', async () => {
    const stream = await client.responses.create({ ...ask, stream: true, tools: [{ ...tool, partial_images: 2 }] })
    const types: string[] = []
    const numbers: number[] = []
    let last: OpenAI.Responses.Response | null = null
    for await (const event of stream) {
      types.push(event.type)
      numbers.push(event.sequence_number)
      if (event.type === 'response.completed') last = event.response
    }
    expect(numbers).toEqual(numbers.map((_, index) => index))
    expect(types).toEqual(
      expect.arrayContaining([
        'response.created',
        'response.image_generation_call.partial_image',
        'response.output_item.done',
        'response.completed',
      ]),
    )
    const again = await client.responses.retrieve(last!.id)
    expect(imageCall(again).result).toBe(imageCall(last!).result)
  })

  it('runs the usual snippet verbatim: partial_images: 2 without a stream', async () => {
    const response = await client.responses.create({
      model: 'gpt-5.4',
      input: 'Generate an image of gray tabby cat hugging an otter with an orange scarf',
      tools: [{ type: 'image_generation', partial_images: 2 }],
    })
    expect(imageCall(response).result.length).toBeGreaterThan(1000)
  })

  it('refuses an image model as the main model and says how to call it', async () => {
    const call = client.responses.create({ ...ask, model: 'gpt-image-2' })
    await expect(call).rejects.toMatchObject({
      status: 400,
      code: 'image_model_as_main',
      message: expect.stringContaining('image_generation'),
    })
  })

  it('prices a dated main model as its model, and says beforehand that one without a price has none', async () => {
    const { record } = await recorded(client.responses.create({ ...ask, model: 'gpt-5.5-2026-04-23' }).withResponse())
    expect(record.assistant).toMatchObject({ main_model_priced: true })
    const { response } = await client.responses.create({ ...ask, model: 'gpt-5.5-pro' }).withResponse()
    expect(response.headers.get('x-darkroom-warnings')).toContain('unpriced_main_model')
    const lines = await ledgerLines(gateway, (await settledRecord(gateway, response.headers.get('x-darkroom-generation')!)).id)
    expect(lines.find(({ bucket }) => bucket === 'main_unpriced')).toMatchObject({ nanos: '1000000000' })
  })

  it('remarks on Responses used for a single picture', async () => {
    const { record } = await recorded(client.responses.create(ask).withResponse())
    expect(record.warnings.map(({ code }) => code)).toContain('responses_for_one_picture')
  })
})

describe('a conversation', () => {
  it('goes on by previous_response_id, and its thread shows every turn', async () => {
    const first = await recorded(client.responses.create(ask).withResponse())
    const second = await recorded(
      client.responses.create({ ...ask, input: 'Make it night', previous_response_id: first.data.id }).withResponse(),
    )
    const third = await recorded(
      client.responses.create({ ...ask, input: 'Add a boat', previous_response_id: second.data.id }).withResponse(),
    )
    const thread = (await (await gateway.fetch(`/v2/generations/${third.record.id}/thread`)).json()) as ThreadReply
    expect(thread.turns.map(({ prompt }) => prompt)).toEqual([ask.input, 'Make it night', 'Add a boat'])
    expect(thread.turns.map(({ response_id }) => response_id)).toEqual([first.data.id, second.data.id, third.data.id])
    const trace = (await (await gateway.fetch(`/v2/generations/${third.record.id}/trace`)).json()) as TraceReply
    expect(trace).toMatchObject({ asked_prompt: 'Add a boat', calls: [{ images: [{ id: third.record.images[0]!.id }] }] })
    expect(JSON.stringify(third.record)).not.toContain('Add a boat')
  })

  it('goes on by the id of an image call', async () => {
    const first = await recorded(client.responses.create(ask).withResponse())
    const { id } = imageCall(first.data)
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: [{ type: 'input_text', text: 'Now make it look realistic' }] },
      { type: 'image_generation_call', id } as never,
    ]
    const second = await recorded(client.responses.create({ ...ask, input }).withResponse())
    expect(second.record.request_shape.input_images.length).toBe(0)
    const thread = (await (await gateway.fetch(`/v2/generations/${second.record.id}/thread`)).json()) as ThreadReply
    expect(thread.turns.map(({ generation_id }) => generation_id)).toEqual([first.record.id, second.record.id])
  })

  it('goes on when upstream was asked to keep nothing', async () => {
    const first = await recorded(client.responses.create({ ...ask, store: false }).withResponse())
    const second = await recorded(
      client.responses.create({ ...ask, input: 'Make it night', previous_response_id: first.data.id }).withResponse(),
    )
    expect(second.record).toMatchObject({ status: 'completed', assistant: { replayed_images: 1 }, attempts: [{ n: 1 }] })
  })
})

describe('an assistant call before it is paid', () => {
  const post = (path: string, body: object) =>
    gateway.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })

  it('is judged and priced on both bills without being made', async () => {
    const calls = gateway.gateway.sandbox!.calls.posts()
    const verdict = await (await post('/v2/check?operation=respond', ask)).json()
    expect(verdict).toMatchObject({ ok: true, resolved: { model: 'gpt-image-2', size: '1024x640' } })
    const estimate = (await (await post('/v2/estimate', { operation: 'respond', request: ask })).json()) as EstimateReply
    expect(estimate).toEqual((verdict as { estimate: unknown }).estimate)
    expect(estimate).toMatchObject({ main_model: { model: 'gpt-5.4' }, promise: 'none', tokens: { image_out: expect.any(Number) } })
    expect(Object.keys(estimate.per_bucket)).toEqual(expect.arrayContaining(['main_in', 'main_out', 'image_out']))
    const bad = await (await post('/v2/check?operation=respond', { ...ask, tools: [{ ...tool, size: '9x9' }] })).json()
    expect(bad).toMatchObject({ ok: false, refusals: [{ error: { code: 'invalid_value', param: 'tools[0].size' } }] })
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(calls)
  })
})

describe('a background response', () => {
  it('is brought home and can be read like any other', async () => {
    const { data, response } = await client.responses.create({ ...ask, background: true }).withResponse()
    expect(['queued', 'in_progress']).toContain(data.status)
    const record = await settledRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
    expect(sumOf(await ledgerLines(gateway, record.id), 'settle')).toBe(invoiced(record))
    const done = await client.responses.retrieve(data.id)
    expect(sha256(Buffer.from(imageCall(done).result, 'base64'))).toBe(record.images[0]!.sha256)
  })
})

describe('a response that is deleted', () => {
  it('cannot be read any more, while its picture stays on record', async () => {
    const { data, record } = await recorded(client.responses.create(ask).withResponse())
    await client.responses.delete(data.id)
    await expect(client.responses.retrieve(data.id)).rejects.toMatchObject({ status: 404, code: 'response_not_found' })
    expect((await readRecord(gateway, record.id)).images[0]).toMatchObject({ storage: 'stored', deleted_at: null })
  })
})
