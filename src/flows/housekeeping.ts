import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { forgetOldEvents } from '../events/index.ts'
import { forgetGuardTexts, forgetGuardWords } from '../guard/index.ts'
import { forgetOldHandoffs } from '../handoffs/index.ts'
import { forgetExpiredReplies, forgetOldKeys } from '../idempotency/index.ts'
import { forgetOldOrders } from '../jobs/index.ts'
import { closeNextSpan, forgetEndedEntries } from '../ledger/index.ts'
import { forgetOldNodes } from '../nodes/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { forgetOldChanges } from '../review/index.ts'
import { forgetOldWords } from '../search/index.ts'
import { deleteExpiredTurnDocuments } from '../threads/index.ts'
import { forgetOldEndpoints, forgetOldMessages } from '../webhooks/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { Scrubber } from './scrubber.ts'
import { sweepExpiredFiles } from './take-file.ts'
import { tellBudgetAlerts } from './tell-budget-alerts.ts'

const EVERY_MS = 10 * 60 * 1000
const BATCH = 500

/**
 * Removes what its time is over for: kept files with their bytes, what was said in turns, idempotency keys, webhooks and broken answers; tells
 * alerts that nobody told; adds up hours of the ledger that are over. Once at start, then every ten minutes; from then on it also looks through the kept pictures.
 */
export class Housekeeping {
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #closed = false
  readonly #scrubber = new Scrubber()

  /** Resolves when the first round is done. */
  async start(parts: GatewayParts): Promise<void> {
    await this.#work(parts)
    this.#round = this.#closeLedger(parts)
    this.#timer = setInterval(() => {
      this.#round = this.#round
        .then(() => this.#work(parts))
        .then(() => this.#closeLedger(parts))
        .then(() => this.#scrub(parts))
    }, EVERY_MS).unref()
  }

  /** Resolves when no round is under way any more. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
  }

  /** What cannot be removed now is tried again with the next round. */
  async #work(parts: GatewayParts): Promise<void> {
    try {
      fp('housekeeping_before_round')
      await parts.quarantine.sweep(parts.clock.nowMs())
      if (!parts.nodeLife.isCaretaker) return
      await sweepExpiredFiles(parts)
      await sweepInBatches(parts, deleteExpiredTurnDocuments)
      await sweepInBatches(parts, forgetExpiredReplies)
      await sweepInBatches(parts, forgetOldWords)
      await sweepInBatches(parts, forgetOldHandoffs)
      await sweepInBatches(parts, forgetOldKeys)
      await sweepInBatches(parts, forgetOldOrders)
      await sweepInBatches(parts, forgetGuardTexts)
      await sweepInBatches(parts, forgetGuardWords)
      await sweepInBatches(parts, forgetOldChanges)
      await sweepInBatches(parts, forgetOldEvents)
      await sweepInBatches(parts, forgetOldMessages)
      await sweepInBatches(parts, forgetOldEndpoints)
      await sweepInBatches(parts, forgetOldNodes)
      await sweepInBatches(parts, forgetEndedEntries)
      await tellBudgetAlerts(parts)
      fp('housekeeping_after_round')
    } catch (error) {
      parts.logger.error({ err: error }, 'what has expired could not be removed')
    }
  }

  /** What one does not get to, the next round does: until then reports read line by line. */
  async #closeLedger(parts: GatewayParts): Promise<void> {
    try {
      if (!parts.nodeLife.isCaretaker) return
      while (!this.#closed && (await closeNextSpan(parts.database, statementContext(parts.database, parts.clock, parts.newId))));
    } catch (error) {
      parts.logger.error({ err: error }, 'the ledger could not be added up')
    }
  }

  async #scrub(parts: GatewayParts): Promise<void> {
    try {
      if (!parts.nodeLife.isCaretaker) return
      await this.#scrubber.work(parts)
    } catch (error) {
      parts.logger.error({ err: error }, 'kept pictures could not be looked through')
    }
  }
}

/** Removes at most so many; `changes` of the last statement says how many there were. */
type Sweep = (context: StatementContext, limit: number) => Statement | Statement[]

async function sweepInBatches(parts: GatewayParts, sweep: Sweep): Promise<void> {
  for (;;) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const removed = await parts.database.transact([sweep(context, BATCH)].flat())
    if (removed.at(-1)!.changes < BATCH) return
  }
}
