import type { Clock } from '../../primitives/clock.ts'

/** The one deadline of a call that is made of many requests. */
export class Deadline {
  readonly #clock: Clock
  readonly #endMs: number
  readonly #signal: AbortSignal | undefined

  /** @param signal ends the call early. */
  constructor(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined) {
    this.#clock = clock
    this.#endMs = clock.monotonicMs() + timeoutMs
    this.#signal = signal
  }

  /** Milliseconds that are left; 0 when none are. */
  remainingMs(): number {
    return Math.max(0, this.#endMs - this.#clock.monotonicMs())
  }

  /** Why nothing more may be done; null while there is time. */
  whyOver(): 'timeout' | 'aborted' | null {
    if (this.#signal?.aborted) return 'aborted'
    return this.remainingMs() === 0 ? 'timeout' : null
  }

  /** Waits for somebody else, and no longer than there is time. @returns whether it came in time. */
  async inTime(work: Promise<void>): Promise<boolean> {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const stop = () => resolve()
    const timer = setTimeout(stop, this.remainingMs())
    this.#signal?.addEventListener('abort', stop)
    if (this.#signal?.aborted) stop()
    try {
      return await Promise.race([work.then(() => true), over.then(() => false)])
    } finally {
      clearTimeout(timer)
      this.#signal?.removeEventListener('abort', stop)
      stop()
    }
  }
}
