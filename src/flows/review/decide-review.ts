import { failure } from '../../contract/failure.ts'
import type { ReviewDecisionBody } from '../../contract/record.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import {
  advanceReview,
  assertImageThere,
  type Check,
  type DecidingPerson,
  decisionsOf,
  type FoundReview,
  judgeAnswers,
  type NewDecision,
  needsFullSize,
  readsOf,
  recordChange,
  recordDecision,
} from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { sealChange } from './change-words.ts'
import { assertFree, openedReview, type ReviewerAsk } from './claim-review.ts'
import { isSubmitter, ownApprovalOf } from './reviewer.ts'
import { type ReviewEvent, tellReview, wakeReceivers } from './tell-review.ts'

/** What somebody decides about a picture. */
export type DecisionAsk = ReviewerAsk & { body: Omit<ReviewDecisionBody, 'reviewer'> }

/**
 * Decides a review, for good: who, when and why are on record, with the hash of what was looked at. Of two approvals that a project wants the
 * first leaves it open.
 * @throws Failure `not_found`, `not_a_reviewer`, `review_decided`, `image_deleted`, `review_claimed`, `invalid_value`, `missing_required_parameter`;
 * of an approval `review_own_submission`, `review_same_person`, `checklist_incomplete`, `full_size_unread`
 */
export async function decideReview(parts: GatewayParts, ask: DecisionAsk): Promise<void> {
  const { found, by } = await openedReview(parts, ask)
  assertFree(parts, found, by)
  assertChange(ask.body)
  const checklist: Check[] = JSON.parse(found.checklist_json)
  assertKnownAnswers(checklist, ask.body)
  const readAtMs = await firstReadBy(parts, found, by)
  const isOwn = await isSubmitter(parts, found, by)
  const ownApproval = isOwn && ask.body.decision === 'approved' ? await ownApprovalOf(parts, found, by) : null
  const approval = { found, by, checklist, readAtMs, isRefused: isOwn && ownApproval === null }
  if (ask.body.decision === 'approved') await assertMayApprove(parts, approval, ask.body)
  const sealed = ask.body.change === undefined ? null : await sealChange(parts, found.id, ask.body.change)
  const { prompts } = await retentionFor(parts, found.project_id)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const { decision, why, answers } = ask.body
  fp('review_before_decide')
  await parts.database.transact([
    ...decided(context, found, { decision, by, why, answers, readAtMs, isOwn, ownApproval }),
    ...(sealed === null
      ? []
      : [recordChange(context, { itemId: found.id, imageId: found.image_id, projectId: found.project_id, sealed, kept: prompts })]),
  ])
  fp('review_after_decide')
  parts.metrics.reviewDecided({ decision, by: by.kind })
  wakeReceivers(parts)
}

/** A decision, as far as it goes on record. */
type Decided = Pick<ReviewDecisionBody, 'decision' | 'why' | 'answers'> & Pick<NewDecision, 'by' | 'readAtMs' | 'isOwn' | 'ownApproval'>

/** What a decision writes; its project's own rule decides by the same statements as people do. */
export function decided(context: StatementContext, found: FoundReview, { decision, by, ...rest }: Decided): Statement[] {
  const { id, project_id, generation_id, image_id, approvals, approvals_needed } = found
  const approves = decision === 'approved'
  const state = approves && approvals + 1 < approvals_needed ? null : decision
  const given = approvals + (approves ? 1 : 0)
  const type: ReviewEvent = `review.${decision}`
  const subject = { reviewId: id, projectId: project_id, generationId: generation_id, imageId: image_id }
  const told = { state: state ?? 'open', by: by.name, by_kind: by.kind, own: rest.isOwn, approvals: given, approvals_needed }
  return [
    assertImageThere(context, image_id),
    recordDecision(context, { itemId: id, projectId: project_id, decision, by, ...rest, imageSha256: found.image_sha256 }),
    advanceReview(context, { id, person: by.person, approvals, approves, state }),
    // The first of two approvals approves nothing yet, and nobody is told that it did.
    ...(state === null ? [] : [tellReview(context, subject, type, told)]),
  ]
}

/** @throws Failure where a change is not said, or said of something that is not to change */
function assertChange({ decision, change, run }: DecisionAsk['body']): void {
  if (decision === 'changes_requested') {
    if (change === undefined) throw failure('missing_required_parameter', { param: 'change', message: noChange })
    return
  }
  const param = change !== undefined ? 'change' : run ? 'run' : null
  if (param !== null) throw failure('invalid_value', { param, message: noPlace(param) })
}

const noChange = "A request for changes says the one thing that is to change: 'change'. Nothing was decided or charged."
const noPlace = (param: string) => `'${param}' goes with the decision changes_requested alone. Nothing was decided or charged.`

function assertKnownAnswers(checklist: readonly Check[], { answers }: DecisionAsk['body']): void {
  const [unknown] = judgeAnswers(checklist, answers).unknown
  if (unknown === undefined) return
  const ids = checklist.map(({ id }) => id).join(', ')
  throw failure('invalid_value', {
    param: `answers.${unknown}`,
    message: `The checklist of this review asks ${ids}, and not '${unknown}'. Nothing was decided or charged.`,
  })
}

async function firstReadBy({ database }: GatewayParts, { id }: FoundReview, { person }: DecidingPerson): Promise<number | null> {
  return (await readsOf(database, [id])).find((read) => read.person === person)?.first_at_ms ?? null
}

const notAnswered = (open: readonly string[]) =>
  `An approval answers every question of the checklist, and none of them with no; left are ${open.join(', ')}. Nothing was decided or charged.`

interface Approval {
  found: FoundReview
  by: DecidingPerson
  checklist: readonly Check[]
  readAtMs: number | null
  /** They asked for the picture themselves, and nobody has allowed that. */
  isRefused: boolean
}

async function assertMayApprove(
  parts: GatewayParts,
  { found, by, checklist, readAtMs, isRefused }: Approval,
  { answers }: DecisionAsk['body'],
): Promise<void> {
  if (found.image_deleted_at_ms !== null) throw failure('image_deleted')
  if (isRefused) throw failure('review_own_submission')
  const earlier = found.approvals === 0 ? [] : await decisionsOf(parts.database, [found.id])
  if (earlier.some(({ person }) => person === by.person)) throw failure('review_same_person')
  const { open } = judgeAnswers(checklist, answers)
  if (open.length > 0) throw failure('checklist_incomplete', { param: 'answers', extra: { open }, message: notAnswered(open) })
  if (needsFullSize(checklist) && readAtMs === null) throw failure('full_size_unread')
}
