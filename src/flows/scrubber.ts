import type { GatewayParts } from './gateway-parts.ts'
import { verifyObjects } from './verify-objects.ts'

/** Read in one round: a store of 100 GB is looked through in three days of rounds every ten minutes. */
const ROUND_BYTES = 256 * 1024 * 1024

/** Looks through the kept objects bit by bit, over and over, so that damage is found before somebody needs the bytes. */
export class Scrubber {
  /** Where the next round goes on. The first one begins anywhere: a process that is often restarted looks at all of them too. */
  #after: string | null = null

  /** One round. What is damaged or missing is told to log and metrics. */
  async work(parts: GatewayParts): Promise<void> {
    this.#after ??= Math.floor(parts.chance() * 0xffff).toString(16)
    const { next } = await verifyObjects(parts, { after: this.#after, mostBytes: ROUND_BYTES })
    this.#after = next ?? ''
  }
}
