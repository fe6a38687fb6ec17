import { setImmediate as breathe } from 'node:timers/promises'
import type { Principal } from '../../../access/index.ts'
import type { BulkCheck } from '../../../contract/bulk-replies.ts'
import { type BulkFault, type BulkItem, judgeBulkItems } from '../../../contract/bulk-request.ts'
import type { DarkroomHeaders } from '../../../contract/darkroom-headers.ts'
import type { Money } from '../../../contract/record.ts'
import type { JobLane } from '../../../jobs/index.ts'
import type { JsonObject } from '../../../primitives/json.ts'
import { moneyJson } from '../../../primitives/money.ts'
import { checkCall } from '../../check-call.ts'
import type { GatewayParts } from '../../gateway-parts.ts'

const SHOWN_REFUSALS = 100
/** Once it has taken so long it answers with what it has looked at. */
const LONGEST_MS = 10_000
/** Others get their turn after so many. */
const AT_A_TIME = 20

/** A bulk before it is submitted. */
export interface BulkToCheck {
  principal: Principal
  rows: readonly JsonObject[]
  template: JsonObject | null
  headers: DarkroomHeaders
  lane: JobLane
  requestId: string
}

const amounts = ['low', 'expected', 'high', 'reserve'] as const

/**
 * Judges every item as the call it would become, and adds up the prices of those that would be made. Pictures of edits are fetched when their turn comes, so that edits
 * are read here and no more. Records, reserves and sends nothing.
 * @throws Failure `invalid_bulk` for one without items, or with too many
 */
export async function checkBulk(parts: GatewayParts, bulk: BulkToCheck): Promise<BulkCheck> {
  const { items, faults } = judgeBulkItems(bulk.rows, bulk.template)
  const tally = { judged: 0, edits: 0, sums: { low: 0n, expected: 0n, high: 0n, reserve: 0n }, owners: new Set<string>() }
  const refusals: BulkFault[] = [...faults]
  const endsAtMs = parts.clock.monotonicMs() + LONGEST_MS
  for (const [place, item] of items.entries()) {
    if (parts.clock.monotonicMs() >= endsAtMs) break
    tally.judged += 1
    if (item.operation === 'edit') tally.edits += 1
    else await judge(parts, bulk, item, tally, refusals)
    if (place % AT_A_TIME === 0) await breathe()
  }
  refusals.sort((one, other) => one.item - other.item)
  return {
    total: bulk.rows.length,
    judged: tally.judged + faults.length,
    not_priced: tally.edits,
    unusable: faults.length,
    refused: refusals.length,
    refusals: refusals.slice(0, SHOWN_REFUSALS),
    route_owners: [...tally.owners],
    estimate: Object.fromEntries(amounts.map((name) => [name, moneyJson(tally.sums[name])])) as Record<(typeof amounts)[number], Money>,
  }
}

interface Tally {
  sums: Record<(typeof amounts)[number], bigint>
  owners: Set<string>
}

async function judge(parts: GatewayParts, bulk: BulkToCheck, item: BulkItem & { item: number }, tally: Tally, refusals: BulkFault[]) {
  const { principal, headers, requestId, lane } = bulk
  const { operation, body } = item
  const ask = { principal, operation, body, headers, brought: null, requestId, lane: lane === 'economy' ? 'batch' : 'standard' } as const
  const { refusals: found, estimate } = await checkCall(parts, ask)
  const [first] = found
  if (first) {
    const { code, param, message } = first.error
    return void refusals.push({ item: item.item, code, param, message })
  }
  if (estimate === null) return
  for (const name of amounts) tally.sums[name] += BigInt(estimate[name].nanos)
  tally.owners.add(estimate.route_owner)
}
