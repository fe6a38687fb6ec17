import { type Failure, failure } from '../contract/failure.ts'

/** When a refused request may come again: a process manager has put another one in this one's place by then. */
const COME_AGAIN_MS = 5000

/** What callers are told from then on. */
export function shuttingDown(): Failure {
  return failure('shutting_down', { retryAfterMs: COME_AGAIN_MS })
}

/** The generations this process has under way: shutdown waits for them, and nothing new begins once it was asked for. */
export class RunningGenerations {
  /** Accepted: on record, or about to be; nobody runs them yet. */
  readonly #accepted = new Set<string>()
  readonly #running = new Set<Promise<void>>()
  #closing = false
  #whenIdle = Promise.withResolvers<void>()
  readonly #hurried = Promise.withResolvers<void>()
  readonly #whenClosing = new Set<() => void>()

  /** How many are under way, those included that were accepted and are about to begin. */
  get size(): number {
    return this.#running.size + this.#accepted.size
  }

  /** True once no new work is taken. */
  get closing(): boolean {
    return this.#closing
  }

  /** Calls back when no new work is taken any more; at once where that is so. @returns ends it */
  whenClosing(leave: () => void): Disposable {
    this.#whenClosing.add(leave)
    if (this.#closing) leave()
    return { [Symbol.dispose]: () => void this.#whenClosing.delete(leave) }
  }

  /** @throws Failure `shutting_down` once `drain` was called. */
  assertOpen(): void {
    if (this.#closing) throw shuttingDown()
  }

  /**
   * Announces a generation that is about to be put on record: from here on shutdown waits for it, so that no call is made of which it does
   * not know. `track` or `withdraw` is to follow.
   * @throws Failure `shutting_down` once `drain` was called.
   */
  expect(generationId: string): void {
    this.assertOpen()
    this.#accepted.add(generationId)
  }

  /** A generation that was expected was refused after all. */
  withdraw(generationId: string): void {
    this.#accepted.delete(generationId)
    this.#noteIdle()
  }

  /** Keeps a generation in sight until it ends. The promise must not reject. */
  track(generationId: string, work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => {
      this.#running.delete(tracked)
      this.#noteIdle()
    })
    this.#running.add(tracked)
    this.#accepted.delete(generationId)
    return tracked
  }

  /** Refuses new work and resolves when what is under way has ended, after the grace, or when it was hurried. Resolves with how many were left. */
  async drain(graceMs: number): Promise<number> {
    this.#close()
    return this.#idleWithin(graceMs, this.#hurried.promise)
  }

  /** Ends the waiting of `drain`, now or to come. */
  hurry(): void {
    this.#close()
    this.#hurried.resolve()
  }

  /** Waits for what is under way, for a time, whether or not somebody is in a hurry. Resolves with how many were left. */
  endedWithin(patienceMs: number): Promise<number> {
    return this.#idleWithin(patienceMs)
  }

  async #idleWithin(patienceMs: number, ...orWhen: Promise<void>[]): Promise<number> {
    if (this.size === 0) return 0
    const { promise: tooLate, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, patienceMs)
    await Promise.race([this.#whenIdle.promise, tooLate, ...orWhen])
    clearTimeout(timer)
    return this.size
  }

  #close(): void {
    if (this.#closing) return
    this.#closing = true
    for (const leave of this.#whenClosing) leave()
  }

  #noteIdle(): void {
    if (this.size > 0) return
    this.#whenIdle.resolve()
    this.#whenIdle = Promise.withResolvers<void>()
  }
}
