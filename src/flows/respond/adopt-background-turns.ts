import { statementContext } from '../../db/index.ts'
import { adoptAttempt } from '../../generations/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { openBackgroundTurns } from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

const MOST = 100_000

/**
 * Takes over the background responses that earlier processes began: upstream goes on with them, so their end can still be asked for. Run it
 * before what those processes left is ended as unknown.
 */
export async function adoptBackgroundTurns(parts: GatewayParts): Promise<void> {
  const open = await openBackgroundTurns(parts.database, MOST, 'ended')
  if (open.length === 0) return
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact(open.map(({ attempt_id }) => adoptAttempt(context, { attemptId: attempt_id, owner: parts.bootId })))
  fp('background_adopted')
  parts.logger.info({ count: open.length }, 'background responses of earlier processes are asked for')
}
