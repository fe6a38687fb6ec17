import type { Project, ProjectChange } from '../access/index.ts'
import { presentOwnApproval } from '../contract/review-policy.ts'
import { statementContext } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { wakeReceivers } from './review/tell-review.ts'

/**
 * Changes a project. That the administrator may approve their own pictures there, or may no more, is an event of the same transaction: a team hears of it.
 * @throws Failure whatever `Projects.change` throws
 */
export async function changeProject(parts: GatewayParts, projectId: string, change: ProjectChange): Promise<Project> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const project = await parts.access.projects.change(projectId, change, (before, after) => {
    const [stood, stands] = [before.review?.ownApproval ?? null, after.review?.ownApproval ?? null]
    if (stood?.allowedBy === stands?.allowedBy) return []
    const data = { project_id: projectId, own_approval: stands && presentOwnApproval(stands) }
    return [recordEvent(context, { projectId, subjectId: projectId, type: 'review.own_approval', data })]
  })
  wakeReceivers(parts)
  return project
}
