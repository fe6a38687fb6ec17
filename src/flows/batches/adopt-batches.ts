import { openLineAttempts } from '../../batches/index.ts'
import { statementContext } from '../../db/index.ts'
import { adoptAttempt } from '../../generations/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** Attempts that are taken over with one transaction. */
const AT_A_TIME = 500

/**
 * Takes over the lines of batches that earlier processes left open: upstream goes on with them, or will be asked to. Run it before what those
 * processes left is ended as unknown.
 */
export async function adoptBatches(parts: GatewayParts): Promise<void> {
  const attempts = await openLineAttempts(parts.database, { notOwnedBy: parts.bootId })
  for (let from = 0; from < attempts.length; from += AT_A_TIME) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const some = attempts.slice(from, from + AT_A_TIME)
    await parts.database.transact(some.map((attemptId) => adoptAttempt(context, { attemptId, owner: parts.bootId })))
    fp('batch_adopted')
  }
  if (attempts.length > 0) parts.logger.info({ count: attempts.length }, 'lines of batches of earlier processes are gone on with')
}
