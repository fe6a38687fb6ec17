import type { api } from '#sdk'
import { useSession } from '../../api/session.ts'
import { type ReviewerName, useReviewerName } from '../../api/use-reviewer-name.ts'
import { type OwnRule, useOwnRule } from './use-own-rule.ts'

/** Who decides at this screen. */
export interface ReviewerHere extends ReviewerName {
  keyId: string | null
  /** Whether a decision of this person stands there. */
  isBy: (by: api.ReviewDecision['by']) => boolean
  /** Whether they may approve a picture that they asked for. */
  ownRule: (review: Pick<api.Review, 'project_id' | 'approvals'>) => OwnRule
}

/** Whoever is signed in, as reviews know people. */
export function useReviewer(): ReviewerHere {
  const { key_id: keyId } = useSession()
  const said = useReviewerName()
  const { isAdmin, name } = said
  const ownRule = useOwnRule(isAdmin)
  return {
    ...said,
    keyId,
    isBy: ({ kind, key_id, name: other }) =>
      isAdmin ? kind === 'admin' && other.toLowerCase() === name.trim().toLowerCase() : kind === 'key' && key_id === keyId,
    ownRule,
  }
}

/** Whether it is still to be said who decides: nothing is decided before. */
export function isNameless({ isAdmin, body }: ReviewerHere): boolean {
  return isAdmin && body.reviewer === undefined
}

/** Whether this person asked for the picture, as far as the page can know: keys that replace one another only the gateway knows. */
export function isOwn({ submitter }: Pick<api.Review, 'submitter'>, { isAdmin, keyId }: ReviewerHere): boolean {
  return isAdmin ? submitter.kind === 'admin' : submitter.key_id === keyId
}
