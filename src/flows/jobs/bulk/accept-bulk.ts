import { createHash } from 'node:crypto'
import type { Principal } from '../../../access/index.ts'
import type { BulkItem } from '../../../contract/bulk-request.ts'
import type { DarkroomHeaders } from '../../../contract/darkroom-headers.ts'
import { failure } from '../../../contract/failure.ts'
import { type Statement, type StatementContext, statementContext } from '../../../db/index.ts'
import { findSetOfKey, type JobLane, type JobReceiver, type Priority, recordSet, SetKeyTaken } from '../../../jobs/index.ts'
import { canonicalJson } from '../../../primitives/canonical-json.ts'
import { fp } from '../../../primitives/fail-point.ts'
import type { JsonObject } from '../../../primitives/json.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { timesOf } from '../accept-job.ts'
import { itemPlace, type SetOrder, sealPart } from '../sets/set-order.ts'
import { bulkPrompts } from './bulk-prompts.ts'

/** A bulk as it reached an edge. */
export interface BulkAsk {
  principal: Principal
  items: readonly BulkItem[]
  name: string | null
  headers: DarkroomHeaders
  lane: JobLane
  priority: Priority
  startAtMs: number | null
  deadlineMs: number | null
  /** Who is told when it has ended. */
  receiver?: JobReceiver
  /** What else belongs to its acceptance. */
  also?: (context: StatementContext) => Statement[]
  idempotencyKey: string | null
  clientRequestId: string | null
  baseUrl: string
}

/** The id of a bulk that was accepted, now or by a request that this one repeats. */
export interface AcceptedBulk {
  setId: string
  isRepeated: boolean
}

/**
 * Puts a bulk on record, all of it in one transaction; its jobs are made from there, one after the other, whatever becomes of this process.
 * Money is set aside job by job.
 * @throws Failure `invalid_deadline`, `idempotency_key_reused`; nothing was charged
 */
export async function acceptBulk(parts: GatewayParts, ask: BulkAsk): Promise<AcceptedBulk> {
  parts.running.assertOpen()
  timesOf(ask, parts.clock.nowMs())
  const fingerprint = fingerprintOf(ask)
  const before = await repeated(parts, ask, fingerprint)
  if (before) return before
  const id = parts.newId('set')
  const { headers, clientRequestId, lane, priority, startAtMs, deadlineMs, principal } = ask
  const order: SetOrder = { headers: { ...headers, prompt: null }, clientRequestId, lane, priority, startAtMs, deadlineMs }
  const sealed = await sealPart(parts, id, order)
  const items: { label: string | null; sealed: string }[] = []
  for (const [place, { label, operation, body }] of (await bulkPrompts(parts, ask)).entries())
    items.push({ label, sealed: await sealPart(parts, itemPlace(id, place), { operation, body }) })
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('bulk_before_record')
  try {
    await parts.database.transact([
      ...(ask.also?.(context) ?? []),
      ...recordSet(context, {
        id,
        projectId: principal.projectId,
        keyId: principal.keyId,
        kind: 'bulk',
        name: ask.name,
        shape: 'native',
        sealed,
        baseUrl: ask.baseUrl,
        idempotencyKey: ask.idempotencyKey,
        fingerprint,
        receiver: ask.receiver ?? null,
        items,
      }),
    ])
  } catch (error) {
    const first = error instanceof SetKeyTaken ? await repeated(parts, ask, fingerprint) : null
    if (first) return first
    throw error
  }
  fp('bulk_after_record')
  parts.jobSets.wake()
  return { setId: id, isRepeated: false }
}

async function repeated(
  parts: GatewayParts,
  { principal, idempotencyKey: key }: BulkAsk,
  fingerprint: string,
): Promise<AcceptedBulk | null> {
  if (key === null) return null
  const before = await findSetOfKey(parts.database, { projectId: principal.projectId, key })
  if (before === null) return null
  if (before.fingerprint !== fingerprint) throw failure('idempotency_key_reused', { param: 'Idempotency-Key' })
  return { setId: before.id, isRepeated: true }
}

function fingerprintOf({ items, lane, headers: { route, rights, prompt } }: BulkAsk): string {
  const hash = createHash('sha256').update(canonicalJson({ lane, route, rights, ...(prompt && { prompt }) }))
  for (const { label, operation, body } of items) hash.update(canonicalJson({ label, operation, body } satisfies JsonObject))
  return hash.digest('hex')
}
