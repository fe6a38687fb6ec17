import { failure } from '../../contract/failure.ts'
import type { Job } from '../../contract/job-replies.ts'
import type { GenerationRow, JobRow } from '../../db/index.ts'
import { lastEventOf } from '../../events/index.ts'
import {
  type FoundImage,
  findGeneration,
  findGenerations,
  type GenerationRows,
  generationRecord,
  type ProjectScope,
} from '../../generations/index.ts'
import { findJob, findRetries, findRetry, type JobLane, priorityName } from '../../jobs/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import { moneyJson } from '../../primitives/money.ts'
import { standingOf } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { signedAddress } from './signed-address.ts'

/** How each state reads in the unified job API's words. */
export const statusOf = {
  queued: 'QUEUED',
  running: 'PROCESSING',
  completed: 'COMPLETED',
  failed: 'FAILED',
  // Its clients end their loop on FAILED and would submit again: nobody pays twice for not knowing.
  outcome_unknown: 'PROCESSING',
  cancelled: 'FAILED',
} as const satisfies Record<Job['state'], Job['status']>

/** Whose job somebody asks for. */
export interface JobAskedFor extends ProjectScope {
  jobId: string
}

/** A job of one call. @throws Failure `not_found` */
export async function showSingleJob(parts: GatewayParts, { jobId, projectId }: JobAskedFor): Promise<Job> {
  const job = isId('gen', jobId) ? await findJob(parts.database, { id: jobId, projectId }) : null
  const rows = job && (await findGeneration(parts.database, { id: jobId, projectId }))
  if (!job || !rows) throw failure('not_found', { param: 'id' })
  return presentJob(parts, { job, rows, retriedBy: await findRetry(parts.database, jobId) })
}

/** Jobs of one call each, in the order given: what belongs to them is asked for all together. */
export async function showSingleJobs(parts: GatewayParts, jobs: readonly JobRow[]): Promise<Job[]> {
  const ids = jobs.map(({ id }) => id)
  const [found, retries] = await Promise.all([findGenerations(parts.database, { ids, projectId: null }), findRetries(parts.database, ids)])
  return Promise.all(jobs.map((job) => presentJob(parts, { job, rows: found.get(job.id)!, retriedBy: retries.get(job.id) ?? null })))
}

/** A job with all that belongs to it. */
interface FoundJob {
  job: JobRow
  rows: GenerationRows
  retriedBy: string | null
}

async function presentJob(parts: GatewayParts, { job, rows, retriedBy }: FoundJob): Promise<Job> {
  const { generation } = rows
  const { operation, images, error, outcome, resolve_by, metadata, attempts } = generationRecord(rows)
  const state = generation.status as Job['state']
  const results = deliveredImages(rows, images).map((image) => ({
    image_id: image.id,
    url: signedAddress(parts, job.base_url, image.id),
    sha256: image.sha256,
    width: image.width,
    height: image.height,
  }))
  const urls = results.map(({ url }) => url)
  return {
    id: job.id,
    jobId: job.id,
    status: statusOf[state],
    state,
    progress: await progressOf(parts, generation),
    model: generation.model_asked,
    operation: operation as Job['operation'],
    lane: job.lane as JobLane,
    priority: priorityName(job.priority),
    result: state !== 'completed' ? null : urls.length === 1 ? urls[0]! : urls,
    results,
    error,
    outcome,
    cost: {
      estimated: moneyJson(generation.estimated_nanos),
      reserved: moneyJson(generation.completed_at_ms === null ? generation.reserved_nanos : 0n),
      settled: moneyJson(generation.settled_nanos),
      held_unknown: moneyJson(generation.held_unknown_nanos),
    },
    creditCost: generation.completed_at_ms === null || state === 'outcome_unknown' ? null : Number(generation.settled_nanos) / 1e7,
    webhookStatus: job.webhook_id === null ? null : await standingOf(parts.database, { endpointId: job.webhook_id, subjectId: job.id }),
    attempts: attempts.length,
    metadata,
    createdAt: isoTime(job.created_at_ms),
    startedAt: timeOrNull(generation.started_at_ms),
    completedAt: timeOrNull(state === 'outcome_unknown' ? null : generation.completed_at_ms),
    startAt: isoTime(job.ready_at_ms),
    deadline: isoTime(job.deadline_ms),
    lastSeenAt: state === 'running' ? timeOrNull(job.heartbeat_at_ms) : null,
    cancelRequestedAt: timeOrNull(job.cancel_requested_at_ms),
    retryOf: job.retry_of,
    retriedBy,
    set: job.set_id,
    resolve_by,
    record: `/v2/generations/${job.id}`,
    events: `/v2/jobs/${job.id}/events`,
  }
}

/** Those of the record whose bytes are there to be opened. */
function deliveredImages({ images }: GenerationRows, recorded: readonly { id: string }[]): FoundImage[] {
  return images.filter(
    ({ id, deleted_at_ms, path }) => recorded.some((image) => image.id === id) && deleted_at_ms === null && path !== null,
  )
}

const timeOrNull = (atMs: number | null) => (atMs === null ? null : isoTime(atMs))

const BEGUN = 10

async function progressOf(parts: GatewayParts, { id, status }: GenerationRow): Promise<number> {
  if (status === 'queued') return 0
  if (status === 'completed') return 100
  const last = await lastEventOf(parts.database, id)
  const told = last === null ? undefined : (JSON.parse(last.data_json) as { progress?: number }).progress
  return told ?? (status === 'running' || status === 'outcome_unknown' ? BEGUN : 100)
}
