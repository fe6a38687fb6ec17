import type { Bulk, BulkItemReply } from '../../../contract/bulk-replies.ts'
import { failure } from '../../../contract/failure.ts'
import type { JobSetRow } from '../../../db/index.ts'
import { findResult } from '../../../generations/index.ts'
import {
  endedSince,
  type FoundSetItem,
  findSet,
  findSetOfKey,
  itemsOf,
  listSets,
  progressOf,
  type SetProgress,
} from '../../../jobs/index.ts'
import { isoTime } from '../../../primitives/clock.ts'
import { isId } from '../../../primitives/ids.ts'
import { moneyJson } from '../../../primitives/money.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { openPart, type SetOrder } from '../sets/set-order.ts'
import { signedAddress } from '../signed-address.ts'
import { archiveName } from './archive-name.ts'

/** Whose bulk somebody asks for. */
export interface BulkAskedFor {
  bulkId: string
  /** Null = every project's. */
  projectId: string | null
}

const PACE_OVER_MS = 5 * 60_000
const MINUTE_MS = 60_000

/** The row of a bulk that the caller may see. @throws Failure `not_found` */
export async function requireBulk(parts: GatewayParts, { bulkId, projectId }: BulkAskedFor): Promise<JobSetRow> {
  const set = isId('set', bulkId) ? await findSet(parts.database, { id: bulkId, projectId }) : null
  if (set?.kind !== 'bulk') throw failure('not_found', { param: 'id' })
  return set
}

/** A bulk as it stands. @throws Failure `not_found` */
export async function showBulk(parts: GatewayParts, asked: BulkAskedFor): Promise<Bulk> {
  return presentBulk(parts, await requireBulk(parts, asked))
}

/** The bulks of a project, the newest first. */
export async function listBulks(
  parts: GatewayParts,
  { projectId, cursor = null, limit }: { projectId: string | null; cursor?: string | null; limit: number },
): Promise<{ bulks: Bulk[]; next_cursor: string | null }> {
  if (cursor !== null && !isId('set', cursor))
    throw failure('invalid_value', { param: 'cursor', message: 'The cursor is not one of this list. Nothing was charged; send none.' })
  const rows = await listSets(parts.database, { projectId, kind: 'bulk', before: cursor, limit: limit + 1 })
  const bulks = await Promise.all(rows.slice(0, limit).map((row) => presentBulk(parts, row)))
  return { bulks, next_cursor: rows.length > limit ? bulks.at(-1)!.id : null }
}

/** What a project submitted under a key: one bulk, or none. In the shape of a list. */
export async function bulksOfKey(
  parts: GatewayParts,
  key: { key: string; projectId: string },
): Promise<{ bulks: Bulk[]; next_cursor: null }> {
  const set = await findSetOfKey(parts.database, key)
  return { bulks: set?.kind === 'bulk' ? [await presentBulk(parts, set)] : [], next_cursor: null }
}

async function presentBulk(parts: GatewayParts, set: JobSetRow): Promise<Bulk> {
  const [progress, { lane, priority }, pace] = await Promise.all([
    progressOf(parts.database, set.id),
    openPart<SetOrder>(parts, set.id, set.sealed),
    paceOf(parts, set),
  ])
  const { counts } = progress
  const open = counts.waiting + counts.queued + counts.running
  const path = `/v2/jobs/bulk/${set.id}`
  return {
    id: set.id,
    name: set.name,
    state: set.state === 'open' ? 'running' : (set.state as Bulk['state']),
    pause_reason: set.pause_reason,
    lane,
    priority,
    total: set.total,
    counts,
    done: (set.total - open) / set.total,
    cost: costOf(progress),
    per_minute: pace === null ? null : Math.round(pace * 100) / 100,
    eta: set.state !== 'open' || pace === null || open === 0 ? null : isoTime(parts.clock.nowMs() + (open / pace) * MINUTE_MS),
    created_at: isoTime(set.created_at_ms),
    ended_at: set.ended_at_ms === null ? null : isoTime(set.ended_at_ms),
    items: `${path}/items`,
    manifest: `${path}/manifest`,
    archive: `${path}/archive`,
  }
}

const costOf = ({ estimatedNanos, reservedNanos, settledNanos, heldNanos }: SetProgress): Bulk['cost'] => ({
  estimated: moneyJson(estimatedNanos),
  reserved: moneyJson(reservedNanos),
  settled: moneyJson(settledNanos),
  held_unknown: moneyJson(heldNanos),
})

/** Items a minute over the last minutes; null while none has ended. */
async function paceOf(parts: GatewayParts, { id, ended_at_ms }: JobSetRow): Promise<number | null> {
  if (ended_at_ms !== null) return null
  const nowMs = parts.clock.nowMs()
  const { ended, firstMs } = await endedSince(parts.database, id, nowMs - PACE_OVER_MS)
  return ended === 0 || firstMs === null ? null : (ended * MINUTE_MS) / Math.max(1000, nowMs - firstMs)
}

/** Which items of a bulk somebody asks for. */
export interface BulkItemsAsk extends BulkAskedFor {
  /** Empty = any. */
  states: readonly string[]
  /** From this item on, counted from 0. */
  from: number
  limit: number
}

/** Items of a bulk in order, with their pictures. @throws Failure `not_found` */
export async function bulkItems(parts: GatewayParts, ask: BulkItemsAsk): Promise<{ items: BulkItemReply[]; next_cursor: string | null }> {
  const set = await requireBulk(parts, ask)
  const { states, from, limit } = ask
  const rows = await itemsOf(parts.database, { setId: set.id, from, limit: limit + 1, states })
  const items = await Promise.all(rows.slice(0, limit).map((row) => presentItem(parts, set, row)))
  return { items, next_cursor: rows.length > limit ? String(rows[limit]!.place) : null }
}

async function presentItem(parts: GatewayParts, set: JobSetRow, row: FoundSetItem): Promise<BulkItemReply> {
  const images = row.job_id === null ? [] : await picturesOf(parts, set, row)
  const error = row.job_error_json ?? row.error_json
  return {
    item: row.place + 1,
    custom_id: row.label,
    state: (row.status ?? row.state) as BulkItemReply['state'],
    job_id: row.job_id,
    images: images.map(({ id, sha256, file }) => ({ id, url: signedAddress(parts, set.base_url, id), sha256, file })),
    cost: row.settled_nanos === null ? null : moneyJson(row.settled_nanos),
    error: error === null ? null : JSON.parse(error),
  }
}

/** A picture of a bulk, with its name in the archive. */
export interface BulkPicture {
  id: string
  sha256: string
  path: string
  bytes: number
  file: string
}

/** The delivered pictures of an item whose bytes are there. */
export async function picturesOf(parts: GatewayParts, set: JobSetRow, row: FoundSetItem): Promise<BulkPicture[]> {
  const rows = await findResult(parts.database, { id: row.job_id!, projectId: set.project_id })
  const results = (rows?.images ?? []).filter((image) => image.is_preview === 0)
  const replaced = new Set(results.map((image) => image.derived_from))
  return results
    .filter(({ id, path, deleted_at_ms }) => !replaced.has(id) && path !== null && deleted_at_ms === null)
    .map((image, index) => ({
      id: image.id,
      sha256: image.sha256,
      path: image.path!,
      bytes: image.bytes,
      file: archiveName({ place: row.place, total: set.total, label: row.label, index, format: image.format }),
    }))
}
