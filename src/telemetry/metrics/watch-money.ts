import { Counter, Gauge, type Registry } from 'prom-client'

/** An amount on one route owner's account; play money is a book of its own. */
export interface BookedAmount {
  routeOwner: string
  book: string
  nanos: bigint
}

/** What is unknown now of one route owner, in one book. */
export interface UnknownOutcomes {
  routeOwner: string
  book: string
  count: number
  heldNanos: bigint
  oldestSeconds: number
}

/** What calls cost, and what nobody knows of that. */
export interface MoneyMetrics {
  /** Money settled by a call. */
  settled(amount: BookedAmount): void
  /** Money newly held because nobody knows whether a call was charged. */
  heldUnknown(amount: BookedAmount): void
  /** How much is unknown now; owners that are not named have nothing. */
  unknownOutcomes(now: readonly UnknownOutcomes[]): void
  /** How far books and bill of an account are apart, as a share; the route that asks stands for it. */
  costDrift(routeId: string, share: number): void
  /** A budget that was spent to a threshold, in percent. */
  budgetAlert(percent: number): void
  /** A call that cost more than was set aside for it. */
  overshot(overBudget: boolean): void
}

const perAccount = ['route_owner', 'book']

/** A double holds cents of millions exactly enough for a graph; the ledger alone is exact. */
const dollars = (nanos: bigint) => Number(nanos) / 1e9

/** Registers what is told of money. */
export function watchMoney(registers: Registry[]): MoneyMetrics {
  const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers })
  const gauge = (name: string, help: string, labelNames = perAccount) => new Gauge({ name, help, labelNames, registers })
  const cost = counter('darkroom_cost_dollars_total', 'Settled cost in USD since start. The ledger is the exact record.', perAccount)
  const held = counter('darkroom_held_unknown_dollars_total', 'USD put on hold since start because a charge is unknown.', perAccount)
  const unknowns = {
    counts: gauge('darkroom_unknown_outcomes', 'Calls whose outcome nobody knows, by route owner.'),
    dollars: gauge('darkroom_unknown_held_dollars', 'USD held for them now. The ledger is the exact record.'),
    oldest: gauge('darkroom_unknown_oldest_seconds', 'How long ago the oldest of them was sent.'),
  }
  const drift = gauge(
    'darkroom_cost_drift_ratio',
    'Share of the last seven days on the bill of an account that the ledger does not explain, by route.',
    ['route'],
  )
  const alerts = counter('darkroom_budget_alerts_total', 'Budgets that were spent to a threshold since start, by percent.', ['percent'])
  const overshoots = counter(
    'darkroom_overshoots_total',
    'Calls that cost more than was set aside for them since start, by whether a budget is above its limit now.',
    ['over_budget'],
  )
  return {
    settled: ({ routeOwner, book, nanos }) => cost.inc({ route_owner: routeOwner, book }, dollars(nanos)),
    heldUnknown: ({ routeOwner, book, nanos }) => held.inc({ route_owner: routeOwner, book }, dollars(nanos)),
    unknownOutcomes(now) {
      // What is not named any more goes back to nothing.
      for (const each of Object.values(unknowns)) each.reset()
      for (const { routeOwner, book, count, heldNanos, oldestSeconds } of now) {
        const labels = { route_owner: routeOwner, book }
        unknowns.counts.set(labels, count)
        unknowns.dollars.set(labels, dollars(heldNanos))
        unknowns.oldest.set(labels, oldestSeconds)
      }
    },
    costDrift: (routeId, share) => drift.set({ route: routeId }, share),
    budgetAlert: (percent) => alerts.inc({ percent: String(percent) }),
    overshot: (overBudget) => overshoots.inc({ over_budget: String(overBudget) }),
  }
}
