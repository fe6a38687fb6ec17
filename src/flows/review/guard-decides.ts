import { type Statement, statementContext } from '../../db/index.ts'
import { findGuardVerdicts } from '../../guard/index.ts'
import { declineByGuard, type FoundReview, reviewsForGuard } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { decided } from './decide-review.ts'
import { wakeReceivers } from './tell-review.ts'

const BATCH = 100

/** Who approves where a project's rule does: not the guard, which only says what it found. */
const policy = { kind: 'policy' as const, keyId: null, name: 'policy auto_approve: adoptable', person: 'policy' }

/**
 * Approves what the guard calls adoptable, where the project's rule says so, and leaves everything else that it has judged to people. What is
 * claimed is somebody's already. Two processes may look at once: the second finds that it was decided.
 * @param stop asked before each review
 */
export async function letGuardDecide(parts: GatewayParts, stop: () => boolean): Promise<void> {
  let after: string | null = null
  for (;;) {
    const waiting: FoundReview[] = await reviewsForGuard(parts.database, after, BATCH)
    const verdicts = await findGuardVerdicts(
      parts.database,
      waiting.map(({ image_id }) => image_id),
    )
    for (const one of waiting) {
      if (stop()) return
      await settle(parts, one, verdicts.get(one.image_id) ?? null)
    }
    if (waiting.length < BATCH) return
    after = waiting.at(-1)!.id
  }
}

async function settle(parts: GatewayParts, one: FoundReview, verdict: { state: string; overall: string | null } | null): Promise<void> {
  if (verdict?.state === 'pending' || one.state !== 'open') return
  const isAdoptable = verdict?.state === 'judged' && verdict.overall === 'adoptable'
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const noPerson = { answers: {}, readAtMs: null, isOwn: false, ownApproval: null }
  const approval = { decision: 'approved' as const, by: policy, why: 'The guard calls it adoptable.', ...noPerson }
  const statements: Statement[] = isAdoptable ? decided(context, one, approval) : [declineByGuard(context, one.id)]
  try {
    await parts.database.transact(statements)
  } catch (error) {
    parts.logger.warn({ image_id: one.image_id, err: error }, 'a review was decided by somebody else before the guard could')
    return
  }
  if (!isAdoptable) return
  parts.metrics.reviewDecided({ decision: 'approved', by: 'policy' })
  wakeReceivers(parts)
}
