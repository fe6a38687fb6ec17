import type { Job, JobEvent } from '../../contract/job-replies.ts'
import type { JobEventName } from '../../contract/job-request.ts'
import type { EventRow } from '../../db/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { statusOf } from './show-single-job.ts'
import { signedAddress } from './signed-address.ts'

/** One event of a job, as it is sent. */
export interface SentJobEvent {
  /** What a listener names to go on from here. */
  id: string
  name: JobEventName | 'reset'
  data: JobEvent | Job
}

const stateAfter: Readonly<Record<JobEventName, Job['state']>> = {
  queued: 'queued',
  started: 'running',
  partial: 'running',
  stored: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  outcome_unknown: 'outcome_unknown',
}

const progressAfter: Readonly<Record<JobEventName, number>> = {
  queued: 0,
  started: 10,
  partial: 10,
  stored: 95,
  completed: 100,
  failed: 100,
  cancelled: 100,
  outcome_unknown: 95,
}

interface ToldData {
  progress?: number
  images?: { id: string }[]
  error?: Record<string, unknown>
}

/** An event of a job in the shape of the API. @param baseUrl under which the listener reached the gateway */
export function presentJobEvent(
  parts: GatewayParts,
  baseUrl: string,
  event: EventRow,
): SentJobEvent & { name: JobEventName; data: JobEvent } {
  const name = event.type.replace(/^job\./, '') as JobEventName
  const { progress, images, error } = JSON.parse(event.data_json) as ToldData
  const state = stateAfter[name]
  return {
    id: String(event.seq),
    name,
    data: {
      job_id: event.subject_id,
      sequence: event.seq,
      at: isoTime(event.at_ms),
      status: statusOf[state],
      state,
      progress: progress ?? progressAfter[name],
      ...(images && images.length > 0 && { images: images.map(({ id }) => ({ id, url: signedAddress(parts, baseUrl, id) })) }),
      ...(error && { error }),
    },
  }
}
