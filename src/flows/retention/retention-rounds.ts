import { clearLeftPuts, TAKEN_OVER_AFTER_MS } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { expireDue } from './expire-due.ts'
import { removalParts, sweepObjects } from './sweep-objects.ts'

/** Bytes are gone within a minute of a deletion, also where another process was told of it. */
const EVERY_MS = 15_000

/**
 * Deletes what its time is over for and removes the bytes of what was deleted: every fifteen seconds on the process that takes care of what is done
 * once for all, and at once on any process where something was deleted. Rounds of several processes may meet: rows are judged in the transaction
 * that ends them, objects under their locks. One round at a time here; what a round cannot do the next one does.
 */
export class RetentionRounds {
  #parts: GatewayParts | null = null
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #isWaiting = false
  #closed = false

  /** Resolves when what an earlier process left is done. */
  async start(parts: GatewayParts): Promise<void> {
    this.#parts = parts
    const round = async () => {
      if (parts.nodeLife.isCaretaker) await this.run()
    }
    this.#timer = setInterval(round, EVERY_MS).unref()
    await round()
  }

  /** A round now, behind the one under way; nobody waits for it. */
  wake(): void {
    void this.run()
  }

  /** The same, for whoever waits for its end. Never rejects. */
  run(): Promise<void> {
    if (this.#parts === null || this.#closed || this.#isWaiting) return this.#round
    const parts = this.#parts
    this.#isWaiting = true
    this.#round = this.#round.then(() => {
      this.#isWaiting = false
      return this.#work(parts)
    })
    return this.#round
  }

  /** Resolves when no round is under way any more; what is left waits for the next start. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
  }

  async #work(parts: GatewayParts): Promise<void> {
    const stop = () => this.#closed
    if (stop()) return
    try {
      const expired = await expireDue(parts, stop)
      await clearLeftPuts(removalParts(parts), parts.clock.nowMs() - TAKEN_OVER_AFTER_MS)
      const removed = await sweepObjects(parts, stop)
      parts.metrics.retention({ expired, ...removed })
    } catch (error) {
      parts.logger.error({ err: error }, 'what was deleted, or is to be, could not be removed')
    }
  }
}
