import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pixelsOf, sourcePng } from '../edit-test-kit.ts'
import { postResponse, type ResponseReply } from '../response-test-kit.ts'
import { errorOf, post, quickSandbox, readEvents } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'
import { faceTable } from './face-table.ts'
import { bytesOf, generateOn, postTo, signerIn } from './face-test-kit.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const clientOn = (face: string) => new OpenAI({ baseURL: `${sandbox.url}/faces/${face}/v1`, apiKey: 'sk-any', maxRetries: 0 })
const lastLine = () => sandbox.invoice.lines().at(-1)!

describe('what is served under a face', () => {
  it('edits, files and models, with the official client', async () => {
    const client = clientOn('quality-ignoring')
    const image = await toFile(sourcePng(256, 256), 'a.png', { type: 'image/png' })
    const file = await client.files.create({ file: image, purpose: 'vision' })
    expect((await client.files.retrieve(file.id)).bytes).toBe(file.bytes)
    expect((await client.models.list()).data.map(({ id }) => id)).toContain('gpt-image-2')
    const edited = await client.images.edit({ model: 'gpt-image-2', prompt: 'a cat', image, size: '1024x1024', quality: 'high' })
    expect(edited).toMatchObject({ size: '1024x1024', quality: 'high', usage: { output_tokens: 196 } })
    expect(lastLine()).toMatchObject({ operation: 'edit', quality: 'low', face: 'quality-ignoring' })
    expect(signerIn(Buffer.from(edited.data![0]!.b64_json!, 'base64'))).toBe('OpenAI-API c2pa-rs/0.36.1')
  })

  it('streams: the finished picture is signed, previews are not', async () => {
    const wanted = { model: 'gpt-image-2', prompt: 'a cat', quality: 'high', output_format: 'webp', stream: true, partial_images: 1 }
    const response = await postTo(sandbox, 'session-relay', '/v1/images/generations', wanted)
    const [preview, completed] = readEvents(await response.text()).map(({ data }) => data)
    const said = { size: 'auto', quality: 'auto', output_format: 'png' }
    expect([preview, completed]).toMatchObject([said, said])
    expect(completed).not.toHaveProperty('usage')
    const signers = [preview, completed].map((data) => signerIn(Buffer.from(String(data!.b64_json), 'base64')))
    expect(signers).toEqual([null, 'ChatGPT c2pa-rs/0.36.1'])
  })

  it('responses, whose two accounts name the face', async () => {
    const answer = await postResponse(
      { ...sandbox, url: `${sandbox.url}/faces/session-relay` },
      {
        tools: [{ type: 'image_generation', model: 'gpt-image-77', size: '1024x1024', quality: 'high' }],
      },
    )
    const reply = (await answer.json()) as ResponseReply
    const call = reply.output.find(({ type }) => type === 'image_generation_call')!
    expect(call).toMatchObject({ size: 'auto', quality: 'auto', output_format: 'png' })
    expect(signerIn(Buffer.from(String(call['result']), 'base64'))).toBe('ChatGPT c2pa-rs/0.36.1')
    expect([reply.usage, reply.tool_usage, answer.headers.get('x-request-id')]).toEqual([undefined, undefined, null])
    const lines = sandbox.invoice.lines().filter(({ response_id }) => response_id === reply.id)
    expect(lines.map(({ book, model, quality, face }) => [book, model, quality, face])).toEqual([
      ['image_tool', 'gpt-image-2', 'low', 'session-relay'],
      ['main_model', 'gpt-5.4', null, 'session-relay'],
    ])
  })

  it('a Responses call at a price per call, all of it on the line of the main model', async () => {
    await (
      await postResponse({ ...sandbox, url: `${sandbox.url}/faces/laozhang-per-call` }, { input: 'Draw two pictures of a cat' })
    ).text()
    const lines = sandbox.invoice.lines().slice(-3)
    expect(lines.map(({ book, nanos }) => [book, nanos])).toEqual([
      ['image_tool', '0'],
      ['image_tool', '0'],
      ['main_model', '30000000'],
    ])
  })

  it('jobs, whose pictures keep the traits of the face wherever they are fetched', async () => {
    for (const [face, signer] of [
      ['apiframe', null],
      ['honest', 'OpenAI-API c2pa-rs/0.36.1'],
    ] as const) {
      const order = { prompt: 'a cat', model: 'gpt-image-2', gptImage2Params: { quality: 'low', output_format: 'png' } }
      const { jobId } = (await (await postTo(sandbox, face, '/v2/images/generate', order)).json()) as { jobId: string }
      const shown = await fetch(`${sandbox.url}/faces/${face}/v2/jobs/${jobId}`, { headers: { 'x-api-key': 'afk_any' } })
      const { status, result } = (await shown.json()) as { status: string; result: string }
      expect([status, result]).toEqual(['COMPLETED', `${sandbox.url}/faces/${face}/results/${jobId}/1.png`])
      const fetched = await Promise.all([result, result.replace(`/faces/${face}`, '')].map(async (url) => (await fetch(url)).arrayBuffer()))
      expect(fetched.map((bytes) => signerIn(Buffer.from(bytes)))).toEqual([signer, signer])
      expect(lastLine()).toMatchObject({ operation: 'job', credits: 4, nanos: '40000000', face })
    }
  })

  it('calls, which are logged with the face and without its prefix', async () => {
    await generateOn(sandbox, 'usage-less')
    expect(sandbox.calls.list().at(-1)).toMatchObject({ face: 'usage-less', path: '/v1/images/generations', charged: true })
    await (await post(sandbox)).text()
    expect(sandbox.calls.list().at(-1)).toMatchObject({ face: null, path: '/v1/images/generations' })
    expect(lastLine().face).toBeNull()
  })

  it('nothing without a key, and nothing of the sandbox itself', async () => {
    const keyless = await errorOf(fetch(`${sandbox.url}/faces/honest/v1/models`))
    expect(keyless).toMatchObject({ status: 401, code: 'invalid_api_key' })
    for (const path of ['/_sandbox/invoice', '/v1', '', '/faces/honest/v1/models'])
      expect(await errorOf(fetch(`${sandbox.url}/faces/honest${path}`))).toMatchObject({ status: 404, code: null })
  })
})

