const ANY = '*'

/** Wakes those who listen to jobs of this process. What happened stands in the database; who misses a call finds it there. */
export class JobEvents {
  readonly #listeners = new Map<string, Set<() => void>>()
  #onAny: () => void = () => undefined

  /** Called whenever something happened to any job. */
  whenAny(wake: () => void): void {
    this.#onAny = wake
  }

  /** Something about a job is on record now. */
  happened(jobId: string): void {
    for (const name of [jobId, ANY]) for (const wake of this.#listeners.get(name) ?? []) wake()
    this.#onAny()
  }

  /** Calls back whenever something happens to a job; to any, where null is given. @returns ends it */
  listen(jobId: string | null, wake: () => void): Disposable {
    const name = jobId ?? ANY
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(wake))
    return {
      [Symbol.dispose]: () => {
        listeners.delete(wake)
        if (listeners.size === 0) this.#listeners.delete(name)
      },
    }
  }
}
