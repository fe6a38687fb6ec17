import type { DarkroomHeaders } from '../contract/darkroom-headers.ts'
import type { Retention } from '../contract/retention.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import { recordLabels } from '../search/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { declaredTexts, keepTexts } from './guard/keep-texts.ts'
import { dueReviewOf } from './review/due-review.ts'
import { reviewFacts } from './review/review-facts.ts'
import { indexPrompt } from './search/index-prompt.ts'

/** A call that is about to be accepted. */
interface AcceptedCall {
  id: string
  principal: { projectId: string }
  /** By whose words it is to be found. */
  request: { prompt: string }
  asked: Parameters<typeof reviewFacts>[0]
}

/** Statements for one transaction, once everything that has to be waited for is there. */
type Prepared = (context: StatementContext) => Statement[]

/**
 * What the transaction that accepts a call writes beside the call itself: the words and labels it is found by, whether somebody looks at its pictures, and the texts that they shall show.
 * @param keptFor how long prompts are kept
 */
export async function recordedWithCall(
  parts: GatewayParts,
  { id, principal, request, asked }: AcceptedCall,
  headers: DarkroomHeaders,
  keptFor: Retention['prompts'],
): Promise<Prepared> {
  const review = reviewFacts(asked, headers)
  const dueReview = await dueReviewOf(parts, { id, principal }, review)
  const texts = await keepTexts(parts, { id, texts: declaredTexts(asked.extension) }, keptFor)
  const of = { generationId: id, projectId: principal.projectId }
  return (context) => [
    ...indexPrompt(parts, context, { ...of, prompt: request.prompt, keptFor }),
    ...recordLabels(context, { ...of, labels: review.metadata }),
    ...dueReview(context),
    ...texts(context),
  ]
}
