import { errorBody, failure } from '../contract/failure.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import {
  type AbandonedGeneration,
  AttemptNotOurs,
  endAbandoned,
  GenerationEnded,
  loseAbandoned,
  sweepDeadOwners,
} from '../generations/index.ts'
import { holdUnknown, loss } from '../ledger/index.ts'
import { nodesElsewhere } from '../nodes/index.ts'
import { fp } from '../primitives/fail-point.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { jobTeller } from './jobs/tell-job.ts'

/**
 * Ends what processes left running that have ended, and of which nothing usable is on disk here. Where upstream had begun to answer with
 * success, the call was paid for and its picture is lost: the estimate is booked. Any other may have been paid for: the reservation becomes
 * a hold, and so it does where the process worked in another data folder, whose spool may have what came. Nothing is called again. Run at start, before
 * requests are taken and after the spool was settled.
 * @param waiting attempts whose answers are on disk and could not be settled now: they are held, whatever came of them
 * @returns how many generations were ended.
 */
export async function sweepAbandoned(parts: GatewayParts, waiting: ReadonlySet<string> = new Set()): Promise<number> {
  const abandoned = await sweepDeadOwners(parts.database)
  const elsewhere = await ownersElsewhere(parts, abandoned)
  for (const left of abandoned) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const { attempt } = left
    const isLost = attempt !== null && hadBegun(attempt.http_status) && !waiting.has(attempt.id) && !elsewhere.has(attempt.owner)
    fp('sweep_before_hold')
    const told = (await jobTeller(parts, left.generation.id))(
      context,
      isLost || left.attempt === null ? 'job.failed' : 'job.outcome_unknown',
    )
    const statements = [...(isLost ? lost(parts, context, left) : heldOrFailed(parts, context, left)), ...told]
    if (!(await endsHere(parts, statements))) continue
    fp('sweep_after_hold')
    parts.logger.warn(
      { generation_id: left.generation.id, attempt_id: left.attempt?.id ?? null },
      isLost ? 'the answer of a call of an earlier process is lost, and was paid for' : 'a call of an earlier process is held as unknown',
    )
  }
  return abandoned.length
}

/** Processes among the owners that worked in other data folders than this one. */
async function ownersElsewhere(parts: GatewayParts, abandoned: readonly AbandonedGeneration[]): Promise<Set<string>> {
  const owners = [...new Set(abandoned.flatMap(({ attempt }) => attempt?.owner ?? []))]
  return owners.length === 0 ? new Set() : new Set(await nodesElsewhere(parts.database, { folderId: parts.nodeLife.folderId, ids: owners }))
}

/** @returns false when somebody else has ended it meanwhile: another process that sweeps, or its owner, who lives after all */
async function endsHere(parts: GatewayParts, statements: readonly Statement[]): Promise<boolean> {
  try {
    await parts.database.transact(statements)
    return true
  } catch (error) {
    if (error instanceof AttemptNotOurs || error instanceof GenerationEnded) return false
    throw error
  }
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
