import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeProject } from '../support/admin-calls.ts'
import { ledgerLines, promptWith, smallCall } from '../support/generation-calls.ts'
import { jobWhen, postToJob, readJob, submit, submitSmall } from '../support/job-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const MINUTE_MS = 60_000
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
const unified = (gptImage2Params: object, rest: object = {}) => ({ prompt: 'a fox', gptImage2Params, ...rest })
const native = (rest: object, request: object = {}) => ({ request: { ...smallCall, ...request }, ...rest })

describe('a job that cannot be made', () => {
  const refusals: readonly [string, object, string, string | null][] = [
    ['an unknown member of gptImage2Params', unified({ numberOfImages: 2 }), 'unknown_parameter', 'gptImage2Params.numberOfImages'],
    ['__proto__ in gptImage2Params', JSON.parse('{"prompt":"x","gptImage2Params":{"__proto__":1}}'), 'unknown_parameter', null],
    ['an unknown member of the body', unified({}, { webhook: 'https://x' }), 'unknown_parameter', 'webhook'],
    ['number_of_images 0', unified({ number_of_images: 0 }), 'integer_below_min_value', 'gptImage2Params.number_of_images'],
    ['number_of_images 11', unified({ number_of_images: 11 }), 'integer_above_max_value', 'gptImage2Params.number_of_images'],
    ['number_of_images "2"', unified({ number_of_images: '2' }), 'invalid_type', 'gptImage2Params.number_of_images'],
    ['number_of_images 1.5', unified({ number_of_images: 1.5 }), 'invalid_type', 'gptImage2Params.number_of_images'],
    ['a quality nobody has', unified({ quality: 'best' }), 'invalid_value', 'gptImage2Params.quality'],
    ['a quality the model has not', unified({ quality: 'max' }), 'invalid_value', 'gptImage2Params.quality'],
    ['a transparent background', unified({ background: 'transparent' }), 'invalid_value', 'gptImage2Params.background'],
    ['an aspect ratio that is none', unified({ aspect_ratio: '16:9' }), 'invalid_value', 'gptImage2Params.aspect_ratio'],
    ['an illegal size', unified({ size: '100x100' }), 'invalid_value', 'gptImage2Params.size'],
    ['an aspect ratio and a size', unified({ aspect_ratio: '1:1', size: '1024x1024' }), 'both_spellings', 'gptImage2Params.size'],
    ['input_images as a number', unified({ input_images: 7 }), 'invalid_type', 'gptImage2Params.input_images'],
    ['an input image that is no address', unified({ input_images: ['fox'] }), 'invalid_value', 'gptImage2Params.input_images[0]'],
    ['no prompt', { gptImage2Params: {} }, 'missing_required_parameter', 'prompt'],
    ['an empty prompt', { prompt: '', gptImage2Params: {} }, 'empty_string', 'prompt'],
    ['an unknown model', unified({}, { model: 'dall-e-9' }), 'invalid_value', 'model'],
    ['gptImage2Params as a list', { prompt: 'x', gptImage2Params: [] }, 'invalid_type', 'gptImage2Params'],
    [
      'both spellings of the webhook',
      unified({}, { webhook_url: 'https://example.com/a', webhookUrl: 'https://example.com/b' }),
      'both_spellings',
      'webhook_url',
    ],
    [
      'both spellings of its events',
      unified({}, { webhook_url: 'https://example.com/a', webhook_events: ['failed'], webhookEvents: ['failed'] }),
      'both_spellings',
      'webhook_events',
    ],
    ['events without a webhook', unified({}, { webhook_events: ['failed'] }), 'missing_required_parameter', 'webhook_url'],
    [
      'an event nobody knows',
      unified({}, { webhook_url: 'https://example.com/a', webhook_events: ['done'] }),
      'invalid_value',
      'webhook_events[0]',
    ],
    ['both shapes at once', { request: smallCall, prompt: 'x' }, 'unknown_parameter', 'prompt'],
    ['an unknown parameter of the request', native({}, { sizes: 1 }), 'unknown_parameter', 'request.sizes'],
    ['an illegal size in the request', native({}, { size: '17x17' }), 'invalid_value', 'request.size'],
    ['metadata in two places', native({ metadata: { a: '1' } }, { darkroom: { metadata: { b: '2' } } }), 'both_spellings', 'metadata'],
    ['a priority nobody has', native({ priority: 'urgent' }), 'invalid_value', 'priority'],
    ['a lane nobody has', native({ lane: 'fast' }), 'invalid_value', 'lane'],
    ['fanout as a word', native({ fanout: 'yes' }), 'invalid_type', 'fanout'],
    ['an empty body', {}, 'missing_required_parameter', 'prompt'],
  ]

  it.each(refusals)('is refused before anything is queued: %s', async (_what, body, code, param) => {
    const before = await ledgerLines(gateway)
    const seen = await submit(gateway, body)
    expect([seen.status, seen.error?.code]).toEqual([400, code])
    if (param !== null) expect(seen.error?.param).toBe(param)
    expect(seen.error).toMatchObject({ outcome: 'not_charged', next_action: expect.any(String) })
    expect(await ledgerLines(gateway)).toEqual(before)
  })

  it.each([
    ['in the past', { deadline: inMs(-1000) }],
    ['ten years ahead', { deadline: inMs(10 * 365 * 24 * 60 * MINUTE_MS) }],
    ['before the start', { deadline: inMs(MINUTE_MS), start_at: inMs(2 * MINUTE_MS) }],
    ['that is no time', { deadline: 'tomorrow' }],
    ['without an offset', { deadline: '2026-12-01T00:00:00' }],
    ['of a day that is none', { deadline: '2026-13-45T00:00:00Z' }],
    ['too near for the economy lane', { deadline: inMs(60 * MINUTE_MS), lane: 'economy' }],
    ['as a number', { deadline: 1_800_000_000 }],
  ])('B57 a deadline %s is refused', async (_what, wishes) => {
    const seen = await submit(gateway, native(wishes))
    expect(seen.status).toBe(400)
    expect(['invalid_deadline', 'invalid_type']).toContain(seen.error?.code)
  })

  it('is refused as one too many of its project', async () => {
    await using narrow = await startTestGateway({ yaml: 'version: 1\njobs: { waiting_per_project: 2 }' })
    const start_at = inMs(60 * MINUTE_MS)
    await submitSmall(narrow, {}, { start_at })
    const last = await submitSmall(narrow, {}, { start_at })
    const seen = await submit(narrow, native({ start_at }))
    expect([seen.status, seen.error?.code, seen.headers.has('retry-after')]).toEqual([429, 'queue_full', true])
    await postToJob(narrow, last, 'cancel')
    await submitSmall(narrow, {}, { start_at })
  })
})

