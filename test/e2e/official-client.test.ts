import fs from 'node:fs/promises'
import { join } from 'node:path'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { promptWith, readRecord, smallCall } from '../support/generation-calls.ts'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let client: OpenAI

beforeAll(async () => {
  gateway = await startTestGateway()
  client = gateway.client()
})
afterAll(() => gateway.close())

const bytesOf = (image: OpenAI.Image | undefined) => Buffer.from(image!.b64_json!, 'base64')

/** How many calls the sandbox saw while something was done. */
async function upstreamCallsOf(action: () => Promise<unknown>): Promise<number> {
  const { calls } = gateway.gateway.sandbox!
  const before = calls.posts()
  await action()
  return calls.posts() - before
}

/** The error an action ends with. */
async function failureOf(action: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  const error = await action.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof OpenAI.APIError) return error
  throw new Error(`expected an error of the API, found ${error}`)
}

describe('images.generate with the official client', () => {
  it.each([
    { output_format: 'png', size: '1024x640' },
    { output_format: 'jpeg', size: '640x1024' },
    { output_format: 'webp', size: '816x816' },
    { output_format: 'png', size: '1440x480' },
  ] as const)('gives a $output_format of exactly $size, the same bytes in answer, record and store', async ({ output_format, size }) => {
    const { data, response } = await client.images.generate({ ...smallCall, output_format, size }).withResponse()
    expect(data).toMatchObject({ output_format, size, quality: 'low', background: 'opaque' })

    const picture = bytesOf(data.data?.[0])
    const decoded = await decodePicture(picture)
    expect(`${decoded.format} ${decoded.width}x${decoded.height}`).toBe(`${output_format} ${size}`)

    const record = await readRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(record.images).toMatchObject([
      { sha256: sha256(picture), bytes: picture.length, width: decoded.width, height: decoded.height, storage: 'stored' },
    ])
    const stored = await gateway.fetch(`/v2/images/${record.images[0]!.id}`)
    expect(stored.headers.get('content-type')).toBe(`image/${output_format}`)
    expect(Buffer.from(await stored.arrayBuffer())).toEqual(picture)
  })

  it('gives three different pictures for n: 3, recorded in their order', async () => {
    const { data, response } = await client.images.generate({ ...smallCall, prompt: 'three foxes', n: 3 }).withResponse()
    const hashes = data.data!.map((image) => sha256(bytesOf(image)))
    expect(new Set(hashes).size).toBe(3)
    const record = await readRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(record.images.map((image) => image.sha256)).toEqual(hashes)
  })

  it('reports usage that is what the record was settled by', async () => {
    const { data, response } = await client.images.generate(smallCall).withResponse()
    const record = await readRecord(gateway, response.headers.get('x-darkroom-generation')!)
    const { text_in, image_out } = record.usage!
    expect(data.usage).toMatchObject({ input_tokens: text_in, output_tokens: image_out, total_tokens: text_in + image_out })
    expect(record.cost.settled_nanos).toBe(String(text_in * 5_000 + image_out * 30_000))
  })

  it('runs the call that the guides show as it is pasted', async () => {
    const folder = gateway.dataFolder
    const response = await client.images.generate({
      model: 'gpt-image-2',
      prompt: 'A clean editorial product photo of a ceramic mug on a walnut desk',
      size: '1536x1024',
      quality: 'medium',
      output_format: 'webp',
    })

    const imageBase64 = response.data![0]!.b64_json!
    await fs.writeFile(join(folder, 'mug.webp'), Buffer.from(imageBase64, 'base64'))

    expect(await decodePicture(await fs.readFile(join(folder, 'mug.webp')))).toEqual({ format: 'webp', width: 1536, height: 1024 })
  })

  it('answers every header that the client and its users read', async () => {
    const { response, request_id } = await client.images.generate(smallCall).withResponse()
    expect(request_id).toMatch(/^req_/)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-darkroom-generation': expect.stringMatching(/^gen_/),
      'x-darkroom-route': 'sandbox',
      'x-darkroom-sandbox': 'true',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
  })
})

