import { failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { recordDecision, revokeReview } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type ReviewerAsk, reviewerFor } from './claim-review.ts'
import { endPublicity } from './end-publicity.ts'
import { isSubmitter } from './reviewer.ts'
import { requireReview } from './show-review.ts'
import { tellReview, wakeReceivers } from './tell-review.ts'

/**
 * Takes an approval back: the decision stays on record with this one behind it, and the picture is public no more.
 * @throws Failure `not_found`, `not_a_reviewer`, `review_not_approved`
 */
export async function revokeApproval(parts: GatewayParts, { why, ...ask }: ReviewerAsk & { why: string }): Promise<void> {
  const found = await requireReview(parts, ask)
  const { id, project_id: projectId, generation_id: generationId, image_id: imageId } = found
  if (found.state !== 'approved') throw failure('review_not_approved')
  const by = await reviewerFor(parts, found, ask)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([
    revokeReview(context, id),
    recordDecision(context, {
      itemId: id,
      projectId,
      decision: 'revoked',
      by,
      why,
      answers: {},
      imageSha256: found.image_sha256,
      readAtMs: null,
      isOwn: await isSubmitter(parts, found, by),
      ownApproval: null,
    }),
    tellReview(context, { reviewId: id, projectId, generationId, imageId }, 'review.revoked', {
      state: 'revoked',
      by: by.name,
      by_kind: by.kind,
    }),
    ...endPublicity(context, [imageId], { how: 'revoked', by: { id: by.keyId ?? 'admin', name: by.name }, why }),
  ])
  parts.metrics.reviewDecided({ decision: 'revoked', by: by.kind })
  wakeReceivers(parts)
}
