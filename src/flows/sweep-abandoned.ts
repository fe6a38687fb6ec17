import { errorBody, failure } from '../contract/failure.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { type AbandonedGeneration, endAbandoned, loseAbandoned, sweepDeadOwners } from '../generations/index.ts'
import { holdUnknown, loss } from '../ledger/index.ts'
import { fp } from '../primitives/fail-point.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { jobTeller } from './jobs/tell-job.ts'

/**
 * Ends what earlier processes left running when they died and of which nothing usable is on disk. Where upstream had begun to answer with
 * success, the call was paid for and its picture is lost: the estimate is booked. Any other may have been paid for: the reservation becomes
 * a hold. Nothing is called again. Run at start, before requests are taken and after the spool was settled.
 * @param waiting attempts whose answers are on disk and could not be settled now: they are held, whatever came of them
 * @returns how many generations were ended.
 */
export async function sweepAbandoned(parts: GatewayParts, waiting: ReadonlySet<string> = new Set()): Promise<number> {
  const abandoned = await sweepDeadOwners(parts.database, parts.bootId)
  for (const left of abandoned) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const isLost = left.attempt !== null && hadBegun(left.attempt.http_status) && !waiting.has(left.attempt.id)
    fp('sweep_before_hold')
    const told = (await jobTeller(parts, left.generation.id))(
      context,
      isLost || left.attempt === null ? 'job.failed' : 'job.outcome_unknown',
    )
    await parts.database.transact([...(isLost ? lost(parts, context, left) : heldOrFailed(parts, context, left)), ...told])
    fp('sweep_after_hold')
    parts.logger.warn(
      { generation_id: left.generation.id, attempt_id: left.attempt?.id ?? null },
      isLost ? 'the answer of a call of an earlier process is lost, and was paid for' : 'a call of an earlier process is held as unknown',
    )
  }
  return abandoned.length
}

/** Upstream's own word that it did what was asked; the body behind it went down with the process. */
const hadBegun = (httpStatus: number | null) => httpStatus !== null && httpStatus >= 200 && httpStatus < 300

function lost(parts: GatewayParts, context: StatementContext, left: AbandonedGeneration): Statement[] {
  const { generation, attempt } = left
  const nanos = generation.estimated_nanos
  const error = errorOf(parts, left, failure('upstream_bad_response', { message: answerLost }))
  return [
    ...loss(context, attempt!.id, { lines: [{ bucket: 'total', nanos }], actor: SWEEP }),
    ...loseAbandoned(context, { generation, attempt: attempt! }, error, nanos),
  ]
}

function heldOrFailed(parts: GatewayParts, context: StatementContext, left: AbandonedGeneration): Statement[] {
  const found = left.attempt
    ? failure('upstream_outcome_unknown')
    : failure('internal_error', { outcome: 'not_charged', message: nothingSent })
  const hold = left.attempt ? holdUnknown(context, left.attempt.id, { nanos: left.generation.reserved_nanos, actor: SWEEP }) : []
  return [...hold, ...endAbandoned(context, left, errorOf(parts, left, found))]
}

function errorOf(parts: GatewayParts, { generation }: AbandonedGeneration, found: ReturnType<typeof failure>) {
  return errorBody(found, { requestId: parts.newId('req'), generationId: generation.id }).error
}

const SWEEP = 'boot-sweep'
const nothingSent = 'The process ended before the next call was made. Nothing more was sent or charged; send the request again.'
const answerLost =
  'The process ended while the answer of upstream came, and no picture had come whole. The call was charged; its estimate is booked.'
