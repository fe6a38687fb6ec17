import { randomUUID } from 'node:crypto'
import { isJsonObject, type JsonValue } from '../../primitives/json.ts'
import type { BatchAnswer, BatchQuestion, BatchSummary } from '../account-questions.ts'
import { askSmall, whyUnavailable } from './ask-small.ts'
import type { OpenAiProviderParts } from './call-upstream.ts'

const TIMEOUT_MS = 30_000
const BATCHES_A_PAGE = 100
const MOST_PAGES = 50

/** `GET /batches` (openai 7.55.0 types, `resources/batches`), newest first, back to the time that is asked about. */
export async function listBatches(parts: OpenAiProviderParts, { baseUrl, key, sinceMs }: BatchQuestion): Promise<BatchAnswer> {
  const batches: BatchSummary[] = []
  let after: string | null = null
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = new URLSearchParams({ limit: String(BATCHES_A_PAGE), ...(after === null ? {} : { after }) })
    const call = { baseUrl, key, clientRequestId: `dk-batches-${randomUUID()}`, timeoutMs: TIMEOUT_MS }
    const { outcome, body } = await askSmall(parts, call, { method: 'GET', path: `/batches?${query}` })
    if (!body) return { unavailable: whyUnavailable(outcome) }
    const page = Array.isArray(body['data']) ? body['data'].map(readBatch) : []
    for (const batch of page) if (batch !== null && batch.createdAtMs >= sinceMs) batches.push(batch.summary)
    const last = page.at(-1)
    if (body['has_more'] !== true || !last || last.createdAtMs < sinceMs) return { batches }
    after = last.summary.id
  }
  return { batches }
}

function readBatch(batch: JsonValue): { createdAtMs: number; summary: BatchSummary } | null {
  if (!isJsonObject(batch) || typeof batch['id'] !== 'string') return null
  const counts = isJsonObject(batch['request_counts']) ? batch['request_counts'] : {}
  const metadata = isJsonObject(batch['metadata']) ? batch['metadata'] : {}
  const attemptId = metadata['attempt_id']
  return {
    createdAtMs: numberOf(batch['created_at']) * 1000,
    summary: {
      id: batch['id'],
      status: typeof batch['status'] === 'string' ? batch['status'] : 'unknown',
      attemptId: typeof attemptId === 'string' ? attemptId : null,
      completed: numberOf(counts['completed']),
      failed: numberOf(counts['failed']),
      total: numberOf(counts['total']),
    },
  }
}

const numberOf = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : 0)
