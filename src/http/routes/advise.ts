import { advise } from '../../advice/index.ts'
import { adviceReplySchema, adviceRequestSchema } from '../../contract/record.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'

/** Which surface suits a job? */
export const adviseRoute = keyRoute({
  method: 'POST',
  path: '/v2/advise',
  tenant: 'none',
  tag: 'darkroom',
  summary: 'Ask which surface suits a job',
  description:
    'From a short description of the job: the surface (Image API, Responses, a provider, by hand in ChatGPT), why, where to stop, what the choice fixes, and a ready request. In English, Japanese or Chinese.',
  body: { description: 'The job, in words or in signals.', schema: adviceRequestSchema },
  replies: { 200: { description: 'The advice.', schema: adviceReplySchema }, ...errorReplies(400, 401, 413) },
  handle({ request, baseUrl }) {
    return advise(readChecked(adviceRequestSchema, readJsonBody(request)), { baseUrl })
  },
})