describe('a stream with the official client', () => {
  it('brings the previews in order, then the picture, then ends', async () => {
    const stream = await client.images.generate({ ...smallCall, prompt: 'a streamed fox', stream: true, partial_images: 2 })
    const seen: string[] = []
    let picture = Buffer.alloc(0)
    for await (const event of stream) {
      seen.push(event.type === 'image_generation.partial_image' ? `partial ${event.partial_image_index}` : event.type)
      if (event.type === 'image_generation.completed') picture = Buffer.from(event.b64_json, 'base64')
    }
    expect(seen).toEqual(['partial 0', 'partial 1', 'image_generation.completed'])
    expect(await decodePicture(picture)).toEqual({ format: 'png', width: 1024, height: 640 })
  })

  it('brings a completed event for each of two pictures, and both are stored', async () => {
    const { data: stream, response } = await client.images
      .generate({ ...smallCall, prompt: 'two streamed foxes', n: 2, stream: true, partial_images: 1 })
      .withResponse()
    const completed: string[] = []
    for await (const event of stream)
      if (event.type === 'image_generation.completed') completed.push(sha256(Buffer.from(event.b64_json, 'base64')))
    const record = await readRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(new Set(completed).size).toBe(2)
    expect(record).toMatchObject({ status: 'completed', previews: { asked: 2, received: 2 } })
    expect(record.images.map((image) => image.sha256)).toEqual(completed)
  })

  it('throws the error event of a stream that broke off, with what it cost', async () => {
    const stream = await client.images.generate({ ...smallCall, prompt: promptWith('cut=frame:1'), stream: true, partial_images: 2 })
    const seen: string[] = []
    const error = await failureOf(
      (async () => {
        for await (const event of stream) seen.push(event.type)
      })(),
    )
    expect(seen).toEqual(['image_generation.partial_image'])
    expect(error.error).toMatchObject({ code: 'upstream_bad_response', outcome: 'charged', next_action: 'human' })
  })

  it('does not throw away a whole picture because upstream reports an error behind it', async () => {
    const stream = await client.images.generate({ ...smallCall, prompt: promptWith('error-after-completed'), stream: true })
    const seen: string[] = []
    for await (const event of stream) seen.push(event.type)
    expect(seen).toEqual(['image_generation.completed'])
  })
})

describe('errors with the official client', () => {
  it.each([
    [
      'a size it cannot draw',
      { size: '1000x1000' },
      OpenAI.BadRequestError,
      { status: 400, type: 'image_generation_user_error', code: 'invalid_value', param: 'size' },
      'not_charged',
    ],
    [
      'text for a number',
      { n: '2' },
      OpenAI.BadRequestError,
      { status: 400, type: 'invalid_request_error', code: 'invalid_type', param: 'n' },
      'not_charged',
    ],
    [
      'a moderated prompt',
      { prompt: promptWith('moderation') },
      OpenAI.BadRequestError,
      { status: 400, type: 'image_generation_user_error', code: 'moderation_blocked' },
      'not_charged',
    ],
    [
      'an upstream rate limit',
      { prompt: promptWith('status=429, retry-after=3') },
      OpenAI.RateLimitError,
      { status: 429, code: 'rate_limit_exceeded' },
      'not_charged',
    ],
    [
      'a refused upstream key',
      { prompt: promptWith('status=401') },
      OpenAI.InternalServerError,
      { status: 502, type: 'server_error', code: 'upstream_auth_failed' },
      'not_charged',
    ],
    [
      'an upstream that fails',
      { prompt: promptWith('status=500') },
      OpenAI.InternalServerError,
      { status: 503, type: 'server_error', code: 'upstream_refused' },
      'not_charged',
    ],
    [
      'an upstream that went away',
      { prompt: promptWith('reset-before-headers') },
      OpenAI.InternalServerError,
      { status: 502, type: 'server_error', code: 'upstream_outcome_unknown' },
      'unknown',
    ],
    [
      'an answer without a picture',
      { prompt: promptWith('no-data') },
      OpenAI.InternalServerError,
      { status: 502, type: 'server_error', code: 'no_image_returned' },
      'charged',
    ],
  ] as const)('%s is thrown as its class, with code, type and what it cost', async (_name, change, errorClass, members, outcome) => {
    const error = await failureOf(client.images.generate({ ...smallCall, ...change } as OpenAI.ImageGenerateParams))
    expect(error).toBeInstanceOf(errorClass)
    expect(error).toMatchObject(members)
    expect(error.error).toMatchObject({ outcome, request_id: error.requestID })
  })

  it('an unknown key is an AuthenticationError that repeats nothing of the key', async () => {
    const stranger = gateway.client({ apiKey: 'sk-stranger-0123456789' })
    const error = await failureOf(stranger.images.generate(smallCall))
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error' })
    expect(JSON.stringify(error.error)).not.toContain('stranger')
  })

  it('endpoints that are not served here are a NotFoundError that says so', async () => {
    const chat = await failureOf(client.chat.completions.create({ model: 'gpt-5', messages: [] }))
    expect(chat).toBeInstanceOf(OpenAI.NotFoundError)
    expect(chat).toMatchObject({ code: 'endpoint_not_served' })
    const variation = await failureOf(client.images.createVariation({ image: await OpenAI.toFile(Buffer.alloc(2_000_000), 'source.png') }))
    expect(variation).toMatchObject({ status: 404, code: 'endpoint_not_served' })
  })
})

