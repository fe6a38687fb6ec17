import type { Statement, StatementContext } from '../../db/index.ts'
import { type EventType, recordEvent } from '../../events/index.ts'
import { findJob } from '../../jobs/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** States of a job that are told, as the last part of an event's name. */
export type ToldState = Extract<EventType, `job.${string}`>

/** Puts what happened to a job on record, for those who listen and those who are sent messages. Part of the transaction that makes it so. */
export function tellJob(
  context: StatementContext,
  { jobId, projectId }: { jobId: string; projectId: string },
  type: ToldState,
  data: JsonObject = {},
): Statement {
  return recordEvent(context, { projectId, subjectId: jobId, type, data: { job_id: jobId, ...data } })
}

/** What tells of a generation's end when it is a job, and nothing when it is none. */
export type JobTeller = (context: StatementContext, type: ToldState, data?: JsonObject) => Statement[]

/** For those who end a generation without having made its call: looks whether it is a job. */
export async function jobTeller(parts: Pick<GatewayParts, 'database'>, generationId: string): Promise<JobTeller> {
  const job = await findJob(parts.database, { id: generationId, projectId: null })
  if (job === null) return () => []
  return (context, type, data) => [tellJob(context, { jobId: job.id, projectId: job.project_id }, type, data)]
}
