import { z } from 'zod'
import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { gateListSchema, gateReportSchema, routeGrantSchema } from '../../contract/record.ts'
import { gateRoute, grantRoute, listStandings, withdrawGrants } from '../../flows/index.ts'
import { gateHistory, renderGateReport } from '../../gate/index.ts'
import { parseUsd } from '../../primitives/money.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { pageHeaders } from '../security-headers.ts'

const HOUR_MS = 3_600_000

/** What a run may cost where nothing is said, in dollars. */
export const GATE_COST_CEILING_USD = '0.25'

const runSchema = z
  .strictObject({
    dry_run: z.boolean().default(false).describe('Plan and price the probes, send nothing.'),
    max_cost_usd: z
      .string()
      .regex(/^\d{1,4}(\.\d{1,9})?$/, 'expected dollars as text, like "0.25"')
      .default(GATE_COST_CEILING_USD)
      .describe('What the run may cost; a probe that could go beyond it is not made.'),
  })
  .meta({ id: 'GateRun' })

const grantSchema = z
  .strictObject({
    reason: z.string().trim().min(1).max(500),
    hours: z.number().positive().max(720).default(24).describe('How long it holds.'),
  })
  .meta({ id: 'NewRouteGrant' })

const reportQuery = z.strictObject({ format: z.enum(['json', 'html']).default('json') })

/** How every route stands. */
export const gateListRoute = keyRoute({
  method: 'GET',
  path: '/v2/gate',
  tenant: 'none',
  tag: 'models',
  summary: 'List how every route stands',
  description: 'Which traffic each route may carry now, why, and what its gate and its pictures say.',
  replies: { 200: { description: 'The routes, in the order they are asked.', schema: gateListSchema }, ...errorReplies(401) },
  handle: ({ parts }) => listStandings(parts),
})

/** The latest report of a route. */
export const gateReportRoute = keyRoute({
  method: 'GET',
  path: '/v2/gate/{route}',
  tenant: 'none',
  tag: 'models',
  summary: 'Read the latest report of a route',
  description:
    'As JSON, or with `format=html` as a page for people. A report under an earlier configuration says so by its `config_sha256`.',
  query: reportQuery,
  replies: { 200: { description: 'The report.', schema: gateReportSchema }, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { format } = readChecked(reportQuery, context.request.query)
    const [latest] = await gateHistory(context.parts.database, { routeId: asked(context), limit: 1 })
    if (!latest)
      throw failure('not_found', {
        param: 'route',
        message: 'The gate has not run on this route. Nothing was charged; POST to this address runs it.',
      })
    if (format === 'json') return latest.report
    const page = renderGateReport(latest.report, { stylesheetUrl: '/assets/page.css' })
    return context.reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page)
  },
})

/** Runs the gate. */
export const runGateRoute = adminRoute({
  method: 'POST',
  path: '/v2/gate/{route}',
  tenant: 'none',
  tag: 'models',
  summary: 'Run the acceptance gate on a route',
  description:
    'Makes the probes that suit the contract of the route, as ordinary calls that cost what they cost, and answers with the report once all have ended: about a minute. The verdict counts from then on.',
  body: { description: 'What it may cost.', schema: runSchema },
  replies: { 200: { description: 'The report.', schema: gateReportSchema }, ...errorReplies(400, 401, 404) },
  handle(context) {
    const { dry_run, max_cost_usd } = readChecked(runSchema, readJsonBody(context.request))
    const { principal, requestId } = context
    return gateRoute(context.parts, { routeId: asked(context), costCeiling: parseUsd(max_cost_usd), dryRun: dry_run, principal, requestId })
  },
})

/** Leave to test a refused route. */
export const grantGateRoute = adminRoute({
  method: 'POST',
  path: '/v2/gate/{route}/grant',
  tenant: 'none',
  tag: 'models',
  summary: 'Grant manual tests of a refused route',
  description: 'For a time and for a reason, both on record. It never opens a route to production traffic.',
  body: { description: 'Why, and for how long.', schema: grantSchema },
  replies: { 201: { description: 'The grant.', schema: routeGrantSchema }, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { reason, hours } = readChecked(grantSchema, readJsonBody(context.request))
    const actor = actorOf(context.principal)
    return context.reply.code(201).send(await grantRoute(context.parts, { routeId: asked(context), reason, forMs: hours * HOUR_MS, actor }))
  },
})

/** Takes such leave back. */
export const withdrawGrantRoute = adminRoute({
  method: 'DELETE',
  path: '/v2/gate/{route}/grant',
  tenant: 'none',
  tag: 'models',
  summary: 'Take grants of manual tests back',
  replies: {
    200: { description: 'They are withdrawn.', schema: z.object({ route_id: z.string(), withdrawn: z.int() }) },
    ...errorReplies(401, 404),
  },
  async handle(context) {
    const routeId = asked(context)
    return { route_id: routeId, withdrawn: await withdrawGrants(context.parts, { routeId, actor: actorOf(context.principal) }) }
  },
})

/** Switches a route on again. */
export const enableRouteRoute = adminRoute({
  method: 'POST',
  path: '/v2/routes/{route}/enable',
  tenant: 'none',
  tag: 'models',
  summary: 'Switch a route on again that its account switched off',
  description: 'A route whose key was refused or whose quota ran out is tried once a minute by itself; this does it now.',
  replies: {
    200: { description: 'It takes calls.', schema: z.object({ route_id: z.string(), was_disabled: z.boolean() }) },
    ...errorReplies(401, 404),
  },
  handle(context) {
    const routeId = asked(context)
    return { route_id: routeId, was_disabled: context.parts.health.enable(routeId) }
  },
})

const actorOf = ({ keyId }: Principal) => keyId ?? 'admin'

function asked({ parts, request }: KnownContext): string {
  const { route } = request.params as { route: string }
  if (!parts.routes.list().some(({ id }) => id === route)) throw failure('not_found', { param: 'route' })
  return route
}