describe('an operator', () => {
  it('has a job of unknown outcome made again as a new one, once they accept that both may be charged', async () => {
    const jobId = await submitSmall(gateway, { prompt: promptWith('reset-before-headers charged first=1', 'again') })
    await jobWhen(gateway, jobId)
    const ask = async (body: object) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await gateway.fetch(`/v2/unknowns/${jobId}/run-again`, { method: 'POST', headers, body: JSON.stringify(body) })
      return { status: answer.status, json: (await answer.json()) as { jobId: string } }
    }
    expect((await ask({ accept_double_charge: false })).status).toBe(409)
    const made = await ask({ accept_double_charge: true, reason: 'the print is due' })
    expect(made.status).toBe(202)
    expect(await jobWhen(gateway, made.json.jobId)).toMatchObject({ state: 'completed', retryOf: jobId })
  })
})

describe('a job of another project', () => {
  it('B70 is not there, by any of its addresses', async () => {
    const { key } = await makeProject(gateway, 'another')
    const other = { fetch: fetchWith(gateway, key) }
    const jobId = await submitSmall(gateway, {}, { start_at: inMs(60 * MINUTE_MS) })
    for (const path of [`/v2/jobs/${jobId}`, `/v2/jobs/${jobId}/events`, `/v1/tasks/${jobId}`])
      expect([path, (await other.fetch(path)).status]).toEqual([path, 404])
    expect((await postToJob(other, jobId, 'cancel')).status).toBe(404)
    expect((await postToJob(other, jobId, 'retry', {})).status).toBe(404)
    expect((await readJob(gateway, jobId)).state).toBe('queued')
  })
})

describe('a job that has ended', () => {
  it('is not cancelled any more', async () => {
    const jobId = await submitSmall(gateway)
    await jobWhen(gateway, jobId)
    const seen = await postToJob(gateway, jobId, 'cancel')
    expect([seen.status, seen.error?.code]).toEqual([409, 'job_already_ended'])
  })

  it('is not made again when it gave its picture', async () => {
    const jobId = await submitSmall(gateway)
    await jobWhen(gateway, jobId)
    const seen = await postToJob(gateway, jobId, 'retry', { accept_double_charge: true })
    expect([seen.status, seen.error?.code]).toEqual([409, 'job_not_retryable'])
  })

  it('is made again, when it may have been paid for, only by whoever accepts to pay twice', async () => {
    const jobId = await submitSmall(gateway, { prompt: promptWith('reset-before-headers charged first=1') })
    await jobWhen(gateway, jobId)
    const posts = gateway.gateway.sandbox!.calls.posts()
    const refused = await postToJob(gateway, jobId, 'retry', {})
    expect([refused.status, refused.error?.code, gateway.gateway.sandbox!.calls.posts()]).toEqual([
      409,
      'double_charge_not_accepted',
      posts,
    ])
    const made = await postToJob(gateway, jobId, 'retry', { accept_double_charge: true })
    expect(made.status).toBe(202)
    const again = await jobWhen(gateway, made.json['jobId'] as string)
    expect(again).toMatchObject({ state: 'completed', retryOf: jobId })
    expect(await readJob(gateway, jobId)).toMatchObject({ state: 'outcome_unknown', retriedBy: again.id })
    const record = (await (await gateway.fetch(`/v2/generations/${jobId}`)).json()) as { outcome_evidence: object[] }
    expect(record.outcome_evidence).toMatchObject([{ finding: 'run_again', evidence: { accepts_double_charge: true } }])
  })
})
