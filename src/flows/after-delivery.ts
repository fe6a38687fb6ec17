import type { GatewayParts } from './gateway-parts.ts'
import { judgePending } from './guard/judge-pending.ts'
import { measurePendingDrifts } from './measure-pending-drifts.ts'
import { readPendingCredentials } from './read-pending-credentials.ts'

/**
 * Looks closely at pictures once they are delivered, one after the other: what their content credentials say, what an edit changed, and
 * whether what had to stay did. What
 * waits stands in the database: waking it twice does nothing twice, and what a process did not get to is done by the next.
 */
export class AfterDelivery {
  #working: Promise<void> | null = null
  #again = false
  #closed = false
  #parts: GatewayParts | null = null
  /** Whether pictures are judged here too, not only measured. */
  readonly judges: boolean

  constructor({ judges = true }: { judges?: boolean } = {}) {
    this.judges = judges
  }

  /** Starts with what earlier processes left. */
  start(parts: GatewayParts): void {
    this.#parts = parts
    this.wake()
  }

  /** Something may be waiting. */
  wake(): void {
    if (this.#closed || this.#parts === null) return
    this.#again = true
    this.#working ??= this.#work(this.#parts).finally(() => {
      this.#working = null
      if (this.#again) this.wake()
    })
  }

  /** Resolves when nothing is being measured any more; what waits is left for the next start. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#working
  }

  async #work(parts: GatewayParts): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false
      parts.reviewRounds.wake()
      try {
        await readPendingCredentials(parts, () => this.#closed)
        await measurePendingDrifts(parts, () => this.#closed)
        if (this.judges) await judgePending(parts, () => this.#closed)
      } catch (error) {
        parts.logger.error({ err: error }, 'delivered pictures could not be looked at')
      }
      // What was found about them may decide what people need not.
      parts.reviewRounds.wake()
    }
  }
}
