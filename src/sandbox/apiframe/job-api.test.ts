import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../primitives/clock.ts'
import { pictureFacts } from '../sandbox-test-kit.ts'
import { type Sandbox, startSandbox } from '../start-sandbox.ts'

interface ShownJob {
  id: string
  status: string
  model: string
  progress: number
  result: string | string[] | null
  error: { code: string; message: string } | null
  creditCost: number
  createdAt: string
  completedAt: string | null
}

let nowMs = 1_790_000_000_000
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox({ flat: true, clock, latencyMs: 8_000 })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  nowMs += 60_000
})

const small = { prompt: 'a cat', model: 'gpt-image-2', gptImage2Params: { quality: 'low', output_format: 'png' } }

function submit(change: Record<string, unknown> = {}, headers: Record<string, string> = { 'x-api-key': 'afk_any' }): Promise<Response> {
  return fetch(`${sandbox.url}/v2/images/generate`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...small, ...change }),
  })
}

async function submitted(change: Record<string, unknown> = {}): Promise<string> {
  const response = await submit(change)
  expect(response.status).toBe(202)
  const { jobId, status } = (await response.json()) as { jobId: string; status: string }
  expect(status).toBe('QUEUED')
  return jobId
}

const show = (id: string) => fetch(`${sandbox.url}/v2/jobs/${id}`, { headers: { 'x-api-key': 'afk_any' } })
const shown = async (id: string) => (await (await show(id)).json()) as ShownJob

/** The job of these words once its time is over. */
async function finished(words = '', change: Record<string, unknown> = {}): Promise<ShownJob> {
  const id = await submitted({ ...(words && { prompt: `a cat [[sandbox: ${words}]]` }), ...change })
  nowMs += 8_000
  return shown(id)
}

const errorOf = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { error: { code: string; param: string } }).error,
})

describe('a job', () => {
  it('waits a quarter of its time, works the rest of it, and then has its picture', async () => {
    const id = await submitted()
    expect(await shown(id)).toMatchObject({ id, status: 'QUEUED', progress: 0, result: null, completedAt: null })
    nowMs += 2_000
    expect(await shown(id)).toMatchObject({ status: 'PROCESSING', progress: 0 })
    nowMs += 3_000
    expect(await shown(id)).toMatchObject({ status: 'PROCESSING', progress: 50, result: null })
    nowMs += 3_000
    const job = await shown(id)
    expect(job).toMatchObject({ status: 'COMPLETED', progress: 100, model: 'gpt-image-2', error: null, creditCost: 4 })
    expect(job.completedAt).toBe(new Date(nowMs).toISOString())
  })

  it('serves its picture without a key, in the format that was asked', async () => {
    const { result } = await finished()
    const response = await fetch(result as string)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(pictureFacts(Buffer.from(await response.arrayBuffer()))).toEqual({ format: 'png', size: '1024x1024' })
  })

  it('has webp, a square and the credits of high where nothing is said', async () => {
    const { result, creditCost } = await finished('', { gptImage2Params: undefined })
    const bytes = Buffer.from(await (await fetch(result as string)).arrayBuffer())
    expect([pictureFacts(bytes).format, creditCost]).toEqual(['webp', 23])
  })

  it('lists the addresses of several pictures, and charges for each', async () => {
    const { result, creditCost } = await finished('', {
      gptImage2Params: { number_of_images: 2, quality: 'medium', aspect_ratio: '2:3', output_format: 'png' },
    })
    const answers = await Promise.all((result as string[]).map((address) => fetch(address)))
    const facts = await Promise.all(answers.map(async (answer) => pictureFacts(Buffer.from(await answer.arrayBuffer()))))
    expect(facts.map(({ size }) => size)).toEqual(['1024x1536', '1024x1536'])
    expect(creditCost).toBe(18)
  })

  it('is on the invoice from the moment it is taken, in credits', async () => {
    const before = sandbox.invoice.lines().length
    await submitted()
    expect(sandbox.invoice.lines().slice(before)).toEqual([
      expect.objectContaining({ book: 'image_api', operation: 'job', credits: 4, nanos: '40000000', image_out: 0, quality: 'low', n: 1 }),
    ])
  })
})

