import { errorBody, failure } from '../contract/failure.ts'
import { statementContext } from '../db/index.ts'
import { endAbandoned, sweepDeadOwners } from '../generations/index.ts'
import { holdUnknown } from '../ledger/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/**
 * Ends what earlier processes left running when they died. Their calls may have been paid for: the reservation becomes a hold, and
 * nothing is called again. Run at start, before requests are taken.
 * @returns how many generations were ended.
 */
export async function sweepAbandoned(parts: GatewayParts): Promise<number> {
  const abandoned = await sweepDeadOwners(parts.database, parts.bootId)
  for (const left of abandoned) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const found = left.attempt
      ? failure('upstream_outcome_unknown')
      : failure('internal_error', { outcome: 'not_charged', message: nothingSent })
    const error = errorBody(found, { requestId: parts.newId('req'), generationId: left.generation.id }).error
    const hold = left.attempt ? holdUnknown(context, left.attempt.id, { nanos: left.generation.reserved_nanos, actor: 'boot-sweep' }) : []
    await parts.database.transact([...hold, ...endAbandoned(context, left, error)])
    parts.logger.warn(
      { generation_id: left.generation.id, attempt_id: left.attempt?.id ?? null },
      'a call of an earlier process is held as unknown',
    )
  }
  return abandoned.length
}

const nothingSent = 'The process ended before the next call was made. Nothing more was sent or charged; send the request again.'
