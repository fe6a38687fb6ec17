import { z } from 'zod'
import { auditBooks, diagnose, readiness, readinessChecks, renderMetrics, verifyObjects } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, publicRoute } from '../http-route.ts'
import { readChecked } from '../read-checked.ts'

/** The process answers. */
export const healthRoute = publicRoute({
  method: 'GET',
  path: '/healthz',
  tag: 'operations',
  summary: 'Say that the process is alive',
  replies: { 200: { description: 'Alive.', schema: z.object({ status: z.literal('ok') }) } },
  handle: () => ({ status: 'ok' }),
})

const readinessSchema = z.object(Object.fromEntries(readinessChecks.map((name) => [name, z.string()]))).describe('`ok`, or why not.')

/** The process would take a call. */
export const readyRoute = publicRoute({
  method: 'GET',
  path: '/readyz',
  tag: 'operations',
  summary: 'Say whether a call would be taken now',
  replies: {
    200: { description: 'Ready.', schema: z.object({ status: z.literal('ready'), checks: readinessSchema }) },
    503: {
      description: 'Not now, with the reason.',
      schema: z.object({ status: z.literal('not_ready'), reason: z.string(), checks: readinessSchema }),
    },
  },
  async handle({ parts, reply }) {
    const { reason, checks } = await readiness(parts)
    if (reason === null) return { status: 'ready', checks }
    return reply.code(503).send({ status: 'not_ready', reason, checks })
  },
})

/** Prometheus metrics: names and numbers, no prompts, keys or projects' content. */
export const metricsRoute = adminRoute({
  method: 'GET',
  path: '/metrics',
  tenant: 'all',
  tag: 'operations',
  summary: 'Metrics in the Prometheus text format',
  replies: { 200: { description: 'Metrics.', contentType: 'text/plain' }, ...errorReplies(401, 404) },
  async handle({ parts, reply }) {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics(parts))
  },
})

const doctorQuery = z.strictObject({ live: z.enum(['true', 'false']).default('false') })

/** What an operator should know or mend. */
export const doctorRoute = adminRoute({
  method: 'GET',
  path: '/v2/doctor',
  tenant: 'all',
  tag: 'operations',
  summary: 'Examine this installation',
  description: 'With `live=true` it asks each route that takes a key whether the key is good, without making a picture.',
  query: doctorQuery,
  replies: {
    200: {
      description: 'Findings.',
      schema: z.object({
        findings: z.array(
          z.object({
            name: z.string(),
            level: z.enum(['ok', 'note', 'warning', 'error']),
            found: z.string(),
            advice: z.string().nullable(),
          }),
        ),
      }),
    },
    ...errorReplies(401, 404),
  },
  async handle({ parts, request }) {
    const { live } = readChecked(doctorQuery, request.query)
    return { findings: await diagnose(parts, { live: live === 'true' }) }
  },
})

/** What must hold between the records. */
export const auditRoute = adminRoute({
  method: 'GET',
  path: '/v2/audit',
  tenant: 'all',
  tag: 'operations',
  summary: 'Hold the records against one another',
  description:
    'Ledger, upstream calls, generations, budgets and pictures, all of one moment. `wrong` is empty for what holds, and names the first twenty of what does not. The bytes of pictures are for `POST /v2/objects/verify`.',
  replies: {
    200: {
      description: 'What was held against what, and what was found.',
      schema: z.object({
        checks: z.array(
          z.object({
            name: z.string(),
            holds: z.string(),
            wrong: z.array(z.object({ id: z.string(), expected: z.string().nullable(), found: z.string().nullable() })),
          }),
        ),
      }),
    },
    ...errorReplies(401, 404),
  },
  handle: async ({ parts }) => ({ checks: await auditBooks(parts) }),
})

/** Read for one answer: seconds of a disk, so that no proxy gives up. */
const VERIFIED_BYTES = 512 * 1024 * 1024
const verifyQuery = z.strictObject({
  after: z
    .string()
    .regex(/^[0-9a-f]{0,64}$/)
    .default(''),
})

/** Kept bytes, held against their hashes. */
export const verifyObjectsRoute = adminRoute({
  method: 'POST',
  path: '/v2/objects/verify',
  tenant: 'all',
  tag: 'operations',
  summary: 'Hold kept bytes against their hashes',
  description:
    'Reads kept pictures and files through, in the order of their hashes, up to 512 MiB in one call; `next` is the `after` of the following one, null at the end. What is missing or damaged has to come from a backup.',
  query: verifyQuery,
  replies: {
    200: {
      description: 'What was found.',
      schema: z.object({
        checked: z.int().min(0),
        bytes: z.int().min(0),
        missing: z.array(z.string()),
        damaged: z.array(z.string()),
        next: z.string().nullable(),
      }),
    },
    ...errorReplies(400, 401, 404, 503),
  },
  async handle({ parts, request }) {
    const { after } = readChecked(verifyQuery, request.query)
    return verifyObjects(parts, { after, mostBytes: VERIFIED_BYTES })
  },
})
