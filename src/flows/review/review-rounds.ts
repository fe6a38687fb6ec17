import type { GatewayParts } from '../gateway-parts.ts'
import { letGuardDecide } from './guard-decides.ts'
import { openDueReviews } from './open-due-reviews.ts'
import { tellOverdue } from './tell-overdue.ts'

const EVERY_MS = 15_000

/**
 * Puts into the queue what is to be looked at, lets the guard decide what it may, and tells of what is overdue: whenever pictures were delivered here,
 * and every fifteen seconds on the process that takes care of what is done once for all. Rounds of several processes may meet: each step is
 * judged again in the transaction that makes it.
 */
export class ReviewRounds {
  #parts: GatewayParts | null = null
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #isWaiting = false
  #closed = false

  /** Begins with what an earlier process left. */
  start(parts: GatewayParts): void {
    this.#parts = parts
    this.#timer = setInterval(() => {
      if (parts.nodeLife.isCaretaker) this.wake()
    }, EVERY_MS).unref()
    this.wake()
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
      await openDueReviews(parts, stop)
      await letGuardDecide(parts, stop)
      await tellOverdue(parts, stop)
    } catch (error) {
      parts.logger.error({ err: error }, 'pictures that are to be looked at could not be put into the queue')
    }
  }
}
