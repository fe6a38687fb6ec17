import type { GatewayParts } from './gateway-parts.ts'

/**
 * Work that is done in rounds: every so often on the process that takes care of what is done once for all, and at once on any process that has something to do. One round
 * at a time here; rounds of several processes may meet, so each step is judged again in the transaction that makes it. What a round cannot do the next one does.
 */
export abstract class Rounds {
  readonly #everyMs: number
  #parts: GatewayParts | null = null
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #isWaiting = false
  #closed = false

  constructor({ everyMs }: { everyMs: number }) {
    this.#everyMs = everyMs
  }

  /** One round. @param stop asked between its steps @throws what the round then tells as its fault */
  protected abstract work(parts: GatewayParts, stop: () => boolean): Promise<void>
  /** What the log says where a round could not be done. */
  protected abstract readonly fault: string

  /** From now on there are rounds. */
  protected begin(parts: GatewayParts): void {
    this.#parts = parts
    this.#timer = setInterval(() => {
      if (parts.nodeLife.isCaretaker) this.wake()
    }, this.#everyMs).unref()
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
      await this.work(parts, stop)
    } catch (error) {
      parts.logger.error({ err: error }, this.fault)
    }
  }
}
