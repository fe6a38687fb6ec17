import type { Bulk, BulkItemReply } from '../../contract/bulk-replies.ts'
import type { GenerationRecord } from '../../contract/record.ts'
import type { GatewayClient } from '../gateway-client.ts'
import { currency } from '../image-call.ts'

const MOST_OF_A_PAGE = 500

/** Path of a bulk. */
export const bulkPath = (id: string, what = '') => `/v2/jobs/bulk/${encodeURIComponent(id)}${what}`

/** A bulk as it stands. @throws RefusedError for one that is not there */
export function readBulk(client: GatewayClient, id: string): Promise<Bulk> {
  return client.json<Bulk>({ method: 'GET', path: bulkPath(id) })
}

/** The bulk that was submitted under a key; null when none was. */
export async function bulkOfKey(client: GatewayClient, key: string): Promise<Bulk | null> {
  const path = `/v2/jobs/bulk?idempotency_key=${encodeURIComponent(key)}`
  return (await client.json<{ bulks: Bulk[] }>({ method: 'GET', path })).bulks[0] ?? null
}

/** Pauses, resumes or cancels a bulk. @throws RefusedError for one that has ended */
export function steerBulk(client: GatewayClient, id: string, what: 'pause' | 'resume' | 'cancel'): Promise<Bulk> {
  return client.json<Bulk>({ method: 'POST', path: bulkPath(id, `/${what}`) })
}

/** Items of a bulk in order, page by page. @param state only those */
export async function* itemsOfBulk(client: GatewayClient, id: string, state?: string): AsyncGenerator<BulkItemReply> {
  const query = new URLSearchParams({ limit: String(MOST_OF_A_PAGE), ...(state === undefined ? {} : { state }) })
  for (let cursor: string | null = ''; cursor !== null; ) {
    if (cursor !== '') query.set('cursor', cursor)
    const path = bulkPath(id, `/items?${query}`)
    const page: { items: BulkItemReply[]; next_cursor: string | null } = await client.json({ method: 'GET', path })
    yield* page.items
    cursor = page.next_cursor
  }
}

/** In what a bulk is paid: dollars, or the sandbox's. Its jobs are all made by one route, so the first of them knows. */
export async function currencyOfBulk(client: GatewayClient, id: string): Promise<string> {
  const { items } = await client.json<{ items: BulkItemReply[] }>({ method: 'GET', path: bulkPath(id, '/items?limit=1') })
  const job = items[0]?.job_id
  if (!job) return currency(false)
  const record = await client.json<GenerationRecord>({ method: 'GET', path: `/v2/generations/${encodeURIComponent(job)}` })
  return currency(record.cost.book === 'sandbox')
}
