import { createOpenAI } from '@ai-sdk/openai'
import { APICallError, createProviderRegistry, generateImage, RetryError } from 'ai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDarkroomProvider, type DarkroomImageOptions } from '../../sdk/ai-sdk/index.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { mask, room } from '../support/edit-calls.ts'
import { promptWith, readRecord } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let darkroom: ReturnType<typeof createDarkroomProvider>

beforeAll(async () => {
  vi.stubGlobal('AI_SDK_LOG_WARNINGS', false)
  gateway = await startTestGateway()
  darkroom = createDarkroomProvider({ baseUrl: gateway.url, key: gateway.key, retries: { firstDelayMs: 1 } })
})
afterAll(async () => {
  await gateway.close()
  vi.unstubAllGlobals()
})

const size = '1024x640'
const cheap = { quality: 'low' } as const satisfies DarkroomImageOptions
const model = (id = 'gpt-image-2') => darkroom.image(id)
const posts = () => gateway.gateway.sandbox!.calls.posts()
const bytes = (buffer: Buffer) => new Uint8Array(buffer)
interface Told {
  generationId: string
  costNanos: string
  idempotencyKey: string
  isReplay: boolean
  sha256: string
}
const told = (result: Awaited<ReturnType<typeof generateImage>>) => result.providerMetadata['darkroom']!.images as unknown as Told[]

