import { findOpenSets } from '../../../jobs/index.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { advanceSet } from './advance-set.ts'

const LOOK_EVERY_MS = 5000
/** Ends of many jobs at once are looked at together. */
const GATHER_MS = 100

/** Sees to it that sets go on: the next jobs are made of their items, and they end with the last. What is open stands in the database. */
export class JobSets {
  #parts: GatewayParts | null = null
  #timer: NodeJS.Timeout | null = null
  #soon: NodeJS.Timeout | null = null
  #working: Promise<void> = Promise.resolve()
  #closed = false

  /** Goes on with what earlier processes left. */
  start(parts: GatewayParts): void {
    this.#parts = parts
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref()
    parts.nodeLife.whenCaretaker(() => this.look())
    this.look()
  }

  /** A set was made, or may go on: whoever takes care of them is to look. */
  wake(): void {
    this.#parts?.signals.send('sets')
    this.look()
  }

  /** A job has ended, or somebody else says that a set may go on. */
  look(): void {
    if (this.#closed || this.#parts === null || this.#soon !== null) return
    const parts = this.#parts
    this.#soon = setTimeout(() => {
      this.#soon = null
      this.#working = this.#working.then(() => this.#work(parts))
    }, GATHER_MS).unref()
  }

  /** Resolves when nothing is being done any more. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer) clearInterval(this.#timer)
    if (this.#soon) clearTimeout(this.#soon)
    await this.#working
  }

  async #work(parts: GatewayParts): Promise<void> {
    if (this.#closed || parts.running.closing || !parts.nodeLife.isCaretaker) return
    try {
      for (const set of await findOpenSets(parts.database)) if (await advanceSet(parts, set)) this.look()
    } catch (error) {
      parts.logger.error({ err: error }, 'sets of jobs could not be gone on with; they are looked at again')
    }
  }
}
