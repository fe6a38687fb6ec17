import { Counter, Gauge, type Registry } from 'prom-client'

/** Batches of one route that have not ended. */
export interface OpenBatches {
  routeId: string
  count: number
  oldestSeconds: number
}

/** What is in batches, and what comes back of them. */
export interface BatchMetrics {
  /** What became of a line of a batch. */
  batchLine(line: string): void
  /** Batches that have not ended; routes that are not named have none. */
  openBatches(now: readonly OpenBatches[]): void
}

/** Registers what is told of batches. */
export function watchBatches(registers: Registry[]): BatchMetrics {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['route'], registers })
  const counts = gauge('darkroom_batches_open', 'Batches that have not ended, by route.')
  const oldest = gauge('darkroom_batch_oldest_seconds', 'How long ago the oldest of them was begun.')
  const lines = new Counter({
    name: 'darkroom_batch_lines_total',
    help: 'Lines of batches that ended since start, by what became of them.',
    labelNames: ['line'],
    registers,
  })
  return {
    batchLine: (line) => lines.inc({ line }),
    openBatches(now) {
      for (const each of [counts, oldest]) each.reset()
      for (const { routeId, count, oldestSeconds } of now) {
        counts.set({ route: routeId }, count)
        oldest.set({ route: routeId }, oldestSeconds)
      }
    },
  }
}
