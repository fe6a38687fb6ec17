import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../primitives/clock.ts'

const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 500

/** How long one call goes on trying, with pauses that grow and differ, so that those who met do not meet again. */
export class Patience {
  readonly #clock: Clock
  readonly #endsAtMs: number
  #pauseMs = FIRST_PAUSE_MS

  constructor(clock: Clock, patienceMs: number) {
    this.#clock = clock
    this.#endsAtMs = clock.monotonicMs() + patienceMs
  }

  /** @throws the error when patience is at its end */
  async pauseOrThrow(error: Error): Promise<void> {
    const leftMs = this.#endsAtMs - this.#clock.monotonicMs()
    if (leftMs <= 0) throw error
    await wait(Math.min(leftMs, this.#pauseMs * (0.5 + Math.random())))
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2)
  }
}
