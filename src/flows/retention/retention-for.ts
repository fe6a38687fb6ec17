import { type Retention, retentionOf } from '../../contract/retention.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** How long what a project records now is kept. @throws Failure `database_unavailable` */
export async function retentionFor(parts: Pick<GatewayParts, 'access' | 'retention'>, projectId: string): Promise<Retention> {
  const { settings } = await parts.access.projects.settingsOf(projectId)
  return retentionOf(parts.retention, settings.retention)
}
