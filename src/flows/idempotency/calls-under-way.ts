/** The generations this process makes now, for those who wait for one that somebody else began; and who comes first of several that ask for the same. */
export class CallsUnderWay {
  readonly #calls = new Map<string, PromiseWithResolvers<void>>()
  readonly #elsewhere = new Map<string, Set<() => void>>()
  readonly #tellOthers: (generationId: string) => void
  readonly #turns = new Map<string, Promise<void>>()
  readonly #accepting = new Map<string, Set<Promise<unknown>>>()

  /** @param tellOthers has other processes hear of an end */
  constructor(tellOthers: (generationId: string) => void = () => undefined) {
    this.#tellOthers = tellOthers
  }

  /** A generation is about to be recorded. */
  begin(generationId: string): void {
    this.#calls.set(generationId, Promise.withResolvers())
  }

  /** It has ended, or did not come about. May be said twice. */
  end(generationId: string): void {
    const call = this.#calls.get(generationId)
    if (!call) return
    call.resolve()
    this.#calls.delete(generationId)
    this.#tellOthers(generationId)
  }

  /** Another process says that a generation has ended. */
  endedElsewhere(generationId: string): void {
    for (const wake of this.#elsewhere.get(generationId) ?? []) wake()
  }

  /** Waits until another process says that a generation has ended, for a while: such words can be lost. */
  async elsewhere(generationId: string, patienceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = this.#elsewhere.get(generationId) ?? new Set()
    this.#elsewhere.set(generationId, waiting.add(resolve))
    const timer = setTimeout(resolve, patienceMs)
    await promise
    clearTimeout(timer)
    waiting.delete(resolve)
    if (waiting.size === 0) this.#elsewhere.delete(generationId)
  }

  /** Resolves when the generation has ended; null when it is not under way here. */
  ended(generationId: string): Promise<void> | null {
    return this.#calls.get(generationId)?.promise ?? null
  }

  /** Does the work, which accepts or refuses a call, where `accepted` sees it. */
  async accepting<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const doing = work()
    const together = this.#accepting.get(name) ?? new Set()
    this.#accepting.set(name, together.add(doing))
    try {
      return await doing
    } finally {
      together.delete(doing)
      if (together.size === 0 && this.#accepting.get(name) === together) this.#accepting.delete(name)
    }
  }

  /** Resolves when the calls of this name that are being looked at now are accepted or refused. */
  async accepted(name: string): Promise<void> {
    await Promise.allSettled(this.#accepting.get(name) ?? [])
  }

  /**
   * Runs the work once nobody else works under any of these names. Of several that ask for the same at once, the first is accepted or
   * refused before the next looks for it, so that it finds a call to wait for, or runs itself.
   */
  async inTurn<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> {
    if (names.length === 0) return work()
    // All places are taken in one go, without waiting between them: two holders can never wait for each other.
    const before = Promise.all(names.map((name) => this.#turns.get(name)))
    const { promise: over, resolve } = Promise.withResolvers<void>()
    for (const name of names) this.#turns.set(name, over)
    try {
      await before
      return await work()
    } finally {
      resolve()
      for (const name of names) if (this.#turns.get(name) === over) this.#turns.delete(name)
    }
  }
}
