import type { CallRecord } from '../call-log.ts'
import { chargePhase, type FaultScript } from '../faults/fault-script.ts'
import type { Face } from './face.ts'

/**
 * Counts the charged calls of faces that swap their model, by face. A call takes its place in the count before it is charged, as it must
 * know by then who works; calls at the same time take different ones.
 */
export class SwapCounter {
  readonly #counts = new Map<string, number>()
  /** Calls that hold a place and are not over, with their face's name. */
  readonly #holding = new Map<CallRecord, string>()

  /**
   * What a call's face adds to its script.
   * @param script what markers and armed faults say: a call that they make free takes no place.
   */
  take(record: CallRecord, { name, swap }: Face, script: FaultScript): FaultScript {
    if (!swap) return {}
    const before = this.#counts.get(name) ?? 0
    if (chargePhase(script) !== null) {
      this.#counts.set(name, before + 1)
      this.#holding.set(record, name)
    }
    return before < swap.afterCalls ? {} : { swap: swap.model, says: { size: 'asked', quality: 'asked' } }
  }

  /** A call is over: one that was not charged after all gives its place back. */
  release(record: CallRecord): void {
    const name = this.#holding.get(record)
    if (name !== undefined && !record.charged) this.#counts.set(name, this.#counts.get(name)! - 1)
    this.#holding.delete(record)
  }

  /** A call's work goes on without it: its place counts, also if that work is stopped before it is charged. */
  keep(record: CallRecord): void {
    this.#holding.delete(record)
  }
}
