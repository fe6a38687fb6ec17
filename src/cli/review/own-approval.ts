import type { ProjectReply } from '../../contract/record.ts'
import type { GatewayClient } from '../gateway-client.ts'
import type { ReviewCaller } from './review-caller.ts'

/** Lets the administrator approve their own pictures in a project, or nobody any more; the other rules of its reviews stay. */
export async function setOwnApproval(
  client: GatewayClient,
  { projectId, allowedBy, caller }: { projectId: string; allowedBy: string | null; caller: ReviewCaller },
): Promise<ProjectReply> {
  const path = `/v2/projects/${encodeURIComponent(projectId)}`
  const { settings } = await client.json<ProjectReply>({ method: 'GET', path, ...caller.call })
  const review = { ...settings.review, own_approval: allowedBy === null ? null : { allowed_by: allowedBy } }
  return client.json<ProjectReply>({ method: 'PATCH', path, body: { settings: { review } }, ...caller.call })
}
