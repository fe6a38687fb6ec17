import type { api } from '#sdk'
import { mustBeRead } from './review-state.ts'
import { isNameless, isOwn, type ReviewerHere } from './use-reviewer.ts'

/** Why somebody cannot decide, or cannot approve, before the gateway is asked; its own word counts. */
export type Obstacle = 'no_name' | 'own' | 'own_alone' | 'same_person' | 'claimed' | 'unread'

/** What keeps this person from deciding at all. */
export function deciding({ claim }: api.Review, reviewer: ReviewerHere): Extract<Obstacle, 'no_name' | 'claimed'> | null {
  if (isNameless(reviewer)) return 'no_name'
  // Keys do not know what they are called: theirs is for the gateway to say.
  const isOthers = claim !== null && reviewer.isAdmin && claim.name.toLowerCase() !== reviewer.body.reviewer?.toLowerCase()
  return isOthers ? 'claimed' : null
}

/** What keeps this person from approving. */
export function approving(review: api.Review, reviewer: ReviewerHere, hasRead: boolean): Obstacle | null {
  const rule = isOwn(review, reviewer) ? reviewer.ownRule(review) : 'allowed'
  if (rule !== 'allowed') return rule === 'allowable' ? 'own_alone' : 'own'
  const obstacle = deciding(review, reviewer)
  if (obstacle !== null) return obstacle
  const isFirst = review.approvals.needed > 1 && review.decisions.some(({ decision, by }) => decision === 'approved' && reviewer.isBy(by))
  if (isFirst) return 'same_person'
  return mustBeRead(review) && !hasRead ? 'unread' : null
}
