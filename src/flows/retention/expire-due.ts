import { setTimeout as wait } from 'node:timers/promises'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { type DueRow, dueImages, dueInputs, expireImages, expireInputs } from '../../generations/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { noteUnused } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { goesWithPictures, objectsMadeOf } from './goes-with-pictures.ts'

/** Rows of one transaction: it is over before anybody behind it notices. */
const BATCH = 200
/** Between two transactions: calls come first. */
const PAUSE_MS = 20

/**
 * Deletes pictures and inputs whose time is over and that nobody holds, batch by batch. Each batch is one transaction that judges its rows
 * again, so that several processes may sweep at once, and one that dies leaves nothing half done.
 * @param stop asked before each batch
 * @returns how many were deleted
 */
export async function expireDue(parts: GatewayParts, stop: () => boolean): Promise<number> {
  const images = await expire(parts, stop, {
    due: () => dueImages(parts.database, parts.clock.nowMs(), BATCH),
    expire: (context, ids) => [expireImages(context, ids), ...goesWithPictures(context, ids, 'retention')],
    alsoUsed: (ids) => objectsMadeOf(parts.database, ids),
  })
  const inputs = await expire(parts, stop, {
    due: () => dueInputs(parts.database, parts.clock.nowMs(), BATCH),
    expire: (context, ids) => [expireInputs(context, ids)],
    alsoUsed: async () => [],
  })
  return images + inputs
}

interface Expiry {
  due: () => Promise<DueRow[]>
  /** The first of the statements says by its changes how many went. */
  expire: (context: StatementContext, ids: readonly string[]) => Statement[]
  /** Objects that go with them. */
  alsoUsed: (ids: readonly string[]) => Promise<string[]>
}

async function expire(parts: GatewayParts, stop: () => boolean, { due, expire, alsoUsed }: Expiry): Promise<number> {
  let count = 0
  while (!stop()) {
    const rows = await due()
    if (rows.length === 0) break
    const ids = rows.map(({ id }) => id)
    const sha256s = [...rows.flatMap((row) => row.sha256s), ...(await alsoUsed(ids))]
    const context = statementContext(parts.database, parts.clock, parts.newId)
    fp('retention_before_expire')
    const [expired] = await parts.database.transact([...expire(context, ids), ...noteUnused(context, sha256s)])
    fp('retention_after_expire')
    count += expired!.changes
    if (rows.length < BATCH) break
    await wait(PAUSE_MS)
  }
  return count
}
