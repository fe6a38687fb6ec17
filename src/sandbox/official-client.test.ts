import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pictureFacts, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = await quickSandbox()
  client = new OpenAI({ baseURL: `${sandbox.url}/v1`, apiKey: 'sk-any' })
})
afterAll(() => sandbox.close())

const small = { model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low' } as const
const withFault = (words: string) => ({ ...small, prompt: `a cat [[sandbox: ${words}]]` })

test('generates a picture', async () => {
  const reply = await client.images.generate(small)
  expect(pictureFacts(Buffer.from(reply.data![0]!.b64_json!, 'base64'))).toEqual({ format: 'png', size: '1024x1024' })
  expect(reply).toMatchObject({ size: '1024x1024', quality: 'low', output_format: 'png', usage: { total_tokens: 204 } })
  expect(reply._request_id).toMatch(/^req_/)
})

test('streams two previews and the picture', async () => {
  const types: string[] = []
  for await (const event of await client.images.generate({ ...small, stream: true, partial_images: 2 })) {
    types.push(event.type)
    expect(pictureFacts(Buffer.from(event.b64_json, 'base64')).size).toBe('1024x1024')
  }
  expect(types).toEqual(['image_generation.partial_image', 'image_generation.partial_image', 'image_generation.completed'])
})

test('stops at [DONE], reads CRLF, comments and single bytes alike', async () => {
  const types: string[] = []
  const asked = { ...withFault('done-marker crlf comments split-bytes'), stream: true, partial_images: 1 } as const
  for await (const event of await client.images.generate(asked)) types.push(event.type)
  expect(types).toEqual(['image_generation.partial_image', 'image_generation.completed'])
})

test('throws in the middle of a stream that sends an error', async () => {
  const stream = await client.images.generate({ ...withFault('error-after-partial'), stream: true, partial_images: 1 })
  await expect(Array.fromAsync(stream)).rejects.toThrow(OpenAI.APIError)
})

test.each([
  ['moderation', OpenAI.BadRequestError, 'moderation_blocked'],
  ['status=401', OpenAI.AuthenticationError, 'invalid_api_key'],
  ['status=403', OpenAI.PermissionDeniedError, null],
  ['status=404', OpenAI.NotFoundError, null],
  ['status=409', OpenAI.ConflictError, null],
  ['status=422', OpenAI.UnprocessableEntityError, null],
  ['code=insufficient_quota', OpenAI.RateLimitError, 'insufficient_quota'],
  ['status=503', OpenAI.InternalServerError, null],
])('throws its own class of error for %s', async (words, errorClass, code) => {
  const error = await client.images.generate(withFault(words), { maxRetries: 0 }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ code, requestID: expect.stringMatching(/^req_/) })
})

test('repeats a lost call by itself, so that one request is charged twice', async () => {
  const before = sandbox.invoice.totals().calls
  await client.images.generate(withFault('reset-before-headers first=1'))
  expect(sandbox.invoice.totals().calls - before).toBe(2)
  expect(
    sandbox.calls
      .list()
      .slice(-2)
      .map(({ retry_count }) => retry_count),
  ).toEqual(['0', '1'])
})

test('lists models', async () => {
  const models = await Array.fromAsync(client.models.list())
  expect(models.map(({ id }) => id)).toContain('gpt-image-2')
  expect(await client.models.retrieve('gpt-image-2')).toMatchObject({ object: 'model' })
})
