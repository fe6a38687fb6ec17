import { taskSchema } from '../../contract/record.ts'
import { asTask, showJob } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { scopeOf } from '../scope-of.ts'

/** A job as clients of resellers ask for it. */
export const taskRoute = keyRoute({
  method: 'GET',
  path: '/v1/tasks/{id}',
  tenant: { object: 'job' },
  tag: 'jobs',
  summary: 'Read a job as a task',
  description: 'For clients that send `?async=true` or `Prefer: respond-async` with `/v1/images/*`. `data` holds addresses, never base64.',
  replies: { 200: { description: 'The task.', schema: taskSchema }, ...errorReplies(401, 404) },
  async handle({ parts, principal, request }) {
    const { id } = request.params as { id: string }
    return asTask(await showJob(parts, { jobId: id, ...scopeOf(principal) }))
  },
})
