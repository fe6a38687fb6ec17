import { randomUUID } from 'node:crypto'
import type { BatchAnswer, BatchQuestion, UpstreamBatch } from '../batch-calls.ts'
import { redactorFor } from '../redact.ts'
import { askSmall, whyUnavailable } from './ask-small.ts'
import type { OpenAiProviderParts } from './call-upstream.ts'
import { readBatch } from './read-batch.ts'

const TIMEOUT_MS = 30_000
const BATCHES_A_PAGE = 100
const MOST_PAGES = 50
/** A batch that failed names every line of its file that is wrong. */
const MAX_PAGE_BYTES = 64_000_000

/** `GET /batches` (openai 7.55.0 types, `resources/batches`), newest first, back to the time that is asked about. */
export async function listBatches(parts: OpenAiProviderParts, { baseUrl, key, sinceMs }: BatchQuestion): Promise<BatchAnswer> {
  const redact = redactorFor(key)
  const batches: UpstreamBatch[] = []
  let after: string | null = null
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = new URLSearchParams({ limit: String(BATCHES_A_PAGE), ...(after === null ? {} : { after }) })
    const call = { baseUrl, key, clientRequestId: `dk-batches-${randomUUID()}`, timeoutMs: TIMEOUT_MS }
    const { outcome, body } = await askSmall(parts, call, { method: 'GET', path: `/batches?${query}`, maxBytes: MAX_PAGE_BYTES })
    if (!body) return { unavailable: whyUnavailable(outcome) }
    if (!Array.isArray(body['data'])) return { unavailable: 'bad_response: no list' }
    const page = body['data'].map((value) => readBatch(value, redact))
    for (const batch of page) if (batch !== null && batch.createdAtMs >= sinceMs) batches.push(batch)
    const last = page.at(-1)
    if (body['has_more'] !== true || (last && last.createdAtMs < sinceMs)) return { batches, isComplete: !page.includes(null) }
    if (!last) return { batches, isComplete: false }
    after = last.id
  }
  return { batches, isComplete: false }
}
