import { type BatchSums, findBatch, listBatches, sumItems } from '../../batches/index.ts'
import type { Batch } from '../../contract/batch-replies.ts'
import { failure } from '../../contract/failure.ts'
import type { BatchRow } from '../../db/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import { moneyJson } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** A batch as it stands. @throws Failure `not_found` */
export async function showBatch(parts: GatewayParts, batchId: string): Promise<Batch> {
  const batch = isId('bat', batchId) ? await findBatch(parts.database, batchId) : null
  if (batch === null) throw failure('not_found', { param: 'id' })
  return present(batch, await sumItems(parts.database, [batch.id]))
}

/** Which batches are listed. */
export interface BatchListAsk {
  isOpen: boolean | null
  /** What an earlier page said goes on from there. */
  cursor?: string | undefined
  limit: number
}

/** Batches, the newest first. @throws Failure `invalid_value` for a cursor that no page of such a list gave */
export async function listAllBatches(
  parts: GatewayParts,
  { isOpen, cursor, limit }: BatchListAsk,
): Promise<{ batches: Batch[]; next_cursor: string | null }> {
  if (cursor !== undefined && !isId('bat', cursor))
    throw failure('invalid_value', {
      param: 'cursor',
      message: 'The cursor is not one of this list. Nothing was charged; send the next_cursor of its last page, or none.',
    })
  const rows = await listBatches(parts.database, { isOpen, before: cursor ?? null, limit: limit + 1 })
  const shown = rows.slice(0, limit)
  const sums = Map.groupBy(
    shown.length === 0
      ? []
      : await sumItems(
          parts.database,
          shown.map(({ id }) => id),
        ),
    ({ batch_id }) => batch_id,
  )
  const batches = shown.map((row) => present(row, sums.get(row.id) ?? []))
  return { batches, next_cursor: rows.length > limit ? shown.at(-1)!.id : null }
}

function present(row: BatchRow, sums: readonly BatchSums[]): Batch {
  const total = (of: (sum: BatchSums) => bigint) => sums.reduce((all, sum) => all + of(sum), 0n)
  const count = (chosen: readonly BatchSums[]) => chosen.reduce((all, { lines }) => all + lines, 0)
  const open = sums.filter(({ line }) => line === null)
  const deadlines = open.map(({ deadline_ms }) => deadline_ms)
  return {
    id: row.id,
    state: row.state,
    outcome: row.outcome,
    route_id: row.route_id,
    route_owner: row.route_owner,
    operation: row.operation,
    model_sent: row.model_sent,
    upstream: row.upstream_id === null ? null : { id: row.upstream_id, ...upstreamOf(row) },
    input: row.input_file_id === null ? null : { file_id: row.input_file_id, bytes: row.input_bytes!, sha256: row.input_sha256! },
    lines: {
      total: count(sums),
      open: count(open),
      ended: Object.fromEntries(sums.flatMap(({ line, lines }) => (line === null ? [] : [[line, lines]]))),
    },
    cost: {
      reserved: moneyJson(total(({ reserved_nanos }) => reserved_nanos)),
      settled: moneyJson(total(({ cost_nanos }) => cost_nanos)),
      held_unknown: moneyJson(total(({ held_nanos }) => held_nanos)),
    },
    errors: row.errors_json === null ? [] : JSON.parse(row.errors_json),
    earliest_deadline: timeOrNull(deadlines.length === 0 ? null : Math.min(...deadlines)),
    tries: row.tries,
    made_anew: row.made_anew,
    created_at: isoTime(row.created_at_ms),
    state_since: isoTime(row.state_at_ms),
    next_look_at: timeOrNull(row.ended_at_ms === null ? row.next_look_at_ms : null),
    cancel_asked_at: timeOrNull(row.cancel_asked_at_ms),
    ended_at: timeOrNull(row.ended_at_ms),
  }
}

function upstreamOf(row: BatchRow) {
  return {
    status: row.upstream_status,
    counts: { total: row.upstream_total, completed: row.upstream_completed, failed: row.upstream_failed },
    expires_at: timeOrNull(row.expires_at_ms),
  }
}

const timeOrNull = (atMs: number | null) => (atMs === null ? null : isoTime(atMs))
