import { adoptBatches } from '../batches/adopt-batches.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { adoptBackgroundTurns } from '../respond/adopt-background-turns.ts'
import { sweepAbandoned } from '../sweep-abandoned.ts'

/**
 * Goes on with what processes left that have ended: background responses and lines of batches are asked for by this one from now on, everything
 * else that was under way is ended as unknown. Several may do this at once: each call is ended by one.
 * @param waiting attempts whose answers are on disk here and could not be settled now: they are held, whatever came of them
 */
export async function takeOver(parts: GatewayParts, waiting: ReadonlySet<string> = new Set()): Promise<void> {
  await adoptBackgroundTurns(parts)
  if (parts.nodeLife.isCaretaker) await adoptBatches(parts)
  await sweepAbandoned(parts, waiting)
}
