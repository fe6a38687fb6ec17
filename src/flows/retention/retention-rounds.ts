import { clearLeftPuts, TAKEN_OVER_AFTER_MS } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { Rounds } from '../rounds.ts'
import { expireDue } from './expire-due.ts'
import { removalParts, sweepObjects } from './sweep-objects.ts'

/** Bytes are gone within a minute of a deletion, also where another process was told of it. */
const EVERY_MS = 15_000

/** Deletes what its time is over for and removes the bytes of what was deleted: every fifteen seconds, and at once where something was deleted. Objects are judged under their locks. */
export class RetentionRounds extends Rounds {
  protected readonly fault = 'what was deleted, or is to be, could not be removed'

  constructor() {
    super({ everyMs: EVERY_MS })
  }

  /** Resolves when what an earlier process left is done. */
  async start(parts: GatewayParts): Promise<void> {
    this.begin(parts)
    if (parts.nodeLife.isCaretaker) await this.run()
  }

  protected async work(parts: GatewayParts, stop: () => boolean): Promise<void> {
    const expired = await expireDue(parts, stop)
    await clearLeftPuts(removalParts(parts), parts.clock.nowMs() - TAKEN_OVER_AFTER_MS)
    const removed = await sweepObjects(parts, stop)
    parts.metrics.retention({ expired, ...removed })
  }
}
