import { noReview } from '../../contract/review-policy.ts'
import type { Statement, StatementContext } from '../../db/index.ts'
import { planReview, type ReviewFacts, recordDueReview } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The call that is about to be accepted. */
interface AcceptedCall {
  id: string
  principal: { projectId: string }
}

/**
 * What the transaction that accepts a call must write, so that its pictures are looked at when they have come: nothing, unless its project's
 * rules or its own wish say so. @throws Failure `database_unavailable`
 */
export async function dueReviewOf(
  parts: Pick<GatewayParts, 'access'>,
  { id: generationId, principal: { projectId } }: AcceptedCall,
  facts: ReviewFacts,
): Promise<(context: StatementContext) => Statement[]> {
  const { settings } = await parts.access.projects.settingsOf(projectId)
  const plan = planReview(settings.review ?? noReview, facts, generationId)
  return plan === null ? () => [] : (context) => [recordDueReview(context, { generationId, projectId, plan })]
}
