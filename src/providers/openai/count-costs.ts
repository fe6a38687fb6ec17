import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonValue } from '../../primitives/json.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { CostAnswer, UsageQuestion } from '../account-questions.ts'
import { askSmall, whyUnavailable } from './ask-small.ts'
import type { OpenAiProviderParts } from './call-upstream.ts'

const TIMEOUT_MS = 30_000
const MOST_DAYS = 180

/**
 * `GET /organization/costs` in buckets of a day (openai 7.55.0 types, `resources/admin/organization/usage`): what the account, or one key of it,
 * is billed. All days asked for, or nothing.
 */
export async function countCosts(parts: OpenAiProviderParts, { baseUrl, key, apiKeyId, fromMs, toMs }: UsageQuestion): Promise<CostAnswer> {
  const query = new URLSearchParams({
    start_time: String(Math.floor(fromMs / 1000)),
    end_time: String(Math.floor(toMs / 1000)),
    bucket_width: '1d',
    limit: String(MOST_DAYS),
  })
  if (apiKeyId !== null) query.append('api_key_ids[]', apiKeyId)
  const call = { baseUrl, key, clientRequestId: `dk-costs-${randomUUID()}`, timeoutMs: TIMEOUT_MS }
  const { outcome, body } = await askSmall(parts, call, { method: 'GET', path: `/organization/costs?${query}` })
  if (!body) return { unavailable: whyUnavailable(outcome) }
  if (!Array.isArray(body['data']) || body['has_more'] === true) return { unavailable: 'bad_response: not all days' }
  const amounts = body['data'].map(amountOf)
  if (amounts.includes(null)) return { unavailable: 'bad_response: an amount that cannot be read' }
  return { nanos: amounts.reduce<Nanos>((sum, nanos) => sum + nanos!, 0n) }
}

/** What a day cost; null where it cannot be read, or is in another currency: a sum with a hole in it compares with nothing. */
function amountOf(bucket: JsonValue): Nanos | null {
  if (!isJsonObject(bucket) || !Array.isArray(bucket['results'])) return null
  let sum: Nanos = 0n
  for (const result of bucket['results']) {
    const amount = isJsonObject(result) ? (result['amount'] ?? null) : null
    if (!isJsonObject(amount) || String(amount['currency']).toLowerCase() !== 'usd') return null
    const usd = Number(amount['value'])
    if (!Number.isFinite(usd) || Math.abs(usd) > 1e6) return null
    sum += BigInt(Math.round(usd * 1e9))
  }
  return sum
}
