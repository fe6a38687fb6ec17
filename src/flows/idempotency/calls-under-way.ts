/** The generations this process makes now, for those who wait for one that somebody else began; and who comes first of several that ask for the same. */
export class CallsUnderWay {
  readonly #calls = new Map<string, PromiseWithResolvers<void>>()
  readonly #turns = new Map<string, Promise<void>>()
  readonly #accepting = new Map<string, Set<Promise<unknown>>>()

  /** A generation is about to be recorded. */
  begin(generationId: string): void {
    this.#calls.set(generationId, Promise.withResolvers())
  }

  /** It has ended, or did not come about. May be said twice. */
  end(generationId: string): void {
    this.#calls.get(generationId)?.resolve()
    this.#calls.delete(generationId)
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
