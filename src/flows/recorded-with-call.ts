import type { DarkroomHeaders } from '../contract/darkroom-headers.ts'
import type { Retention } from '../contract/retention.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { ReviewFacts } from '../review/index.ts'
import { recordLabels } from '../search/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { declaredTexts, keepTexts } from './guard/keep-texts.ts'
import { dueReviewOf } from './review/due-review.ts'
import { reviewFacts } from './review/review-facts.ts'
import { indexPrompt } from './search/index-prompt.ts'

/** A call that is about to be accepted. */
interface AcceptedCall {
  id: string
  principal: { projectId: string }
  /** By whose words it is to be found. */
  prompt: string
  review: ReviewFacts
}

/** Statements for one transaction, once everything that has to be waited for is there. */
type Prepared = (context: StatementContext) => Statement[]

/**
 * What the transaction that accepts a call writes beside the call itself: the words and labels it is found by, and whether somebody looks at its pictures.
 * @param keptFor how long prompts are kept
 */
export async function recordedWithCall(parts: GatewayParts, call: AcceptedCall, keptFor: Retention['prompts']): Promise<Prepared> {
  const { id, principal, prompt, review } = call
  const dueReview = await dueReviewOf(parts, call, review)
  const words = { generationId: id, projectId: principal.projectId, prompt, keptFor }
  const labels = { generationId: id, projectId: principal.projectId, labels: review.metadata }
  return (context) => [...indexPrompt(parts, context, words), ...recordLabels(context, labels), ...dueReview(context)]
}

/** The same of an image call, with the texts that its pictures shall show. */
export async function recordedWithImages(
  parts: GatewayParts,
  run: Pick<GenerationRun, 'id' | 'principal' | 'request' | 'asked'>,
  headers: DarkroomHeaders,
  keptFor: Retention['prompts'],
): Promise<Prepared> {
  const { id, principal, request, asked } = run
  const call = await recordedWithCall(parts, { id, principal, prompt: request.prompt, review: reviewFacts(asked, headers) }, keptFor)
  const texts = await keepTexts(parts, { id, texts: declaredTexts(asked.extension) }, keptFor)
  return (context) => [...call(context), ...texts(context)]
}
