import { dueAtMs, findBatch, moveBatch } from '../../batches/index.ts'
import { statementContext } from '../../db/index.ts'
import { type EconomyWait, findEconomyJobs, findEconomyWaits } from '../../jobs/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { EconomySettings } from './batch-work.ts'
import { type Claim, claimForBatch } from './claim-job.ts'
import { Drafts } from './drafts.ts'

/** How long a group is left alone of which no job could be taken. */
const LEFT_ALONE_MS = 30_000
/** Jobs that are claimed at the same time: the database writes what comes at once with one flush. */
const AT_ONCE = 8

/** Makes batches of jobs of the economy lane that have waited for company as long as they are to. */
export class BatchCollector {
  readonly #settings: EconomySettings
  readonly #leftAlone = new Map<string, number>()

  constructor(settings: EconomySettings) {
    this.#settings = settings
  }

  /** Collects what is due. @returns when the next jobs will be, milliseconds since 1970; null when none wait */
  async collect(parts: GatewayParts, signal: AbortSignal): Promise<number | null> {
    const nowMs = parts.clock.nowMs()
    let next: number | null = null
    for (const group of await findEconomyWaits(parts.database, nowMs)) {
      const dueMs = Math.max(dueAtMs(group, this.#settings), this.#leftAlone.get(nameOf(group)) ?? 0)
      if (dueMs <= nowMs && !signal.aborted) {
        const claims = await this.#collectGroup(parts, group, signal)
        if (claims.includes('claimed')) this.#leftAlone.delete(nameOf(group))
        else this.#leftAlone.set(nameOf(group), nowMs + LEFT_ALONE_MS)
      } else if (next === null || dueMs < next) next = dueMs
    }
    return next
  }

  async #collectGroup(parts: GatewayParts, group: EconomyWait, signal: AbortSignal): Promise<Claim[]> {
    await parts.storageHealth.assertWritable()
    const drafts = new Drafts(parts, this.#settings)
    const waiting = await findEconomyJobs(parts.database, group, { nowMs: parts.clock.nowMs(), limit: this.#settings.requests })
    const jobs = waiting.values()
    const claims: Claim[] = []
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const jobId of jobs) {
          if (signal.aborted) return
          claims.push(await claimOrSay(parts, jobId, drafts))
        }
      }),
    )
    for (const batchId of drafts.batchIds) await close(parts, batchId)
    return claims
  }
}

const nameOf = ({ routeId, operation, modelAsked }: EconomyWait) => `${routeId} ${operation} ${modelAsked}`

async function claimOrSay(parts: GatewayParts, jobId: string, drafts: Drafts): Promise<Claim> {
  try {
    return await claimForBatch(parts, jobId, drafts)
  } catch (error) {
    parts.logger.error({ generation_id: jobId, err: error }, 'a job could not be made a line of a batch; it is tried again')
    return 'waits'
  }
}

/** From here on nothing is added to the batch. */
async function close(parts: GatewayParts, batchId: string): Promise<void> {
  const batch = await findBatch(parts.database, batchId)
  if (batch === null) return
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([moveBatch(context, batch, 'uploading')])
  fp('batch_after_collect')
}
