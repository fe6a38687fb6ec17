import { useQuery } from '@tanstack/react-query'
import type { api } from '#sdk'
import { projectsQuery } from '../../api/projects-query.ts'

/** Whether somebody may approve a picture that they asked for; `allowable`: once they say that they work alone. */
export type OwnRule = 'allowed' | 'allowable' | 'refused'

/** How it stands with a review that the administrator asked for; for keys it is always refused. */
export function useOwnRule(isAdmin: boolean): (review: Pick<api.Review, 'project_id' | 'approvals'>) => OwnRule {
  const { data } = useQuery({ ...projectsQuery, enabled: isAdmin })
  return ({ project_id: id, approvals }) => {
    if (!isAdmin || approvals.needed > 1) return 'refused'
    // Until the rules are there nothing is said against it: the gateway's own word counts.
    if (data === undefined) return 'allowed'
    const rules = data.projects.find((project) => project.id === id)?.settings.review
    if (rules?.own_approval) return 'allowed'
    return rules?.two_persons ? 'refused' : 'allowable'
  }
}
