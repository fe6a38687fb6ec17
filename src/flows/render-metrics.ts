import { findOpenBatches } from '../batches/index.ts'
import { countDueImages, sumUnknowns } from '../generations/index.ts'
import { sumWaiting } from '../jobs/index.ts'
import { countOpenReviews } from '../review/index.ts'
import { waitingLanes } from '../webhooks/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { spoolRoom } from './spool-room.ts'

/**
 * The metrics as they stand. What is on record is counted now: what is unknown, what waits, what is in batches. Every process that works on one
 * database says the same of it.
 */
export async function renderMetrics(parts: GatewayParts): Promise<string> {
  const { metrics, database, jobs } = parts
  const nowMs = parts.clock.nowMs()
  const counts = [countUnknowns, countJobs, countBatches, countWebhooks, countDue, countReviews]
  await Promise.all(counts.map((count) => count(parts, nowMs)))
  metrics.jobsRunning(jobs.load.running)
  metrics.routesNow(
    parts.routes.list().map((route) => {
      const { state, in_flight } = parts.health.stateOf(route)
      return { routeId: route.id, state, callsUnderWay: in_flight }
    }),
  )
  const figures = database.figures?.()
  if (figures) metrics.databaseNow(figures)
  const freeBytes = await spoolRoom(parts.spoolFolder)
  if (freeBytes !== null) metrics.spoolRoom(freeBytes)
  return metrics.render()
}

const secondsSince = (atMs: number, nowMs: number) => (nowMs - atMs) / 1000

async function countUnknowns({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const totals = await sumUnknowns(database, { projectId: null })
  metrics.unknownOutcomes(
    totals.map(({ route_owner, book, count, held_nanos, oldest_at_ms }) => ({
      routeOwner: route_owner,
      book,
      count,
      heldNanos: held_nanos,
      oldestSeconds: secondsSince(oldest_at_ms, nowMs),
    })),
  )
}

async function countJobs({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const waiting = await sumWaiting(database)
  metrics.jobsWaiting(
    waiting.map(({ lane, count, oldestReadyAtMs }) => ({ lane, count, oldestSeconds: secondsSince(oldestReadyAtMs, nowMs) })),
  )
}

async function countBatches({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const batches = Map.groupBy(await findOpenBatches(database), ({ route_id }) => route_id)
  metrics.openBatches(
    [...batches].map(([routeId, open]) => ({
      routeId,
      count: open.length,
      oldestSeconds: secondsSince(open[0]!.created_at_ms, nowMs),
    })),
  )
}

async function countWebhooks({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const lanes = await waitingLanes(database)
  const dueAtMs = Math.min(nowMs, ...lanes.map(({ due_at_ms }) => due_at_ms))
  metrics.webhookBacklog({
    messages: lanes.reduce((sum, { waiting }) => sum + waiting, 0),
    oldestDueSeconds: secondsSince(dueAtMs, nowMs),
  })
}

async function countDue({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const { images, oldestMs } = await countDueImages(database, nowMs)
  metrics.imagesDue({ images, oldestSeconds: oldestMs === null ? 0 : secondsSince(oldestMs, nowMs) })
}

async function countReviews({ database, metrics }: GatewayParts, nowMs: number): Promise<void> {
  const { open, overdue, oldestMs } = await countOpenReviews(database, nowMs)
  metrics.reviewQueue({ open, overdue, oldestSeconds: oldestMs === null ? 0 : secondsSince(oldestMs, nowMs) })
}