describe('generateImage with the provider of the gateway', () => {
  it('draws with size, quality and format, and tells route, record, hash and cost of each picture', async () => {
    const result = await generateImage({
      model: model(),
      prompt: 'a fox',
      n: 3,
      size,
      providerOptions: { darkroom: { ...cheap, outputFormat: 'webp', outputCompression: 60, projectTag: 'spring' } },
    })
    expect(result.images.map(({ mediaType }) => mediaType)).toEqual(Array(3).fill('image/webp'))
    expect(await decodePicture(Buffer.from(result.image.uint8Array))).toEqual({ format: 'webp', width: 1024, height: 640 })
    const images = told(result)
    const record = await readRecord(gateway, images[0]!.generationId)
    expect(record).toMatchObject({ project_tag: 'spring', request_shape: { n: 3, quality: 'low', output_compression: 60 } })
    expect(images).toMatchObject(
      record.images.map(({ id, sha256 }) => ({ imageId: id, sha256, route: 'sandbox', isSandbox: true, isReplay: false })),
    )
    expect(images.reduce((sum, { costNanos }) => sum + BigInt(costNanos), 0n)).toBe(BigInt(record.cost.settled_nanos))
    expect(result.usage.totalTokens).toBeGreaterThan(100)
    expect(result.responses[0]).toMatchObject({ headers: { 'x-darkroom-generation': record.id } })
  })

  it('edits, with references in every form the AI SDK knows and a mask that holds', async () => {
    const drawn = await generateImage({ model: model(), prompt: 'a fox', size, providerOptions: { darkroom: cheap } })
    const dataUrl = `data:image/png;base64,${room.toString('base64')}`
    const address = `${gateway.url}/v2/images/${(await readRecord(gateway, told(drawn)[0]!.generationId)).images[0]!.id}`
    const edited = await generateImage({
      model: model(),
      prompt: { text: 'put a lamp there', images: [bytes(room), dataUrl, room.toString('base64'), address], mask: bytes(mask) },
      size,
      providerOptions: { darkroom: { ...cheap, mask: 'strict' } },
    })
    const record = await readRecord(gateway, told(edited)[0]!.generationId)
    expect(record.operation).toBe('edit')
    expect(record.images[0]!.process).toMatchObject({ kind: 'strict_mask' })
    expect(record.request_shape.input_images.map(({ source, role }) => `${role} ${source}`)).toEqual([
      'image data_url',
      'image data_url',
      'image data_url',
      'image image',
      'mask data_url',
    ])
    expect(new Set(record.request_shape.input_images.slice(0, 3).map(({ sha256 }) => sha256)).size).toBe(1)
  })

  it('warns of what these models do not have and of what the gateway remarked, and refuses options that nobody knows', async () => {
    const result = await generateImage({
      model: model(),
      prompt: 'a fox',
      seed: 7,
      aspectRatio: '16:9',
      size,
      providerOptions: { openai: { quality: 'low', style: 'vivid' } },
    })
    expect(result.warnings.map((warning) => ('feature' in warning ? warning.feature : warning.type))).toEqual([
      'providerOptions.openai.style',
      'aspectRatio',
      'seed',
    ])
    expect((await readRecord(gateway, told(result)[0]!.generationId)).request_shape.quality).toBe('low')
    const before = posts()
    const misspelt = generateImage({ model: model(), prompt: 'a fox', size, providerOptions: { darkroom: { qualty: 'low' } } })
    await expect(misspelt).rejects.toThrow('darkroom has no option qualty')
    expect(posts()).toBe(before)
  })

  it('asks for more than ten in several calls, each under a key of its own that another run finds again', async () => {
    const before = posts()
    const ask = () =>
      generateImage({
        model: model(),
        prompt: 'twenty foxes',
        n: 20,
        size,
        headers: { 'Idempotency-Key': 'batch-7' },
        providerOptions: { darkroom: cheap },
      })
    const [first, again] = [await ask(), await ask()]
    expect([first.images.length, new Set(told(first).map(({ generationId }) => generationId)).size]).toEqual([20, 2])
    expect(new Set(told(first).map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set(['batch-7', 'batch-7-2']))
    expect(new Set(told(again).map(({ generationId }) => generationId))).toEqual(
      new Set(told(first).map(({ generationId }) => generationId)),
    )
    expect([told(again).every(({ isReplay }) => isReplay), posts() - before]).toEqual([true, 2])
  })

  it('is found in a registry, and has no other kinds of models', async () => {
    const registry = createProviderRegistry({ darkroom })
    const result = await generateImage({
      model: registry.imageModel('darkroom:gpt-image-2'),
      prompt: 'a fox',
      size,
      providerOptions: { darkroom: cheap },
    })
    expect(result.images).toHaveLength(1)
    expect(() => darkroom.languageModel('gpt-5.4')).toThrow('No such languageModel')
  })

  it("ends by the caller's signal as the AI SDK expects it", async () => {
    const call = generateImage({
      model: model(),
      prompt: 'a fox',
      size,
      abortSignal: AbortSignal.abort(),
      providerOptions: { darkroom: cheap },
    })
    await expect(call).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe("the AI SDK's own repetitions", () => {
  // The plain provider is what one has without ours: its figures say why there is one.
  const plain = () => createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key }).image('gpt-image-2')
  const ask = (chosen: Parameters<typeof generateImage>[0]['model'], prompt: string, change = {}) =>
    generateImage({ model: chosen, prompt, size, providerOptions: { openai: { quality: 'low' } }, ...change }).then(
      () => null,
      (error) => error,
    )

  it('call upstream again after an unknown outcome with the plain provider; with this one nothing does', async () => {
    const counted = async (chosen: Parameters<typeof generateImage>[0]['model'], text: string) => {
      const before = posts()
      const error = await ask(chosen, promptWith('reset-before-headers', text), { maxRetries: 1 })
      return { calls: posts() - before, error }
    }
    const [bare, ours] = [await counted(plain(), 'plain'), await counted(model(), 'ours')]
    expect([bare.calls, RetryError.isInstance(bare.error)]).toEqual([2, true])
    expect([ours.calls, APICallError.isInstance(ours.error)]).toEqual([1, true])
    expect(ours.error).toMatchObject({
      isRetryable: false,
      statusCode: 502,
      data: { outcome: 'unknown', failure: 'upstream_outcome_unknown', generationId: expect.stringMatching(/^gen_/) },
    })
  })

  it('are not needed where an answer is lost on the way: it is asked for again, and made once', async () => {
    await using proxy = await startCuttingProxy(gateway.url, [0, 3000])
    const before = posts()
    const behind = createDarkroomProvider({ baseUrl: proxy.url, key: gateway.key, retries: { firstDelayMs: 1 } })
    const result = await generateImage({
      model: behind.image('gpt-image-2'),
      prompt: 'lost',
      size,
      maxRetries: 0,
      providerOptions: { darkroom: cheap },
    })
    expect([told(result)[0]!.isReplay, posts() - before]).toEqual([true, 1])
  })
})
