import {
  legalHoldReleaseSchema,
  legalHoldSchema,
  legalHoldsQuerySchema,
  legalHoldsReplySchema,
  newLegalHoldSchema,
} from '../../contract/record.ts'
import { listLegalHolds, placeLegalHold, releaseLegalHold, showLegalHold } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'

/** Every hold that was ever placed. */
export const listLegalHoldsRoute = adminRoute({
  method: 'GET',
  path: '/v2/legal-holds',
  tenant: 'all',
  tag: 'operations',
  summary: 'List legal holds',
  description: 'Released ones too, unless `active=true`: the list is the history.',
  query: legalHoldsQuerySchema,
  replies: { 200: { description: 'A page of holds, the oldest first.', schema: legalHoldsReplySchema }, ...errorReplies(400, 401, 404) },
  handle({ parts, request }) {
    const { subject_id: subjectId, active, after = null, limit = 100 } = readChecked(legalHoldsQuerySchema, request.query)
    return listLegalHolds(parts, { subjectId, active: active === 'true', after, limit })
  },
})

/** From now on nothing of it is deleted. */
export const placeLegalHoldRoute = adminRoute({
  method: 'POST',
  path: '/v2/legal-holds',
  tenant: 'all',
  tag: 'operations',
  summary: 'Place a legal hold',
  description:
    'On an image, a generation or a project. While a hold is in force nothing of it is deleted, by request or because its time is over. Holds on the same thing stand beside each other, each with its own end.',
  body: { description: 'What, and why.', schema: newLegalHoldSchema },
  replies: { 201: { description: 'The hold.', schema: legalHoldSchema }, ...errorReplies(400, 401, 404, 410) },
  async handle({ parts, principal, request, reply }) {
    const { subject_id: subjectId, reason } = readChecked(newLegalHoldSchema, readJsonBody(request))
    return reply.code(201).send(await placeLegalHold(parts, { subjectId, reason, actor: actorOf(principal) }))
  },
})

/** One hold. */
export const legalHoldRoute = adminRoute({
  method: 'GET',
  path: '/v2/legal-holds/{id}',
  tenant: 'all',
  tag: 'operations',
  summary: 'Read a legal hold',
  replies: { 200: { description: 'The hold.', schema: legalHoldSchema }, ...errorReplies(401, 404) },
  handle: ({ parts, request }) => showLegalHold(parts, idOf(request)),
})

/** Lets go of it. */
export const releaseLegalHoldRoute = adminRoute({
  method: 'POST',
  path: '/v2/legal-holds/{id}/release',
  tenant: 'all',
  tag: 'operations',
  summary: 'Release a legal hold',
  description:
    'What is due and held by nothing else goes with the next sweep. The hold stays in the history; releasing it again changes nothing.',
  body: { description: 'Why.', schema: legalHoldReleaseSchema },
  replies: { 200: { description: 'The hold, released.', schema: legalHoldSchema }, ...errorReplies(400, 401, 404) },
  handle({ parts, principal, request }) {
    const { reason } = readChecked(legalHoldReleaseSchema, readJsonBody(request))
    return releaseLegalHold(parts, { id: idOf(request), reason, actor: actorOf(principal) })
  },
})

const idOf = ({ params }: KnownContext['request']) => (params as { id: string }).id
const actorOf = ({ keyId }: KnownContext['principal']) => keyId ?? 'admin'
