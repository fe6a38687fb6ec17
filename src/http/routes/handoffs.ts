import {
  handoffResultSchema,
  handoffSchema,
  handoffsQuerySchema,
  handoffsReplySchema,
  handoffTakenSchema,
  newHandoffSchema,
} from '../../contract/record.ts'
import { cancelHandoff, listHandoffs, openHandoff, showHandoff, takeHandoffResult } from '../../flows/index.ts'
import { bodySource } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

const asked = ({ principal, request, baseUrl }: KnownContext) => ({
  id: (request.params as { id: string }).id,
  ...scopeOf(principal),
  baseUrl,
})
const oneHandoff = { 200: { description: 'The ticket as it stands.', schema: handoffSchema } }

/** Work that somebody does by hand. */
export const openHandoffRoute = keyRoute({
  method: 'POST',
  path: '/v2/handoffs',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Hand a picture over to somebody who makes it in ChatGPT',
  description:
    'Keeps the prompt and opens a ticket: a checklist, and a place to upload one picture until it expires. Nothing is called and nothing costs. With a `source` it is an edit, and the result is compared with it.',
  body: { description: 'What is to be made.', schema: newHandoffSchema },
  replies: { 201: { description: 'The ticket.', schema: handoffSchema }, ...errorReplies(400, 401, 404, 410, 500) },
  async handle({ parts, principal, request, reply, baseUrl }) {
    const body = readChecked(newHandoffSchema, readJsonBody(request))
    const opened = await openHandoff(parts, { principal, body, baseUrl })
    reply.code(201)
    return opened
  },
})

/** Tickets of the caller's project. */
export const handoffsRoute = keyRoute({
  method: 'GET',
  path: '/v2/handoffs',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'List tickets for work by hand, the newest first',
  query: handoffsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: handoffsReplySchema }, ...errorReplies(400, 401) },
  handle: ({ parts, principal, request, baseUrl }) =>
    listHandoffs(parts, { ...readChecked(handoffsQuerySchema, request.query), ...scopeOf(principal), baseUrl }),
})

/** One ticket. */
export const handoffRoute = keyRoute({
  method: 'GET',
  path: '/v2/handoffs/{id}',
  tenant: { object: 'handoff' },
  tag: 'darkroom',
  summary: 'Read a ticket for work by hand',
  replies: { ...oneHandoff, ...errorReplies(401, 404) },
  handle: (context) => showHandoff(context.parts, asked(context)),
})

/** A ticket that nobody is going to use. */
export const cancelHandoffRoute = keyRoute({
  method: 'POST',
  path: '/v2/handoffs/{id}/cancel',
  tenant: { object: 'handoff' },
  tag: 'darkroom',
  summary: 'Take a ticket for work by hand back',
  replies: { ...oneHandoff, ...errorReplies(401, 404, 409) },
  handle: (context) => cancelHandoff(context.parts, asked(context)),
})

/** The picture that came of it. */
export const handoffResultRoute = keyRoute({
  method: 'POST',
  path: '/v2/handoffs/{id}/result',
  tenant: { object: 'handoff' },
  tag: 'darkroom',
  summary: 'Upload the picture that was made by hand',
  admission: 'body',
  description:
    'The file as it was downloaded, so that its content credentials stay. It has a record like any other picture (`surface: chatgpt`), and costs nothing. A ticket takes one picture; what is refused leaves it open.',
  streamsBody: true,
  body: { description: 'The picture.', schema: handoffResultSchema, contentType: 'multipart/form-data' },
  replies: {
    201: { description: 'It is kept and on record.', schema: handoffTakenSchema },
    ...errorReplies(400, 401, 404, 409, 410, 413, 429, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId, reply } = context
    const taken = await takeHandoffResult(parts, { ...asked(context), principal, requestId, source: bodySource(request) })
    reply.code(201).header('x-darkroom-generation', taken.generation_id)
    return taken
  },
})
