import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
let client: OpenAI
beforeAll(async () => {
  sandbox = await quickSandbox()
  client = new OpenAI({ baseURL: `${sandbox.url}/v1`, apiKey: 'sk-any', adminAPIKey: 'sk-admin-any', maxRetries: 0 })
})
afterAll(() => sandbox.close())

const minute = () => Math.floor(Date.now() / 60_000) * 60

describe('usage of images, by the official client', () => {
  test('counts what stands on the invoice, by model, size, source and key', async () => {
    const start = minute()
    await post(sandbox, { n: 2 })
    await post(sandbox, { prompt: 'a fox [[sandbox: reset-before-headers]]' }, {}).catch(() => null)
    const { data } = await client.admin.organization.usage.images({
      start_time: start,
      bucket_width: '1m',
      group_by: ['model', 'size', 'source', 'api_key_id'],
    })
    const counted = data.flatMap(({ results }) => results)
    const lines = sandbox.invoice.lines()
    expect(counted).toEqual([
      expect.objectContaining({
        object: 'organization.usage.images.result',
        num_model_requests: lines.length,
        images: lines.reduce((sum, { n }) => sum + n, 0),
        model: lines[0]!.model,
        size: lines[0]!.size,
        source: 'image.generation',
        api_key_id: 'key_sandbox',
      }),
    ])
  })

  test('gives every bucket of the span once, over as many pages as it takes, also empty ones', async () => {
    const start = minute() - 600
    const seen: number[] = []
    let page: string | undefined
    do {
      const query = { start_time: start, end_time: start + 600, bucket_width: '1m', limit: 3 } as const
      const answer = await client.admin.organization.usage.images(page === undefined ? query : { ...query, page })
      seen.push(...answer.data.map(({ start_time }) => start_time))
      page = answer.next_page ?? undefined
    } while (page !== undefined)
    expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => start + index * 60))
  })

  test.each([
    'bucket_width=1m',
    'start_time=yesterday&bucket_width=1m',
    'start_time=1&bucket_width=5m',
    'start_time=1&limit=0',
    'start_time=1&group_by[]=prompt',
  ])('refuses %s', async (query) => {
    const response = await fetch(`${sandbox.url}/v1/organization/usage/images?${query}`, { headers: { authorization: 'Bearer sk-any' } })
    expect(response.status).toBe(400)
  })
})

test('batches that a test put there are listed, newest first, page by page', async () => {
  for (const status of ['completed', 'failed', 'expired'])
    await fetch(`${sandbox.url}/_sandbox/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ status, metadata: { attempt_id: `att_${status}` } }),
    })
  const seen: unknown[] = []
  for await (const { status, metadata } of client.batches.list({ limit: 2 })) seen.push([status, metadata?.['attempt_id']])
  expect(seen).toEqual([
    ['expired', 'att_expired'],
    ['failed', 'att_failed'],
    ['completed', 'att_completed'],
  ])
})

describe('costs, by the official client', () => {
  test('are the invoice by days', async () => {
    const day = Math.floor(Date.now() / 86_400_000) * 86_400
    const { data } = await client.admin.organization.usage.costs({ start_time: day - 86_400, end_time: day + 86_400 })
    const amounts = data.flatMap(({ results }) => results).map((result) => ('amount' in result ? result.amount : null))
    const nanos = sandbox.invoice.lines().reduce((sum, line) => sum + BigInt(line.nanos), 0n)
    expect(data.map(({ start_time }) => start_time)).toEqual([day - 86_400, day])
    expect(amounts.reduce((sum, amount) => sum + Number(amount?.value), 0)).toBeCloseTo(Number(nanos) / 1e9, 9)
  })
})