describe('what is refused, free of charge', () => {
  it.each<[string, Record<string, unknown>, object]>([
    ['no prompt', { prompt: ' ' }, { param: 'prompt' }],
    ['a model that does not exist', { model: 'gpt-image-nonsense' }, { param: 'model' }],
    ['an unknown member', { seed: 7 }, { param: 'seed', code: 'unknown_parameter' }],
    ['an unknown parameter', { gptImage2Params: { size: '1024x1024' } }, { param: 'size', code: 'unknown_parameter' }],
    ['a shape it does not draw', { gptImage2Params: { aspect_ratio: '16:9' } }, { param: 'gptImage2Params.aspect_ratio' }],
    ['a tier it does not have', { gptImage2Params: { quality: 'max' } }, { param: 'gptImage2Params.quality' }],
    ['eleven pictures', { gptImage2Params: { number_of_images: 11 } }, { param: 'gptImage2Params.number_of_images' }],
    ['pictures by address', { gptImage2Params: { input_images: 'https://a.example/a.png' } }, { code: 'sandbox_not_emulated' }],
    ['a webhook', { webhookUrl: 'https://a.example/' }, { code: 'sandbox_not_emulated' }],
    ['a fault nobody knows', { prompt: '[[sandbox: stauts=500]]' }, { code: 'sandbox_unknown_fault' }],
  ])('%s', async (_case, change, expected) => {
    const before = sandbox.invoice.lines().length
    expect(await errorOf(await submit(change))).toMatchObject({ status: 400, ...expected })
    expect(sandbox.invoice.lines()).toHaveLength(before)
  })

  it.each<[string, Record<string, string>]>([
    ['no key', {}],
    ['a key as the other API takes it', { authorization: 'Bearer sk-any' }],
    ['a revoked key', { 'x-api-key': 'afk_bad_1' }],
  ])('%s', async (_case, headers) => {
    expect(await errorOf(await submit({}, headers))).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  it('a job that does not exist, and a picture before its time', async () => {
    expect((await show('11111111-2222-3333-4444-555555555555')).status).toBe(404)
    const id = await submitted()
    expect((await fetch(`${sandbox.url}/results/${id}/1.png`)).status).toBe(404)
    nowMs += 8_000
    expect((await fetch(`${sandbox.url}/results/${id}/1.png`)).status).toBe(200)
    expect((await fetch(`${sandbox.url}/results/${id}/2.png`)).status).toBe(404)
  })
})

describe('faults', () => {
  it.each<[string, number]>([
    ['status=503', 503],
    ['code=insufficient_quota', 429],
    ['html', 502],
    ['redirect', 302],
  ])('%s meets the submission, which is free', async (words, status) => {
    const before = sandbox.invoice.lines().length
    expect((await submit({ prompt: `a cat [[sandbox: ${words}]]` })).status).toBe(status)
    expect(sandbox.invoice.lines()).toHaveLength(before)
  })

  it.each<[string, string]>([
    ['moderation', 'moderation_blocked'],
    ['failresponse', 'server_error'],
    ['failresponse=internal_error', 'internal_error'],
  ])('%s fails the job, whose credits come back', async (words, code) => {
    const before = sandbox.invoice.lines().length
    expect(await finished(words)).toMatchObject({ status: 'FAILED', result: null, error: { code }, creditCost: 0 })
    expect(sandbox.invoice.lines()).toHaveLength(before)
  })

  it('charged keeps the credits of a job that fails', async () => {
    expect(await finished('failresponse, charged')).toMatchObject({ status: 'FAILED', creditCost: 4 })
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ operation: 'job', charged_at_phase: 'failure_answer' })
  })

  it('url leaves an address where nothing is', async () => {
    const { result } = await finished('url')
    expect((await fetch(result as string)).status).toBe(404)
  })

  it('no-data completes without a picture, model names another model, forget loses the job', async () => {
    expect(await finished('no-data')).toMatchObject({ status: 'COMPLETED', result: null })
    expect(await finished('model=gpt-image-2-codex')).toMatchObject({ model: 'gpt-image-2-codex' })
    const id = await submitted({ prompt: '[[sandbox: forget]] a cat' })
    expect((await show(id)).status).toBe(200)
    nowMs += 8_000
    expect((await show(id)).status).toBe(404)
  })

  it('size and truncated-image meet the picture, latency the time of the job', async () => {
    const sized = await finished('size=1264x848')
    expect(pictureFacts(Buffer.from(await (await fetch(sized.result as string)).arrayBuffer())).size).toBe('1264x848')
    const whole = await finished()
    const cut = await finished('truncated-image')
    const lengths = await Promise.all(
      [whole, cut].map(async ({ result }) => (await (await fetch(result as string)).arrayBuffer()).byteLength),
    )
    expect(lengths[1]).toBe(Math.floor(lengths[0]! * 0.6))
    expect(await finished('latency=9000')).toMatchObject({ status: 'PROCESSING' })
  })

  it('words about the wire meet the picture and leave job and submission whole', async () => {
    const { result, status } = await finished('cut=50%, gzip')
    expect(status).toBe('COMPLETED')
    await expect(fetch(result as string).then((response) => response.arrayBuffer())).rejects.toThrow()
  })

  it('broken-json spoils what is shown of the job', async () => {
    const id = await submitted({ prompt: '[[sandbox: broken-json]] a cat' })
    await expect((await show(id)).json()).rejects.toThrow(SyntaxError)
  })
})
