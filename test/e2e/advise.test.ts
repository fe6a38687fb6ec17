import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Advice, adviceReplySchema, errorBodySchema } from '../../src/contract/record.ts'
import { makeFolder, run } from '../cli/darkroom-program.ts'
import { settledRecord } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const nodeModules = resolve(import.meta.dirname, '../../node_modules')
const folder = await makeFolder()
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(async () => {
  await gateway.close()
  await folder[Symbol.asyncDispose]()
})

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  gateway.fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

async function adviceFor(job: object): Promise<Advice> {
  const response = await post('/v2/advise', JSON.stringify(job))
  expect(response.status).toBe(200)
  return adviceReplySchema.parse(await response.json())
}

describe('POST /v2/advise', () => {
  it.each([
    ['en', 'A chatbot that draws recipes', 'responses', /conversation/],
    ['ja', 'チャットで会話しながら画像を作る', 'responses', /会話/],
    ['zh-CN', '多轮对话中生成图片', 'responses', /对话/],
    ['en', 'A hero banner for our landing page', 'images', /The picture itself is the result/],
    ['ja', '毎週のキャンペーン用バナー', 'images', /成果物/],
    ['zh-CN', '没有信用卡，只能用支付宝', 'provider', /付款/],
  ])('reads %s: %s', async (lang, description, surface, why) => {
    const advice = await adviceFor({ lang, description })
    expect(advice).toMatchObject({ lang, surface })
    expect(advice.why[0]).toMatch(why)
    expect(advice.understood.every(({ from }) => from === 'words')).toBe(true)
  })

  it('says what is done by hand without a request', async () => {
    expect(await adviceFor({ by_hand: true })).toMatchObject({ surface: 'chatgpt', operation: null, request: null })
  })

  it.each([
    ['{"description": ', 400, 'invalid_json', null],
    ['[]', 400, 'invalid_body', null],
    ['{"lang": "fr"}', 400, 'invalid_value', 'lang'],
    ['{"edit": "yes"}', 400, 'invalid_value', 'edit'],
    ['{"provider_need": "price"}', 400, 'invalid_value', 'provider_need'],
    ['{"pictures_per_day": 1.5}', 400, 'invalid_value', 'pictures_per_day'],
    ['{"answer_within_seconds": -1}', 400, 'invalid_value', 'answer_within_seconds'],
    [JSON.stringify({ description: 'x'.repeat(4001) }), 400, 'invalid_value', 'description'],
    ['{"surface": "images"}', 400, 'unknown_parameter', 'surface'],
    ['{"edit": true, "edit": false}', 400, 'duplicate_key', 'edit'],
  ])('refuses %.60s', async (body, status, code, param) => {
    const response = await post('/v2/advise', body)
    const { error } = errorBodySchema.parse(await response.json())
    expect({ status: response.status, code: error.code, param: error.param }).toEqual({ status, code, param })
    expect(error).toMatchObject({ outcome: 'not_charged', generation_id: null })
  })

  it('asks for a key', async () => {
    const response = await fetch(`${gateway.url}/v2/advise`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(401)
  })
})

/** Bytes of the first picture in an answer of either surface. */
function pictureIn(answer: unknown): Buffer {
  const { data, output } = answer as { data?: { b64_json: string }[]; output?: { type: string; result?: string }[] }
  const base64 = data?.[0]?.b64_json ?? output?.find(({ type }) => type === 'image_generation_call')?.result
  if (base64 === undefined) throw new Error(`expected a picture, found ${JSON.stringify(answer).slice(0, 500)}`)
  return Buffer.from(base64, 'base64')
}

describe('the ready request', () => {
  it.each([
    [{ lang: 'en', direct_artefact: true }, 'images'],
    [{ lang: 'ja', many: true, planning: true }, 'images'],
    [{ lang: 'zh-CN', description: '工作流里联网搜索后画信息图' }, 'responses'],
    [{ lang: 'ja', conversation: true }, 'responses'],
  ])('%j: its curl command makes a picture as it stands', async (job, surface) => {
    const advice = await adviceFor(job)
    expect(advice.surface).toBe(surface)
    const silent = advice.request!.curl.replace('curl ', 'curl -sS ')
    const { code, stdout, stderr } = await run('bash', ['-c', silent], { cwd: folder.path, environment: { DARKROOM_API_KEY: gateway.key } })
      .ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await decodePicture(pictureIn(JSON.parse(stdout)))).toMatchObject({ width: 1536, height: 1024 })
  })

  it.each([{ edit: true }, { edit: true, conversation: true }])('%j: its body edits the picture that is put in', async (job) => {
    const { request } = await adviceFor(job)
    const source = `data:image/png;base64,${(await drawn()).toString('base64')}`
    const body = JSON.stringify(request!.body).replace('https://example.com/source.png', source)
    const response = await post(request!.path, body)
    expect(response.status).toBe(200)
    expect(await decodePicture(pictureIn(await response.json()))).toMatchObject({ format: 'png' })
    const record = await settledRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(record.request_shape.input_images).toHaveLength(1)
  })

  it.each(['generate', 'respond'] as const)('its program with the official package saves the picture: %s', async (operation) => {
    const { request } = await adviceFor({ direct_artefact: operation === 'generate', conversation: operation === 'respond', fast: true })
    const cwd = join(folder.path, operation)
    mkdirSync(cwd)
    symlinkSync(nodeModules, join(cwd, 'node_modules'))
    writeFileSync(join(cwd, 'program.mjs'), request!.openai_node)
    const ended = await run(process.execPath, ['program.mjs'], { cwd, environment: { DARKROOM_API_KEY: gateway.key } }).ended
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    const [file] = readdirSync(cwd).filter((name) => /\.(?:png|webp)$/.test(name))
    expect(await decodePicture(readFileSync(join(cwd, file!)))).toMatchObject({ width: 1536, height: 1024 })
  })

  it('for a provider names a route to put in: refused free of charge until it is, and then served by it', async () => {
    const { request } = await adviceFor({ provider_need: 'payment' })
    const body = JSON.stringify(request!.body)
    const refused = await post(request!.path, body, request!.headers)
    const { error } = errorBodySchema.parse(await refused.json())
    expect(refused.ok).toBe(false)
    expect(error).toMatchObject({ outcome: 'not_charged', message: expect.stringContaining('my-provider') })
    const served = await post(request!.path, body, { ...request!.headers, 'x-darkroom-route': 'sandbox' })
    expect(served.status).toBe(200)
    expect(await decodePicture(pictureIn(await served.json()))).toMatchObject({ format: 'webp', width: 1536, height: 1024 })
  })
})

/** A picture to begin an edit with. */
async function drawn(): Promise<Buffer> {
  const { request } = await adviceFor({ many: true })
  return pictureIn(await (await post(request!.path, JSON.stringify({ ...request!.body, output_format: 'png' }))).json())
}
