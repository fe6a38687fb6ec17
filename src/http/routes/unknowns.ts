import { z } from 'zod'
import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import {
  jobAcceptedSchema,
  resolveBodySchema,
  resolvedReplySchema,
  runAgainBodySchema,
  unknownsCheckedSchema,
  unknownsReplySchema,
} from '../../contract/record.ts'
import { resolveByOperator, runAgain, showUnknowns } from '../../flows/index.ts'
import { isId } from '../../primitives/ids.ts'
import { parseUsd } from '../../primitives/money.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext, keyRoute } from '../http-route.ts'
import { answerAccepted } from '../job-reply.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

const SECOND_MS = 1000

const unknownsQuery = z.strictObject({
  route: z.string().max(100).optional().describe('Only calls on this route.'),
  min_age_s: z.coerce.number().int().min(0).max(1e9).optional().describe('Only calls that old, or older.'),
  cursor: z
    .string()
    .refine((text) => isId('att', text), 'expected the next_cursor of the page before')
    .optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** Calls whose outcome nobody knows. */
export const unknownsRoute = keyRoute({
  method: 'GET',
  path: '/v2/unknowns',
  tenant: 'caller',
  tag: 'money',
  summary: 'List the calls whose outcome nobody knows',
  description: 'Oldest first, with what was found out so far and when each is presumed to be a charge. A key sees those of its project.',
  query: unknownsQuery,
  replies: { 200: { description: 'The calls, and what is held for them in all.', schema: unknownsReplySchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request }) {
    const { route, min_age_s, cursor, limit } = readChecked(unknownsQuery, request.query)
    const minAgeMs = min_age_s === undefined ? undefined : min_age_s * SECOND_MS
    return showUnknowns(parts, { ...scopeOf(principal), routeId: route, minAgeMs, cursor, limit })
  },
})

/** An operator's word on what became of a call. */
export const resolveUnknownRoute = adminRoute({
  method: 'POST',
  path: '/v2/unknowns/{generation_id}/resolve',
  tenant: { object: 'unknown' },
  tag: 'money',
  summary: 'Say what became of a call',
  description:
    'Ends the hold and keeps the evidence. What was decided or presumed before is refused, unless `correct` says that this contradicts it: the difference is then booked beside it.',
  body: { description: 'What you know, and how you know it.', schema: resolveBodySchema },
  replies: { 200: { description: 'It is decided.', schema: resolvedReplySchema }, ...errorReplies(400, 401, 404, 409) },
  handle(context) {
    const { outcome, evidence, amount_usd, correct } = readChecked(resolveBodySchema, readJsonBody(context.request))
    const nanos = amount_usd === undefined ? null : parseUsd(amount_usd)
    return resolveByOperator(context.parts, { generationId: asked(context), outcome, evidence, nanos, correct, actor: actorOf(context) })
  },
})

/** The wish to run a call again although both may be charged. */
export const runAgainRoute = keyRoute({
  method: 'POST',
  path: '/v2/unknowns/{generation_id}/run-again',
  tenant: { object: 'unknown' },
  tag: 'money',
  summary: 'Decide to run a call again that may have been charged',
  description:
    'Keeps on record who accepts a double charge. A job is made again as a new job. Bodies of synchronous requests are not kept: then the answer is the failure that says how to send the call once more.',
  body: { description: 'That both calls may be charged, and why it cannot wait.', schema: runAgainBodySchema },
  replies: {
    202: { description: 'It was a job, and is made again as this one.', schema: jobAcceptedSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 429, 503),
  },
  async handle(context) {
    const { accept_double_charge, reason } = readChecked(runAgainBodySchema, readJsonBody(context.request))
    const accepted = await runAgain(context.parts, {
      generationId: asked(context),
      ...scopeOf(context.principal),
      acceptsDoubleCharge: accept_double_charge,
      reason: reason ?? null,
      actor: actorOf(context),
      principal: context.principal,
      requestId: context.requestId,
    })
    return answerAccepted(context, accepted)
  },
})

/** Asks every step of the ladder now. */
export const checkUnknownsRoute = adminRoute({
  method: 'POST',
  path: '/v2/unknowns/check',
  tenant: 'all',
  tag: 'money',
  summary: 'Ask about unknown outcomes now',
  description: 'Rounds run every five minutes by themselves; this one does not wait for the hours at which counts are asked for.',
  replies: { 200: { description: 'What it came to.', schema: unknownsCheckedSchema }, ...errorReplies(401, 404) },
  handle: ({ parts }) => parts.unknownRounds.run(parts, { onDemand: true }),
})

function asked({ request }: KnownContext): string {
  const { generation_id } = request.params as { generation_id: string }
  if (!isId('gen', generation_id)) throw failure('not_found', { param: 'generation_id' })
  return generation_id
}

const actorOf = ({ principal }: { principal: Principal }) => principal.keyId ?? 'admin'
