import { inWordsOf, jobImageKeys, placeInCall, readJobRequest } from '../../contract/job-request.ts'
import {
  cancelledReplySchema,
  jobAcceptedSchema,
  jobEventSchema,
  jobSchema,
  jobsQuerySchema,
  jobsReplySchema,
  nativeJobSchema,
  retryBodySchema,
  unifiedJobSchema,
} from '../../contract/record.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import { acceptSet, cancelJob, followJob, followJobs, listJobs, retryJob, showJob, takeInEditCall } from '../../flows/index.ts'
import { streamHead } from '../../relay/index.ts'
import { comingJson } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { clientRequestId, openReply, repeatSigns } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { answerAccepted } from '../job-reply.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'
import { receiverNamed } from '../receiver-named.ts'
import { scopeOf } from '../scope-of.ts'

/** A picture that nobody waits for. */
export const submitJobRoute = keyRoute({
  method: 'POST',
  path: '/v2/images/generate',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'Submit a job',
  admission: 'body',
  description:
    "Answers at once; the picture is made by the same road as any other. Takes the unified job API's own words (`prompt`, `model`, `gptImage2Params`), or `request` with OpenAI's body.",
  streamsBody: true,
  body: { description: 'What is to be made, and how it is told of.', schema: nativeJobSchema.or(unifiedJobSchema) },
  headers: sharedHeadersSchema,
  replies: {
    202: { description: 'The job is on record and will be made.', schema: jobAcceptedSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 413, 422, 429, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId } = context
    const headers = readDarkroomHeaders(request)
    const repeat = repeatSigns(context)
    await using taken = await takeInEditCall(parts, comingJson(context), { rename: placeInCall, imageKeys: jobImageKeys })
    const job = readJobRequest(taken.body)
    const { operation, body, shape, lane, priority, startAtMs, deadlineMs, review, fanout, webhook } = job
    try {
      const named = webhook === null ? {} : receiverNamed(context, webhook, shape)
      const accepted = await acceptSet(
        parts,
        {
          operation,
          principal,
          body,
          brought: operation === 'edit' ? taken.brought : null,
          headers: { ...headers, review: review ?? headers.review },
          requestId,
          clientRequestId: clientRequestId(context),
          repeat,
        },
        { shape, lane, priority, startAtMs, deadlineMs, fanout, baseUrl: context.baseUrl, ...named },
      )
      return await answerAccepted(context, accepted)
    } catch (error) {
      throw inWordsOf(job, error)
    }
  },
})

/** A job as it stands. */
export const jobRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/{id}',
  tenant: { object: 'job' },
  tag: 'jobs',
  summary: 'Read a job',
  description: 'State, result, cost. `status` speaks the four words of the unified job API, `state` says what is so.',
  replies: { 200: { description: 'The job.', schema: jobSchema }, ...errorReplies(401, 404) },
  handle: ({ parts, principal, request }) => showJob(parts, { jobId: idOf(request), ...scopeOf(principal) }),
})

/** Jobs of the caller's project. */
export const jobsRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'List jobs, the newest first',
  query: jobsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: jobsReplySchema }, ...errorReplies(400, 401) },
  handle: ({ parts, principal, request }) => listJobs(parts, { ...readChecked(jobsQuerySchema, request.query), ...scopeOf(principal) }),
})

/** A job that is not wanted any more. */
export const cancelJobRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/{id}/cancel',
  tenant: { object: 'job' },
  tag: 'jobs',
  summary: 'Cancel a job',
  description:
    'One that waits ends at once and costs nothing. A call that was sent cannot be taken back: it is paid for and kept, and nothing follows it.',
  replies: { 200: { description: 'What became of it.', schema: cancelledReplySchema }, ...errorReplies(401, 404, 409) },
  handle: ({ parts, principal, request }) => cancelJob(parts, { jobId: idOf(request), ...scopeOf(principal) }),
})

/** A job that gave nothing, once more. */
export const retryJobRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/{id}/retry',
  tenant: { object: 'job' },
  tag: 'jobs',
  summary: 'Make a job again',
  admission: 'body',
  description:
    'As a new job. Where the first was or may have been charged it takes `accept_double_charge: true`; the decision stands on record.',
  body: { description: 'What is accepted.', schema: retryBodySchema },
  headers: sharedHeadersSchema,
  replies: {
    202: { description: 'The new job.', schema: jobAcceptedSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 422, 429, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId } = context
    const { accept_double_charge, deadline } = readChecked(retryBodySchema, request.body === undefined ? {} : readJsonBody(request))
    const accepted = await retryJob(parts, {
      jobId: idOf(request),
      ...scopeOf(principal),
      principal,
      acceptsDoubleCharge: accept_double_charge,
      deadlineMs: deadline === undefined ? null : Date.parse(deadline),
      requestId,
      repeat: repeatSigns(context),
    })
    return answerAccepted(context, accepted)
  },
})

/** What happens to a job, as it happens. */
export const jobEventsRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/{id}/events',
  tenant: { object: 'job' },
  tag: 'jobs',
  summary: 'Follow a job',
  description:
    'Server-sent events from the beginning, or from `Last-Event-ID` on, until the job has ended. An id that names none of its events gets `reset` with the job as it stands.',
  replies: {
    200: { description: 'The events.', schema: jobEventSchema, contentType: 'text/event-stream' },
    ...errorReplies(401, 404),
  },
  handle: (context) =>
    sendEvents(context, (listener) =>
      followJob(context.parts, { jobId: idOf(context.request), ...scopeOf(context.principal), ...listener }),
    ),
})

/** What happens to any of them. */
export const followJobsRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/events',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'Follow all jobs',
  description:
    'Events of every job of the project from now on, or from `Last-Event-ID` on, by one connection: for screens that show many. It begins with `reset` where it cannot go on from there: read the list then. Whoever must not miss anything follows the job, or has a webhook told.',
  replies: {
    200: { description: 'The events; they do not end.', schema: jobEventSchema, contentType: 'text/event-stream' },
    ...errorReplies(401),
  },
  handle: (context) => sendEvents(context, (listener) => followJobs(context.parts, { ...scopeOf(context.principal), ...listener })),
})

interface Listener {
  lastEventId: string | null
  baseUrl: string
  signal: AbortSignal
}

type Told = AsyncGenerator<{ id: string; name: string; data: object }, void>

async function sendEvents(context: KnownContext, follow: (listener: Listener) => Told): Promise<void> {
  const { parts, request, reply, baseUrl } = context
  const lastEventId = request.headers['last-event-id']
  const left = new AbortController()
  const leave = () => left.abort()
  reply.raw.once('close', leave)
  using _ = parts.running.whenClosing(leave)
  const events = follow({ lastEventId: typeof lastEventId === 'string' ? lastEventId : null, baseUrl, signal: left.signal })
  // Whoever may not see the job learns it by a status.
  const first = await events.next()
  const client = openReply(context, { stream: true, headers: {} })
  client.commit(streamHead)
  // Whoever asks for the head alone has it now.
  if (request.method === 'HEAD') return client.end()
  for (let next = first; !next.done; next = await events.next()) {
    const { id, name, data } = next.value
    client.write(Buffer.from(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`), true)
  }
  client.end()
}

const idOf = ({ params }: KnownContext['request']) => (params as { id: string }).id
