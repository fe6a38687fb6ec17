import { deadLettersReplySchema, redriveReplySchema, redriveRequestSchema } from '../../contract/dead-letter-replies.ts'
import { isoTime } from '../../primitives/clock.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'

const MOST_SHOWN = 1000

/** Jobs that could not be begun, again and again. */
export const deadLettersRoute = adminRoute({
  method: 'GET',
  path: '/v2/dead-letters',
  tenant: 'all',
  tag: 'jobs',
  summary: 'List jobs that were put aside',
  description:
    'Beginning them failed ten times for a fault of the gateway, so the queue that processes share put them aside. Nothing was sent or charged; each ends at its deadline unless it is put back. A gateway with a database of its own puts none aside.',
  replies: { 200: { description: 'The oldest first, a thousand at most.', schema: deadLettersReplySchema }, ...errorReplies(401, 404) },
  async handle({ parts }) {
    const letters = await parts.jobs.queue.deadLetters(MOST_SHOWN)
    return {
      dead_letters: letters.map(({ id, job, why, atMs }) => ({
        id,
        job_id: job.id,
        project_id: job.projectId,
        why,
        since: isoTime(atMs),
        deadline: isoTime(job.deadlineMs),
      })),
    }
  },
})

/** Puts them back, once the fault is mended. */
export const redriveRoute = adminRoute({
  method: 'POST',
  path: '/v2/dead-letters/redrive',
  tenant: 'all',
  tag: 'jobs',
  summary: 'Put jobs back that were put aside',
  body: { description: 'Which of them; an empty object for all.', schema: redriveRequestSchema },
  replies: { 200: { description: 'How many wait again.', schema: redriveReplySchema }, ...errorReplies(400, 401, 404) },
  async handle({ parts, request }) {
    const { ids } = readChecked(redriveRequestSchema, readJsonBody(request))
    return { redriven: await parts.jobs.queue.redrive(ids ?? null) }
  },
})
