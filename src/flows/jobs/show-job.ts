import type { Job, Task } from '../../contract/job-replies.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { showSetAsJob } from './sets/show-set.ts'
import { type JobAskedFor, showSingleJob } from './show-single-job.ts'

/** A job as it stands; a set that was asked for as one job is one. @throws Failure `not_found` */
export function showJob(parts: GatewayParts, asked: JobAskedFor): Promise<Job> {
  return isId('set', asked.jobId) ? showSetAsJob(parts, asked) : showSingleJob(parts, asked)
}

const taskStatus = { QUEUED: 'queued', PROCESSING: 'processing', COMPLETED: 'completed', FAILED: 'failed' } as const

/** A job in the words of resellers' tasks. */
export function asTask({ id, status, progress, model, createdAt, completedAt, results, error }: Job): Task {
  const seconds = (time: string) => Math.floor(Date.parse(time) / 1000)
  return {
    id,
    task_id: id,
    object: 'image.task',
    status: taskStatus[status],
    progress,
    model,
    created_at: seconds(createdAt),
    completed_at: completedAt === null ? null : seconds(completedAt),
    data: status === 'COMPLETED' ? results.map(({ url }) => ({ url })) : null,
    error,
  }
}
