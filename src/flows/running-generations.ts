import { failure } from '../contract/failure.ts'

/** The generations this process has under way: shutdown waits for them, and nothing new begins once it was asked for. */
export class RunningGenerations {
  readonly #running = new Set<Promise<void>>()
  #closing = false

  /** How many are under way. */
  get size(): number {
    return this.#running.size
  }

  /** True once no new work is taken. */
  get closing(): boolean {
    return this.#closing
  }

  /** @throws Failure `shutting_down` once `close` was called. */
  assertOpen(): void {
    if (this.#closing) throw failure('shutting_down', { retryAfterMs: 5000 })
  }

  /** Keeps a generation in sight until it ends. The promise must not reject. */
  track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
    return tracked
  }

  /** Refuses new work and resolves when what is under way has ended, or after the grace. Resolves with how many were left. */
  async close(graceMs: number): Promise<number> {
    this.#closing = true
    const { promise: tooLate, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, graceMs)
    await Promise.race([Promise.all(this.#running), tooLate])
    clearTimeout(timer)
    return this.#running.size
  }
}
