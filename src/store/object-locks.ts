/** Work on one object's bytes, one at a time. */
export interface ObjectLocks {
  /** Runs the work once nobody else works on any of these hashes. */
  hold<Result>(sha256s: readonly string[], work: () => Promise<Result>): Promise<Result>
}

/**
 * Objects are shared by hash, so somebody may delete the last reference to bytes that somebody else is just putting again.
 * Putting bytes and recording the reference to them is held together by this, and so is deciding that no reference is left and
 * removing the bytes; of the two, whoever comes second sees what the first has done. One data folder has one owner, so
 * locks in its process are enough.
 */
export function createObjectLocks(): ObjectLocks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    hold: (sha256s, work) => {
      const names = [...new Set(sha256s)]
      // All places are taken in one go, without waiting between them: two holders can never wait for each other.
      const turn = Promise.allSettled(names.map((name) => tails.get(name)))
      const run = turn.then(work)
      const ended = run.then(
        () => undefined,
        () => undefined,
      )
      for (const name of names) tails.set(name, ended)
      void ended.then(() => {
        for (const name of names) if (tails.get(name) === ended) tails.delete(name)
      })
      return run
    },
  }
}
