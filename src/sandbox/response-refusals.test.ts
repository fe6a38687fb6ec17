import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOf } from './edit-test-kit.ts'
import { imageCalls, postResponse, responseOf, smallTool } from './response-test-kit.ts'
import { errorOf, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const tool = (change: Record<string, unknown>) => ({ tools: [{ ...smallTool, ...change }] })

test.each([
  ['an unknown main model', { model: 'gpt-9' }, { code: 'model_not_found', param: 'model', type: 'invalid_request_error' }],
  ['an image model as main model', { model: 'gpt-image-2' }, { code: 'invalid_value', param: 'model' }],
  ['no model', { model: undefined }, { code: 'missing_required_parameter', param: 'model' }],
  ['no input', { input: undefined }, { code: 'missing_required_parameter', param: 'input' }],
  ['a size that cannot be', tool({ size: '1000x1000' }), { code: 'invalid_value', param: 'tools[0].size' }],
  ['an unknown image model', tool({ model: 'gpt-image-9' }), { code: 'invalid_value', param: 'tools[0].model' }],
  ['n in the tool', tool({ n: 2 }), { code: 'unknown_parameter', param: 'tools[0].n' }],
  ['too many previews', tool({ partial_images: 4 }), { code: 'integer_above_max_value', param: 'tools[0].partial_images' }],
  ['background that is not stored', { background: true, store: false }, { param: 'store' }],
  ['a forced tool that is not there', { tools: [], tool_choice: { type: 'image_generation' } }, { param: 'tool_choice' }],
  ['an address to download', { input: fromUrl() }, { code: 'failed_to_download_image' }],
])('refuses %s with 400, uncharged', async (_, change, error) => {
  const before = sandbox.invoice.totals()
  expect(await errorOf(postResponse(sandbox, change))).toMatchObject({ status: 400, ...error })
  expect(sandbox.invoice.totals()).toEqual(before)
})

function fromUrl() {
  return [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://example.com/cat.png' }] }]
}

test.each([
  ['a conversation', { conversation: 'conv_1' }, 'conversation'],
  ['a stored prompt', { prompt: { id: 'pmpt_1' } }, 'prompt'],
  ['a file that is not there', { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file-none' }] }] }, undefined],
])('does not find %s', async (_, change, param) => {
  expect(await errorOf(postResponse(sandbox, change))).toMatchObject({ status: 404, ...(param && { param }) })
})

test('refuses a body that is no JSON, or is called something else', async () => {
  const send = (body: string, type: string) =>
    fetch(`${sandbox.url}/v1/responses`, { method: 'POST', headers: { authorization: 'Bearer k', 'content-type': type }, body })
  expect(await errorOf(send('{', 'application/json'))).toMatchObject({ status: 400 })
  expect(await errorOf(send('{}', 'text/plain'))).toMatchObject({ status: 400, code: 'unsupported_content_type' })
})

test('fills in what the tool leaves open, and sends other tools back as they came', async () => {
  const search = { type: 'web_search', filters: null }
  const reply = await responseOf(postResponse(sandbox, { tools: [search, { type: 'image_generation', size: '1024x1024' }] }))
  expect(reply.tools).toEqual([
    search,
    {
      ...{ type: 'image_generation', action: 'auto', background: 'auto', model: 'gpt-image-2', moderation: 'auto', n: 1 },
      ...{ output_compression: 100, output_format: 'png', quality: 'auto', size: '1024x1024' },
    },
  ])
})

test('echoes what was asked beside the tools', async () => {
  const asked = { instructions: 'Be brief.', metadata: { team: 'atlas' }, max_tool_calls: 3, temperature: 0.5, store: false }
  expect(await responseOf(postResponse(sandbox, { ...asked, reasoning: { effort: 'low' }, safety_identifier: 'u1' }))).toMatchObject({
    ...asked,
    ...{
      reasoning: { effort: 'low' },
      safety_identifier: 'u1',
      service_tier: 'default',
      truncation: 'disabled',
      parallel_tool_calls: true,
    },
  })
})

test('forgets after its time, and the oldest first when there is no room', async () => {
  let nowMs = Date.UTC(2026, 10, 20)
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
  await using small = await quickSandbox({ clock, responseLifetimeMs: 1_000, maxResponsesBytes: 30_000 })
  const first = await responseOf(postResponse(small))
  nowMs += 999
  expect((await clientOf(small).responses.retrieve(first.id)).id).toBe(first.id)
  nowMs += 1
  await expect(clientOf(small).responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 })
  const bytes = imageCalls(first)[0]!.result!.length * 0.75
  for (let made = 0; made * bytes < 90_000; made += 1) await postResponse(small)
  expect(small.responses.list().length).toBeLessThanOrEqual(30_000 / bytes)
})

test('the admin calls list and forget responses', async () => {
  const admin = (method: string, path: string) =>
    fetch(`${sandbox.url}/_sandbox/responses${path}`, { method }).then((answer) => answer.json())
  const { id, output } = await responseOf(postResponse(sandbox))
  const { responses } = (await admin('GET', '')) as { responses: unknown[] }
  const image_calls = [output[1]!.id]
  expect(responses.at(-1)).toEqual({ id, status: 'completed', created_at: expect.any(String), background: false, image_calls })
  expect([await admin('DELETE', `/${id}`), await admin('DELETE', `/${id}`)]).toEqual([{ forgotten: 1 }, { forgotten: 0 }])
  await postResponse(sandbox)
  await admin('DELETE', '')
  expect(sandbox.responses.list()).toEqual([])
})

test('closes while a background response still runs', async () => {
  const busy = await quickSandbox()
  await postResponse(busy, { background: true, input: 'Draw a cat [[sandbox: queued=3600000]]' })
  await busy.close()
  expect(busy.invoice.totals().calls).toBe(0)
})

test('enforces the limits of pictures', async () => {
  await using limited = await quickSandbox({ limits: { imagesPerMinute: 1 } })
  expect((await postResponse(limited)).status).toBe(200)
  const second = await postResponse(limited)
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '60'])
  expect((await postResponse(limited, { input: 'What is the capital of France?' })).status).toBe(200)
})
