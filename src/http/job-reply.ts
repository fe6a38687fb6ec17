import type { FastifyReply } from 'fastify'
import { type AcceptedJob, asTask, noteAnswerDelivery, showJob } from '../flows/index.ts'
import type { KnownContext } from './http-route.ts'

/** Answers that a job was accepted, now or by the request that this one repeats. @param projectId whose job it is; null = of any project, @default the caller's */
export async function answerAccepted(context: KnownContext, accepted: AcceptedJob, projectId?: string | null): Promise<object> {
  const { jobId, status, state, children } = await acceptedJob(context, accepted, projectId)
  return { jobId, id: jobId, status, state, ...(children && { children }) }
}

/** The same in the words of resellers' tasks. */
export async function answerTask(context: KnownContext, accepted: AcceptedJob): Promise<object> {
  const job = await acceptedJob(context, accepted)
  context.reply.headers({ location: `/v1/tasks/${job.id}`, 'preference-applied': 'respond-async' })
  return asTask(job)
}

async function acceptedJob(
  { parts, principal, reply }: KnownContext,
  { jobId, earlier }: AcceptedJob,
  projectId: string | null = principal.projectId,
) {
  const asked = { projectId }
  const single = await showJob(parts, { ...asked, jobId })
  const job = single.set === null ? single : await showJob(parts, { ...asked, jobId: single.set })
  reply.code(202).headers({ 'x-darkroom-generation': jobId, ...(earlier === null ? {} : { 'idempotent-replayed': 'true' }) })
  noteWhenDelivered(reply, () => noteAnswerDelivery(parts, jobId, true))
  return job
}

/** A caller that has the id has all it needs: a later request for the same is another wish. */
function noteWhenDelivered({ raw }: FastifyReply, note: () => void): void {
  raw.once('finish', note)
}
