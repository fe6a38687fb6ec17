import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../../contract/failure.ts'
import type { GenerationRecord } from '../../contract/record.ts'
import { findGeneration, findRecordReviews, generationRecord } from '../../generations/index.ts'
import { NullReplyClient } from '../../relay/index.ts'
import type { Evidence, SeenCall } from '../../rollout/index.ts'
import { acceptGeneration, type GenerationAsk } from '../accept-generation.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { runGeneration } from '../run-generation.ts'

/** A call that was made, and how long its caller waited. */
export interface MadeCall extends SeenCall {
  totalMs: number
}

/** Makes a call of a walk by the road of any other. Never rejects for what becomes of it. */
export async function makeCall(parts: GatewayParts, ask: GenerationAsk): Promise<MadeCall> {
  const startMs = parts.clock.monotonicMs()
  const seen = await callAnd(parts, ask)
  return { ...seen, totalMs: Math.round(parts.clock.monotonicMs() - startMs) }
}

async function callAnd(parts: GatewayParts, ask: GenerationAsk): Promise<SeenCall> {
  try {
    const run = await acceptGeneration(parts, ask)
    if ('attachedBy' in run) return seenCall(parts, run.generationId)
    await parts.running.track(run.id, runGeneration(parts, run, new NullReplyClient()))
    return await seenCall(parts, run.id)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { record: null, error: { code: error.code, message: error.message, next_action: error.nextAction }, isStored: false }
  }
}

/** A call as its record has it. */
export async function seenCall(parts: GatewayParts, generationId: string): Promise<SeenCall> {
  const record = await recordOf(parts, generationId)
  const pointer = record.images[0]?.storage_pointer
  const isStored = pointer != null && (await parts.store.stat(pointer.path).catch(() => null)) !== null
  const { error } = record
  return {
    record,
    isStored,
    error: error && { code: error.code ?? record.status, message: error.message, next_action: error.next_action ?? null },
  }
}

/** The production log record of a call. */
export async function recordOf({ database }: Pick<GatewayParts, 'database'>, id: string): Promise<GenerationRecord> {
  const rows = await findGeneration(database, { id, projectId: null })
  if (rows === null) throw new Error(`generation ${id} is not on record`)
  return generationRecord(rows, await findRecordReviews(database, id))
}

/** What shows that a call was made. */
export function evidenceOf({ record }: SeenCall): Evidence[] {
  if (record === null) return []
  return [
    { kind: 'generation', value: record.id },
    ...(record.request_id === null ? [] : [{ kind: 'request_id' as const, value: record.request_id }]),
    ...record.images.map(({ id }) => ({ kind: 'image' as const, value: id })),
  ]
}

/** What a call cost, and what is held of it. */
export function costOf({ record }: SeenCall): bigint {
  return record === null ? 0n : BigInt(record.cost.settled_nanos) + BigInt(record.cost.held_unknown_nanos)
}

const PAUSE_MS = 200

/** Asks again until there is an answer, for a time. @returns the last answer; @param isThere whether it need not be asked for again */
export async function until<Answer>(
  parts: Pick<GatewayParts, 'clock' | 'running'>,
  seconds: number,
  ask: () => Promise<Answer>,
  isThere: (answer: Answer) => boolean,
): Promise<Answer> {
  const endsAtMs = parts.clock.monotonicMs() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (isThere(answer) || parts.running.closing || parts.clock.monotonicMs() >= endsAtMs) return answer
    await wait(PAUSE_MS)
  }
}
