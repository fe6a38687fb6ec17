import type { Job } from '../../contract/job-replies.ts'
import type { EventRow } from '../../db/index.ts'
import type { EventType } from '../../events/index.ts'
import { receiversOf } from '../../jobs/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { CallTarget } from '../webhooks/hand-out-events.ts'
import { plainUnifiedBody, type UnifiedBody } from '../webhooks/render-message.ts'
import { showJob } from './show-job.ts'

/** Which of some events belong to jobs, or sets of them, that named a receiver; by the ids of the events. */
export async function jobReceiversOf(parts: GatewayParts, events: readonly EventRow[]): Promise<ReadonlyMap<string, CallTarget>> {
  const receivers = await receiversOf(parts.database, [...new Set(events.map(({ subject_id }) => subject_id))])
  return new Map(
    events.flatMap((event) => {
      const receiver = receivers.get(event.subject_id)
      return receiver ? [[event.id, { endpointId: receiver.webhookId, events: receiver.events as EventType[] }] as const] : []
    }),
  )
}

/** An event in the words of the unified job API: of one that ended, with its result, its error and what it cost. */
export async function unifiedJobBody(parts: GatewayParts, event: EventRow): Promise<UnifiedBody> {
  const plain = plainUnifiedBody(parts, event)
  if (!event.type.startsWith('job.')) return plain
  const job = await showJob(parts, { jobId: event.subject_id, projectId: event.project_id }).catch(() => null)
  return job === null ? plain : { ...plain, ...factsOf(job, plain.event) }
}

function factsOf({ model, progress, result, error, creditCost, completedAt }: Job, event: string): JsonObject {
  if (event === 'progress') return { model, progress }
  return {
    model,
    progress: 100,
    result,
    error: error === null ? null : String(error['message'] ?? error['code']),
    creditCost,
    completedAt,
  }
}
