import { RESOLVE_WITHIN_MS } from '../../generations/index.ts'
import type { UnknownResolver } from './unknown-resolver.ts'

/** Step E7: nobody found out in time. The call is taken to have been charged, at its estimate and not at its dearest reading. */
export const timeResolver: UnknownResolver = {
  step: 'E7',
  isDue: ({ started_at_ms }, _noted, nowMs) => nowMs >= started_at_ms + RESOLVE_WITHIN_MS,
  resolve: async (_parts, due) =>
    due.map(({ attempt_id }) => ({ attemptId: attempt_id, outcome: 'presumed', evidence: { rule: 'no evidence within 72 hours' } })),
}
