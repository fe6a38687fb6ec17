import {
  checkQuerySchema,
  checkReplySchema,
  estimateReplySchema,
  estimateRequestSchema,
  generationBodySchema,
} from '../../contract/record.ts'
import { checkCall, estimateCall } from '../../flows/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'

/** Would the call be accepted? Every reason at once, and the price if it would. */
export const checkRoute = keyRoute({
  method: 'POST',
  path: '/v2/check',
  tag: 'darkroom',
  summary: 'Check a call without making it',
  description: 'Takes the body exactly as the call would have it. `refusals[0]` is what the call would be answered.',
  query: checkQuerySchema,
  body: { description: 'The body of the call.', schema: generationBodySchema },
  replies: { 200: { description: 'The verdict.', schema: checkReplySchema }, ...errorReplies(400, 401, 413) },
  handle({ parts, request, requestId }) {
    const { operation } = readChecked(checkQuerySchema, request.query)
    return checkCall(parts, { operation, body: readJsonBody(request), headers: readDarkroomHeaders(request), requestId })
  },
})

/** What would the call cost? */
export const estimateRoute = keyRoute({
  method: 'POST',
  path: '/v2/estimate',
  tag: 'darkroom',
  summary: 'Price a call without making it',
  description:
    'Per bucket, with a low and a high bound and a table per quality. A call that would be refused is refused here with the same error.',
  body: { description: 'The call and, if wanted, the route to price it on.', schema: estimateRequestSchema },
  replies: { 200: { description: 'The estimate.', schema: estimateReplySchema }, ...errorReplies(400, 401, 413, 503) },
  handle({ parts, request }) {
    const { operation, request: body, route } = readChecked(estimateRequestSchema, readJsonBody(request))
    const headers = readDarkroomHeaders(request)
    return estimateCall(parts, { operation, body: body as JsonObject, headers: { ...headers, route: route ?? headers.route } })
  },
})
