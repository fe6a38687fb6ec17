import { failure } from '../../contract/failure.ts'
import { inputLimits } from '../../contract/input-limits.ts'
import {
  checkQuerySchema,
  checkReplySchema,
  editBodySchema,
  editFormSchema,
  estimateReplySchema,
  estimateRequestSchema,
  generationBodySchema,
  responseBodySchema,
} from '../../contract/record.ts'
import { checkCall, checkResponseCall, estimateCall, estimateResponseCall, takeInEditCall } from '../../flows/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { comingEdit, comingJson, readSmallBody } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { parseJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'

/** Would the call be accepted? Every reason at once, and the price if it would. */
export const checkRoute = keyRoute({
  method: 'POST',
  path: '/v2/check',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Check a call without making it',
  admission: 'body',
  description:
    'Takes the body exactly as the call would have it, pictures included; they are looked at and thrown away. `refusals[0]` is what the call would be answered.',
  streamsBody: true,
  query: checkQuerySchema,
  body: {
    description: 'The body of the call.',
    schema: generationBodySchema.or(editBodySchema).or(responseBodySchema),
    otherTypes: { 'multipart/form-data': editFormSchema },
  },
  replies: { 200: { description: 'The verdict.', schema: checkReplySchema }, ...errorReplies(400, 401, 413, 429, 503) },
  async handle(context) {
    const { parts, principal, request, requestId } = context
    const { operation } = readChecked(checkQuerySchema, request.query)
    const headers = readDarkroomHeaders(request)
    if (operation === 'respond') {
      await using taken = await takeInEditCall(parts, comingJson(context), { files: inputLimits.responseImages + 1 })
      return await checkResponseCall(parts, { principal, body: taken.body, brought: taken.brought, headers, requestId })
    }
    if (operation !== 'edit') {
      const body = parseJsonBody(request, await readSmallBody(request))
      return checkCall(parts, { principal, operation, body, brought: null, headers, requestId })
    }
    await using taken = await takeInEditCall(parts, comingEdit(context))
    return await checkCall(parts, { principal, operation, body: taken.body, brought: taken.brought, headers, requestId })
  },
})

const noEconomy = failure('invalid_value', {
  param: 'lane',
  message: 'Assistant calls are not made in the economy lane. Nothing was sent or charged; leave lane out.',
})

/** What would the call cost? */
export const estimateRoute = keyRoute({
  method: 'POST',
  path: '/v2/estimate',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Price a call without making it',
  admission: 'body',
  description:
    'Per bucket, with a low and a high bound and a table per quality. A call that would be refused is refused here with the same error.',
  streamsBody: true,
  body: { description: 'The call in its JSON form and, if wanted, the route to price it on.', schema: estimateRequestSchema },
  replies: {
    200: { description: 'The estimate.', schema: estimateReplySchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 413, 429, 503),
  },
  async handle(context) {
    const headers = readDarkroomHeaders(context.request)
    await using taken = await takeInEditCall(context.parts, comingJson(context), {
      rename: (param) => param.replace(/^request\./, ''),
      files: inputLimits.responseImages + 1,
    })
    const { operation, request: body, route, lane } = readChecked(estimateRequestSchema, taken.body)
    const asked = { principal: context.principal, body: body as JsonObject, headers: { ...headers, route: route ?? headers.route } }
    if (operation === 'respond') {
      if (lane === 'economy') throw noEconomy
      return await estimateResponseCall(context.parts, { ...asked, brought: taken.brought })
    }
    const brought = operation === 'edit' ? taken.brought : null
    return await estimateCall(context.parts, { ...asked, operation, brought, lane: lane === 'economy' ? 'batch' : 'standard' })
  },
})
