const ANY = '*'

/** Wakes those who listen to jobs, here and in other processes. What happened stands in the database; who misses a call finds it there. */
export class JobEvents {
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #tellOthers: (jobId: string) => void
  #onAny: () => void = () => undefined

  /** @param tellOthers has other processes hear of it */
  constructor(tellOthers: (jobId: string) => void = () => undefined) {
    this.#tellOthers = tellOthers
  }

  /** Called whenever something happened to any job. */
  whenAny(wake: () => void): void {
    this.#onAny = wake
  }

  /** Something about a job is on record now. */
  happened(jobId: string): void {
    this.heard(jobId)
    this.#tellOthers(jobId)
  }

  /** Another process has put something on record; null where nobody knows of which job. */
  heard(jobId: string | null): void {
    const names = jobId === null ? [...this.#listeners.keys()] : [jobId, ANY]
    for (const name of names) for (const wake of this.#listeners.get(name) ?? []) wake()
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
