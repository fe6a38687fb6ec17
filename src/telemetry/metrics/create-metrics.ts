import { Registry } from 'prom-client'
import { type BatchMetrics, watchBatches } from './watch-batches.ts'
import { type CallMetrics, watchCalls } from './watch-calls.ts'
import { type GuardMetrics, watchGuard } from './watch-guard.ts'
import { type JobMetrics, watchJobs } from './watch-jobs.ts'
import { type MoneyMetrics, watchMoney } from './watch-money.ts'
import { watchProcess } from './watch-process.ts'
import { type RequestMetrics, watchRequests } from './watch-requests.ts'
import { type RetentionMetrics, watchRetention } from './watch-retention.ts'
import { type ReviewMetrics, watchReviews } from './watch-reviews.ts'
import { type RouteMetrics, watchRoutes } from './watch-routes.ts'
import { type StorageMetrics, watchStorage } from './watch-storage.ts'
import { type WebhookMetrics, watchWebhooks } from './watch-webhooks.ts'

/**
 * What the gateway counts, and its text for Prometheus. Labels come from small fixed sets and from the configuration: no ids, no projects,
 * no models asked. `docs/operations.md` lists every metric (held by test).
 */
export interface Metrics
  extends RequestMetrics,
    CallMetrics,
    MoneyMetrics,
    RouteMetrics,
    JobMetrics,
    BatchMetrics,
    WebhookMetrics,
    StorageMetrics,
    RetentionMetrics,
    ReviewMetrics,
    GuardMetrics {
  /** Media type of `render`. */
  readonly contentType: string
  /** The Prometheus text format, version 0.0.4. */
  render(): Promise<string>
  /** Stops watching the event loop. */
  close(): void
}

/**
 * Makes the metrics with a registry of their own, so that two gateways in one process, as in tests, do not count together.
 * @param version of this release
 */
export function createMetrics({ version }: { version: string }): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const watched = {
    ...watchRequests(registers),
    ...watchCalls(registers),
    ...watchMoney(registers),
    ...watchRoutes(registers),
    ...watchJobs(registers),
    ...watchBatches(registers),
    ...watchWebhooks(registers),
    ...watchStorage(registers),
    ...watchRetention(registers),
    ...watchReviews(registers),
    ...watchGuard(registers),
  }
  const close = watchProcess(registers, { version })
  return { ...watched, contentType: registry.contentType, render: () => registry.metrics(), close }
}
