import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonValue } from '../../primitives/json.ts'
import type { UsageAnswer, UsageCount, UsageQuestion } from '../account-questions.ts'
import { askSmall, whyUnavailable } from './ask-small.ts'
import type { OpenAiProviderParts } from './call-upstream.ts'

const TIMEOUT_MS = 30_000
/** Six hours of minutes; upstream gives up to 1440 a page, which with many groups would be a large answer. */
const BUCKETS_A_PAGE = 360
/** More than a month of minutes: an upstream that goes on beyond is not counting minutes. */
const MOST_PAGES = 130

/**
 * `GET /organization/usage/images` in buckets of a minute (openai 7.55.0 types, `resources/admin/organization/usage`): how many requests
 * and pictures were made by model, size, source and key. All pages, or nothing: half a count proves nothing.
 */
export async function countUsage(parts: OpenAiProviderParts, question: UsageQuestion): Promise<UsageAnswer> {
  const { baseUrl, key } = question
  const counts: UsageCount[] = []
  let page: string | null = null
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const call = { baseUrl, key, clientRequestId: `dk-usage-${randomUUID()}`, timeoutMs: TIMEOUT_MS }
    const { outcome, body } = await askSmall(parts, call, { method: 'GET', path: `/organization/usage/images?${queryOf(question, page)}` })
    if (!body) return { unavailable: whyUnavailable(outcome) }
    if (!Array.isArray(body['data'])) return { unavailable: 'bad_response: no buckets' }
    for (const bucket of body['data']) {
      const read = readBucket(bucket)
      if (read === null) return { unavailable: 'bad_response: a bucket that cannot be read' }
      counts.push(...read)
    }
    if (body['has_more'] !== true) return { counts }
    if (typeof body['next_page'] !== 'string') return { unavailable: 'bad_response: no next page' }
    page = body['next_page']
  }
  return { unavailable: 'bad_response: too many pages' }
}

function queryOf({ fromMs, toMs, apiKeyId }: UsageQuestion, page: string | null): URLSearchParams {
  const query = new URLSearchParams({
    start_time: String(Math.floor(fromMs / 1000)),
    end_time: String(Math.ceil(toMs / 1000)),
    bucket_width: '1m',
    limit: String(BUCKETS_A_PAGE),
  })
  for (const group of ['model', 'size', 'source', 'api_key_id']) query.append('group_by[]', group)
  if (apiKeyId !== null) query.append('api_key_ids[]', apiKeyId)
  if (page !== null) query.set('page', page)
  return query
}

/** Null for what is no bucket: a count that was misread would be evidence of something that is not so. */
function readBucket(bucket: JsonValue): UsageCount[] | null {
  if (!isJsonObject(bucket) || typeof bucket['start_time'] !== 'number' || !Array.isArray(bucket['results'])) return null
  const fromMs = bucket['start_time'] * 1000
  const counts: UsageCount[] = []
  for (const result of bucket['results']) {
    if (!isJsonObject(result)) return null
    const { num_model_requests: requests, images } = result
    if (!isCount(requests) || !isCount(images)) return null
    counts.push({
      fromMs,
      model: textOf(result['model']),
      size: textOf(result['size']),
      source: textOf(result['source']),
      requests,
      images,
    })
  }
  return counts
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
