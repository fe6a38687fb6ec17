import { newRolloutSchema, rolloutQuerySchema, rolloutSchema, rolloutsQuerySchema, rolloutsReplySchema } from '../../contract/record.ts'
import { beginRollout, listRollouts, showRollout } from '../../flows/index.ts'
import { renderRollout } from '../../rollout/index.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { receiverNamed } from '../receiver-named.ts'
import { pageHeaders } from '../security-headers.ts'

const langQuery = rolloutQuerySchema.pick({ lang: true })

/** Walks a route from its first picture to real traffic. */
export const beginRolloutRoute = adminRoute({
  method: 'POST',
  path: '/v2/rollouts',
  tenant: 'caller',
  tag: 'models',
  summary: 'Walk a route through the five steps to production',
  description:
    'Five steps, each with its evidence: one cheap picture, one edit, the final settings, a failure on purpose, one job through queue, webhook and review. Stops at the first that fails and says what to do next. `dry_run` prices it; a walk needs a budget that reaches, and goes on by itself.',
  query: langQuery,
  body: { description: 'Which route, how the product will ask, and what it may cost.', schema: newRolloutSchema },
  replies: {
    200: { description: 'The plan (`dry_run`): nothing was sent.', schema: rolloutSchema },
    202: { description: 'It is on record and has begun.', schema: rolloutSchema },
    ...errorReplies(400, 401, 402, 403, 404, 429, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId, baseUrl, reply } = context
    const { lang } = readChecked(langQuery, request.query)
    const body = readChecked(newRolloutSchema, readJsonBody(request))
    const webhook = { url: body.webhook_url ?? '', events: ['completed', 'failed'] as const }
    const receiver = body.webhook_url === undefined ? null : receiverNamed(context, { ...webhook, events: [...webhook.events] })
    const rollout = await beginRollout(parts, { principal, requestId, baseUrl, body, receiver }, lang)
    reply.code(rollout.id === null ? 200 : 202)
    return rollout
  },
})

/** All walks. */
export const rolloutsRoute = adminRoute({
  method: 'GET',
  path: '/v2/rollouts',
  tenant: 'all',
  tag: 'models',
  summary: 'List walks of routes to production, the newest first',
  query: rolloutsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: rolloutsReplySchema }, ...errorReplies(400, 401, 404) },
  handle({ parts, request }) {
    const { lang: language, ...query } = readChecked(rolloutsQuerySchema, request.query)
    return listRollouts(parts, { ...query, language })
  },
})

/** One walk. */
export const rolloutRoute = adminRoute({
  method: 'GET',
  path: '/v2/rollouts/{id}',
  tenant: 'all',
  tag: 'models',
  summary: 'Read the report of a walk to production',
  description:
    'In English, Japanese or Chinese; with `format=html` as a page for people. Reading it while it waits for a person looks whether that person has decided.',
  query: rolloutQuerySchema,
  replies: { 200: { description: 'The report.', schema: rolloutSchema }, ...errorReplies(400, 401, 404) },
  async handle({ parts, request, baseUrl, reply }) {
    const { lang: language, format } = readChecked(rolloutQuerySchema, request.query)
    const rollout = await showRollout(parts, { id: (request.params as { id: string }).id, language, baseUrl })
    if (format === 'json') return rollout
    const page = renderRollout(rollout, { stylesheetUrl: '/assets/page.css' })
    return reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page)
  },
})
