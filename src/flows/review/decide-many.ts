import type { z } from 'zod'
import { errorBody, Failure } from '../../contract/failure.ts'
import type { bulkDecidedSchema, bulkDecisionsSchema } from '../../contract/record.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { ReviewerAsk } from './claim-review.ts'
import { decideReview } from './decide-review.ts'
import { editAfterDecision, type ReviewCaller } from './edit-for-review.ts'
import { requireReview } from './show-review.ts'

type BulkDecided = z.infer<typeof bulkDecidedSchema>

/** Decides one review after the other: each as if it had been asked for alone. One that is refused holds up none of the others. */
export async function decideMany(
  parts: GatewayParts,
  ask: Omit<ReviewerAsk, 'id'> & ReviewCaller & { decisions: z.output<typeof bulkDecisionsSchema>['decisions'] },
): Promise<BulkDecided> {
  const results: BulkDecided['results'] = []
  for (const { id, ...body } of ask.decisions) {
    try {
      await decideReview(parts, { ...ask, id, body })
      const edit = await editAfterDecision(parts, { ...ask, id }, body)
      const { state } = await requireReview(parts, { id, projectId: ask.projectId })
      results.push({ id, ok: true, state: state as 'approved', ...edit, error: null })
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      results.push({ id, ok: false, state: null, job_id: null, edit_error: null, error: shown(error, ask.requestId) })
    }
  }
  return { results }
}

const shown = (error: Failure, requestId: string) => errorBody(error, { requestId }).error
