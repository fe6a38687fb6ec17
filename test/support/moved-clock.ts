import { type Clock, systemClock } from '../../src/primitives/clock.ts'

/** A clock that runs as the system's does and can be set and moved. */
export interface MovedClock extends Clock {
  /** Lets so much time pass at once, for both its readings. */
  move(ms: number): void
}

/** @param start ISO time at which it starts, e.g. `2026-11-20`, for tests of what holds on that day only; now when left out */
export function movedClock(start?: string): MovedClock {
  let shiftMs = 0
  const offsetMs = start === undefined ? 0 : Date.parse(start) - Date.now()
  return {
    nowMs: () => systemClock.nowMs() + offsetMs + shiftMs,
    monotonicMs: () => systemClock.monotonicMs() + shiftMs,
    move: (ms) => {
      shiftMs += ms
    },
  }
}