describe('retries of the official client', () => {
  const retrying = () => gateway.client({ maxRetries: 2 })
  const call = (faults: string, change: object = {}) =>
    retrying().images.generate({
      ...smallCall,
      prompt: promptWith(faults, 'a retried fox'),
      ...change,
    } as OpenAI.ImageGenerateParamsNonStreaming)

  it.each(['status=500', 'status=502', 'status=401', 'html', 'reset-before-headers', 'no-data', 'gzip', 'cut=0'])(
    'are stopped where a call may have been paid for: %s reaches upstream once',
    async (faults) => {
      expect(await upstreamCallsOf(() => failureOf(call(faults)))).toBe(1)
    },
  )

  it('are stopped behind a timeout of the upstream call', async () => {
    const options = { headers: { 'x-darkroom-timeout-ms': '1000' } }
    const action = () => failureOf(retrying().images.generate({ ...smallCall, prompt: promptWith('silence') }, options))
    expect(await upstreamCallsOf(action)).toBe(1)
  })

  it('never begin for a refusal, which does not reach upstream at all', async () => {
    expect(await upstreamCallsOf(() => failureOf(call('', { size: '9x9' })))).toBe(0)
  })

  it('go on behind a rate limit, which is not charged', async () => {
    const before = gateway.gateway.sandbox!.invoice.totals().calls
    expect(await upstreamCallsOf(() => call('status-then-ok=429, retry-after=0'))).toBe(2)
    expect(gateway.gateway.sandbox!.invoice.totals().calls).toBe(before + 1)
  })
})

describe('models with the official client', () => {
  it('lists the models that are served today and none that was shut down', async () => {
    const { data } = await client.models.list()
    const ids = data.map((model) => model.id)
    expect(ids).toEqual(expect.arrayContaining(['gpt-image-2', 'gpt-image-2.5-sunburst', 'gpt-image-2.6-flare', 'gpt-image-1-mini']))
    expect(ids).not.toContain('dall-e-3')
    expect(data.every((model) => model.object === 'model' && model.owned_by === 'openai')).toBe(true)
  })

  it('retrieves a model by id and by snapshot, and answers 404 for one that is gone', async () => {
    expect(await client.models.retrieve('gpt-image-2')).toMatchObject({ id: 'gpt-image-2', object: 'model' })
    expect(await client.models.retrieve('gpt-image-2-2026-04-21')).toMatchObject({ id: 'gpt-image-2-2026-04-21' })
    expect(await failureOf(client.models.retrieve('dall-e-3'))).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })
})