describe('a face that there is not', () => {
  it.each(['/faces/honset/v1/models', '/faces/slow-swap-05/v1/models', '/faces/slow-swap-/v1/models', '/faces/', '/faces'])(
    '%s is answered 404 with the names of all',
    async (path) => {
      const error = await errorOf(fetch(`${sandbox.url}${path}`))
      expect(error).toMatchObject({ status: 404, type: 'invalid_request_error', code: 'sandbox_unknown_face' })
      for (const { name } of faceTable) expect(error['message']).toContain(name)
      expect(error['message']).toContain('slow-swap-N')
    },
  )

  it('is not one whose name only begins alike', async () => {
    expect(await errorOf(fetch(`${sandbox.url}/facesque`))).toMatchObject({ status: 404, code: null })
  })

  it('GET /_sandbox/faces lists those there are', async () => {
    const { faces } = (await (await fetch(`${sandbox.url}/_sandbox/faces`)).json()) as { faces: { name: string; plays: string }[] }
    expect(faces.map(({ name }) => name)).toEqual([...faceTable.map(({ name }) => name), 'slow-swap-N'])
    for (const { plays } of faces) expect(plays).toMatch(/^[A-Z].+\.$/)
  })
})

describe('re-encoding', () => {
  it.each(['png', 'jpeg', 'webp'])('leaves every pixel of a %s and writes other bytes, the same each time', async (output_format) => {
    const wanted = { output_format, background: output_format === 'jpeg' ? 'opaque' : 'transparent' }
    const plain = bytesOf((await generateOn(sandbox, null, wanted)).reply)
    const again = bytesOf((await generateOn(sandbox, 're-encoding', wanted)).reply)
    const byCdn = bytesOf((await generateOn(sandbox, 'cdn-reencoding', wanted)).reply)
    expect([again.equals(plain), again.equals(byCdn)]).toEqual([false, true])
    expect(await pixelsOf(again)).toEqual(await pixelsOf(plain))
  })
})
