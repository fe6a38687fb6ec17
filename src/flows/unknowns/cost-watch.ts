import { formatUsd } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type CostComparison, compareCosts } from './compare-costs.ts'

const EVERY_MS = 24 * 60 * 60 * 1000
const FIRST_AFTER_MS = 10 * 60 * 1000

/** Compares books and bills once a day, and says where they do not agree. */
export class CostWatch {
  #first: NodeJS.Timeout | null = null
  #timer: NodeJS.Timeout | null = null
  #round: Promise<unknown> = Promise.resolve()

  /** The first comparison comes some minutes after the start. */
  start(parts: GatewayParts): void {
    const ask = () => {
      if (!parts.nodeLife.isCaretaker) return
      this.compare(parts).catch((error) => parts.logger.error({ err: error }, 'books and bills could not be compared'))
    }
    this.#first = setTimeout(ask, FIRST_AFTER_MS).unref()
    this.#timer = setInterval(ask, EVERY_MS).unref()
  }

  /** Compares now, behind a comparison under way. */
  compare(parts: GatewayParts): Promise<CostComparison[]> {
    const round = this.#round.then(async () => {
      const comparisons = await compareCosts(parts)
      for (const comparison of comparisons) tell(parts, comparison)
      return comparisons
    })
    this.#round = round.catch(() => undefined)
    return round
  }

  /** Resolves when no comparison is under way any more. */
  async close(): Promise<void> {
    if (this.#first) clearTimeout(this.#first)
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
  }
}

function tell({ metrics, logger }: GatewayParts, comparison: CostComparison): void {
  metrics.costDrift(comparison.routeIds[0]!, comparison.drift)
  if (comparison.isAlarm)
    logger.warn(
      { route_id: comparison.routeIds[0]!, route_owner: comparison.owner, outcome: costWords(comparison) },
      'books and bill do not agree',
    )
}

/** A comparison in one sentence. */
export function costWords({ from, to, booked, held, billed, drift }: CostComparison): string {
  const unknown = held > 0n ? ` and $${formatUsd(held)} held` : ''
  return `from ${from} to ${to}: $${formatUsd(billed)} billed, $${formatUsd(booked)} booked${unknown}, ${(drift * 100).toFixed(1)} % unexplained`
}
