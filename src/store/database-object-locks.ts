import { setTimeout as wait } from 'node:timers/promises'
import { failure } from '../contract/failure.ts'
import type { Database } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import {
  assertLocks,
  endEarlierHolders,
  endOtherHolders,
  LockLost,
  LockTaken,
  releaseLocks,
  renewLocks,
  takeLock,
} from './lock-statements.ts'
import { createObjectLocks, noHold, type ObjectHold, type ObjectLocks, type ObjectWork } from './object-locks.ts'

/** A lock holds so long, and is renewed three times in it. */
const HOLDS_MS = 60_000
/** So long behind its end it is taken over: far longer than any step between a look at the clock and the removal it allows. */
export const TAKEN_OVER_AFTER_MS = 60_000
const ASK_AGAIN_MS = 50
/** Longer than anything is put, renewed locks of large files apart. */
const PATIENCE_MS = 120_000

/** What locks between processes need. */
export interface LockParts {
  db: Database
  clock: Clock
  /** This process, by its boot. */
  holder: string
  /** True where other processes work on the same objects. False: rows are written only of what is put and of which nothing else would tell. */
  isShared: boolean
}

/**
 * Locks that hold between processes: within this one as `createObjectLocks`, beyond it by a row of the database for each hash. A process that dies
 * holding one leaves the row; it is taken over once its time has long been over. A process that was only stalled finds that out: its transaction
 * is refused, and it removes nothing. What an earlier process of the same data folder left is free at once, because that one is dead; where nobody shares the
 * objects, so is every other.
 */
export async function openObjectLocks(parts: LockParts): Promise<ObjectLocks> {
  const { db, holder, isShared } = parts
  await db.transact([isShared ? endEarlierHolders(db, holder) : endOtherHolders(db, holder)])
  const local = createObjectLocks()
  return {
    hold: (sha256s, work, about = {}) => {
      const names = [...new Set(sha256s)].sort()
      if (names.length === 0) return work(noHold)
      return local.hold(names, (hold) => (parts.isShared || about.putting ? withRows(parts, names, work, about) : work(hold)))
    },
  }
}

async function withRows<Result>(
  parts: LockParts,
  sha256s: readonly string[],
  work: (hold: ObjectHold) => Promise<Result>,
  { putting = [] }: ObjectWork,
): Promise<Result> {
  const { db, clock, holder } = parts
  const held = { sha256s, holder }
  let untilMonotonicMs = await take(parts, sha256s, putting)
  const renewing = setInterval(() => {
    const until = clock.monotonicMs() + HOLDS_MS
    db.transact([renewLocks(db, { ...held, untilMs: clock.nowMs() + HOLDS_MS })]).then(
      ([renewed]) => {
        untilMonotonicMs = renewed!.changes === sha256s.length ? until : 0
      },
      () => undefined,
    )
  }, HOLDS_MS / 3).unref()
  const hold: ObjectHold = {
    stillHeld: ({ sql }) => [assertLocks({ sql }, held)],
    assertHeld: () => {
      if (clock.monotonicMs() >= untilMonotonicMs) throw new LockLost(sha256s.join(', '))
    },
  }
  let isDone = false
  try {
    const result = await work(hold)
    isDone = true
    return result
  } finally {
    clearInterval(renewing)
    // What was put and not recorded is looked after by the next sweep.
    const end = isDone || putting.length === 0 ? releaseLocks(db, held) : renewLocks(db, { ...held, untilMs: 0 })
    await db.transact([end]).catch(() => undefined)
  }
}

/** Takes all of them in one transaction, so that two holders never wait for each other. @returns until when, by the monotonic clock */
async function take({ db, clock, holder }: LockParts, sha256s: readonly string[], putting: readonly string[]): Promise<number> {
  const giveUpMs = clock.monotonicMs() + PATIENCE_MS
  for (;;) {
    const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()]
    const orders = sha256s.map((sha256) => {
      const path = putting.find((each) => each.includes(sha256)) ?? null
      return takeLock(db, { sha256, holder, untilMs: nowMs + HOLDS_MS, path }, nowMs - TAKEN_OVER_AFTER_MS)
    })
    try {
      await db.transact(orders)
      return monotonicMs + HOLDS_MS
    } catch (error) {
      if (!(error instanceof LockTaken)) throw error
      if (monotonicMs > giveUpMs) throw failure('storage_unavailable', { cause: error })
      await wait(ASK_AGAIN_MS)
    }
  }
}
