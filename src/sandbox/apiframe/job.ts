import type { PictureRun } from '../picture-run.ts'
import { moderationRefusal, scriptedRefusal } from '../refusal.ts'

/** How a job stands, in the job API's words. */
export type JobStatus = 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'

/** A job that was taken. Nothing of it changes: how it stands follows from the time, and its pictures are painted when they are fetched. */
export interface Job {
  id: string
  run: PictureRun
  requestId: string
  createdAtMs: number
  beginsAtMs: number
  endsAtMs: number
  credits: number
}

/** Why a job fails. */
export interface JobError {
  code: string
  message: string
}

/** What a script lets a job fail for; null for one that makes its pictures. */
export function jobError({ run: { script }, requestId }: Pick<Job, 'run' | 'requestId'>): JobError | null {
  if (script.moderation !== undefined) {
    const { code, message } = moderationRefusal(script.moderation, requestId).body
    return { code: String(code), message }
  }
  if (script.failResponse === undefined) return null
  return { code: script.failResponse, message: scriptedRefusal(undefined, script.failResponse).body.message }
}

/** How a job stands at a moment. */
export function statusOf(job: Job, nowMs: number): JobStatus {
  if (nowMs < job.beginsAtMs) return 'QUEUED'
  if (nowMs < job.endsAtMs) return 'PROCESSING'
  return jobError(job) ? 'FAILED' : 'COMPLETED'
}
