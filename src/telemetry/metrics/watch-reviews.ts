import { Counter, Gauge, type Registry } from 'prom-client'

/** What waits to be looked at, and what was decided. */
export interface ReviewMetrics {
  /** How the queue stands now. */
  reviewQueue(queue: { open: number; overdue: number; oldestSeconds: number }): void
  /** Somebody decided, or the project's rule did. */
  reviewDecided(decision: { decision: 'approved' | 'rejected' | 'changes_requested' | 'revoked'; by: 'key' | 'admin' | 'policy' }): void
  /** A review was not decided in its time. */
  reviewOverdue(): void
}

/** Makes these metrics. */
export function watchReviews(registers: Registry[]): ReviewMetrics {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const open = gauge('darkroom_reviews_open', 'Pictures that wait for a decision.')
  const overdue = gauge('darkroom_reviews_overdue', 'Those whose time to decide is over.')
  const oldest = gauge('darkroom_reviews_oldest_seconds', 'How long the oldest of them has been waiting.')
  const decisions = new Counter({
    name: 'darkroom_review_decisions_total',
    help: 'Decisions since start, by what was decided and by whom.',
    labelNames: ['decision', 'by'],
    registers,
  })
  const breaches = new Counter({
    name: 'darkroom_review_breaches_total',
    help: 'Reviews since start that were not decided in their time.',
    registers,
  })
  return {
    reviewQueue(queue) {
      open.set(queue.open)
      overdue.set(queue.overdue)
      oldest.set(queue.oldestSeconds)
    },
    reviewDecided: (decision) => decisions.inc(decision),
    reviewOverdue: () => breaches.inc(),
  }
}
