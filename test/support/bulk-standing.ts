import type { Bulk } from '../../src/contract/bulk-replies.ts'

const money = (nanos: bigint) => ({ usd: String(nanos), nanos: String(nanos) })

/** A bulk of 500 items that is half done, as the gateway shows one. */
export function bulkStanding({
  counts = {},
  settledNanos = 731_200_000n,
  ...change
}: Partial<Omit<Bulk, 'counts'>> & { counts?: Partial<Bulk['counts']>; settledNanos?: bigint } = {}): Bulk {
  const none = { waiting: 0, queued: 0, running: 0, completed: 0, failed: 0, refused: 0, cancelled: 0, outcome_unknown: 0 }
  const path = '/v2/jobs/bulk/set_1'
  return {
    id: 'set_1',
    name: 'posters',
    state: 'running',
    pause_reason: null,
    lane: 'standard',
    priority: 'low',
    total: 500,
    counts: { ...none, waiting: 186, running: 64, completed: 247, failed: 3, ...counts },
    done: 0.5,
    cost: { estimated: money(0n), reserved: money(0n), settled: money(settledNanos), held_unknown: money(0n) },
    per_minute: 41.4,
    eta: '2026-11-29T12:06:00.000Z',
    created_at: '2026-11-29T11:50:00.000Z',
    ended_at: null,
    items: `${path}/items`,
    manifest: `${path}/manifest`,
    archive: `${path}/archive`,
    ...change,
  }
}
