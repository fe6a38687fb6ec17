import type { GatewayParts } from '../gateway-parts.ts'
import { Rounds } from '../rounds.ts'
import { letGuardDecide } from './guard-decides.ts'
import { openDueReviews } from './open-due-reviews.ts'
import { tellOverdue } from './tell-overdue.ts'

const EVERY_MS = 15_000

/**
 * Puts into the queue what is to be looked at, lets the guard decide what it may, and tells of what is overdue: every fifteen seconds, and whenever
 * pictures were delivered here.
 */
export class ReviewRounds extends Rounds {
  protected readonly fault = 'pictures that are to be looked at could not be put into the queue'

  constructor() {
    super({ everyMs: EVERY_MS })
  }

  /** Begins with what an earlier process left. */
  start(parts: GatewayParts): void {
    this.begin(parts)
    this.wake()
  }

  protected async work(parts: GatewayParts, stop: () => boolean): Promise<void> {
    await openDueReviews(parts, stop)
    await letGuardDecide(parts, stop)
    await tellOverdue(parts, stop)
  }
}
