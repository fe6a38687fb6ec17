import type { Statement, StatementContext } from '../db/index.ts'

/** The lock on some objects while work goes on under it. */
export interface ObjectHold {
  /** Belongs into the transaction that refers to what was put: it is refused where another process has taken the lock over. */
  stillHeld(context: Pick<StatementContext, 'sql'>): Statement[]
  /** To be asked right before bytes are removed. @throws Error where another process may have taken the lock over. */
  assertHeld(): void
}

/** What is to be known of the work before it begins. */
export interface ObjectWork {
  /** Paths about to be put of which nothing else would tell if the process died: they are looked after by the next sweep. */
  putting?: readonly string[]
}

/** Work on one object's bytes, one at a time. */
export interface ObjectLocks {
  /** Runs the work once nobody else works on any of these hashes. */
  hold<Result>(sha256s: readonly string[], work: (hold: ObjectHold) => Promise<Result>, about?: ObjectWork): Promise<Result>
}

/** That of a lock which nobody can take over. */
export const noHold: ObjectHold = { stillHeld: () => [], assertHeld: () => undefined }

/**
 * Objects are shared by hash, so somebody may delete the last reference to bytes that somebody else is just putting again.
 * Putting bytes and recording the reference to them is held together by this, and so is deciding that no reference is left and
 * removing the bytes; of the two, whoever comes second sees what the first has done. This holds within one process, which is enough where one
 * process owns the data; `openObjectLocks` makes those that hold between processes.
 */
export function createObjectLocks(): ObjectLocks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    hold: (sha256s, work) => {
      const names = [...new Set(sha256s)]
      // All places are taken in one go, without waiting between them: two holders can never wait for each other.
      const turn = Promise.allSettled(names.map((name) => tails.get(name)))
      const run = turn.then(() => work(noHold))
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
