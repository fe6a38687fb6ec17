import { Readable } from 'node:stream'
import { type DarkroomHeaders, nothingAsked } from '../contract/darkroom-headers.ts'
import { errorBody, Failure } from '../contract/failure.ts'
import type { Job } from '../contract/record.ts'
import { acceptJob, estimateCall, followJob, holdImage, ownImageIds, showJob, takeInEditCall } from '../flows/index.ts'
import { findGeneration, findRecordReviews, generationRecord } from '../generations/index.ts'
import { type JobPatience, type PictureDesk, type PictureOrder, ToolFault } from '../mcp/index.ts'

import { clientRequestId } from './generation-reply.ts'
import type { KnownContext } from './http-route.ts'
import { traceParentOf } from './read-darkroom-headers.ts'
import { scopeOf } from './scope-of.ts'

/** The gateway itself as the one who does what an agent asks for: by the flows of the routes, with the rights of the caller. */
export function gatewayDesk(context: KnownContext): PictureDesk {
  const { parts, principal } = context
  const scope = scopeOf(principal)
  const told = <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) => toldInWords(context, work)
  return {
    submit: told((order) => submit(context, order)),
    look: told(async (jobId, patience) => {
      await waitFor(context, jobId, patience)
      return showJob(parts, { jobId, ...scope })
    }),
    record: told(async (id) =>
      generationRecord((await findGeneration(parts.database, { id, ...scope }))!, await findRecordReviews(parts.database, id)),
    ),
    estimate: told(async (order) => {
      await using call = await takenIn(context, order)
      return await estimateCall(parts, { principal, ...call.ask })
    }),
    hold: told((imageId) => holdImage(parts, { imageId, ...scope })),
  }
}

async function submit(context: KnownContext, order: PictureOrder): Promise<string> {
  const { parts, principal, requestId, baseUrl } = context
  await using call = await takenIn(context, order)
  const ask = {
    ...call.ask,
    principal,
    requestId,
    clientRequestId: clientRequestId(context),
    repeat: { key: order.idempotencyKey, retryCount: 0 },
  }
  const wishes = { shape: 'native', lane: 'standard', priority: 'normal', startAtMs: null, deadlineMs: null, baseUrl } as const
  return (await acceptJob(parts, ask, wishes)).jobId
}

/** A call as a body of its own would have brought it; what it brings along goes when it is disposed of. */
async function takenIn(
  { parts, principal, request: asked, requestId, baseUrl }: KnownContext,
  { operation, request, strictMask }: PictureOrder,
) {
  const headers: DarkroomHeaders = {
    ...nothingAsked(),
    strictMask: strictMask ? true : null,
    traceParent: traceParentOf(asked),
  }
  const text = Buffer.from(JSON.stringify(request))
  const source = { contentType: 'application/json', contentLength: text.length, body: Readable.from([text]) }
  const taken = await takeInEditCall(parts, { requestId, source, ownImageId: ownImageIds(baseUrl), ...scopeOf(principal) })
  const brought = operation === 'edit' ? taken.brought : null
  return { ask: { operation, body: taken.body, brought, headers }, [Symbol.asyncDispose]: () => taken[Symbol.asyncDispose]() }
}

const over: ReadonlySet<Job['state']> = new Set(['completed', 'failed', 'cancelled', 'outcome_unknown'])

/** Waits until a job has ended, nobody knows what it cost, or patience has. */
async function waitFor({ parts, principal, baseUrl }: KnownContext, jobId: string, patience: JobPatience): Promise<void> {
  const signal = AbortSignal.any([patience.signal, AbortSignal.timeout(patience.waitMs)])
  const closing = new AbortController()
  using _ = parts.running.whenClosing(() => closing.abort())
  const follower = { jobId, ...scopeOf(principal), lastEventId: null, baseUrl, signal: AbortSignal.any([signal, closing.signal]) }
  for await (const { data } of followJob(parts, follower)) {
    patience.onProgress(data.progress)
    if (over.has(data.state)) return
  }
}

function toldInWords<Args extends unknown[], Result>({ requestId, baseUrl }: KnownContext, work: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await work(...args)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const told = errorBody(error, { requestId }).error
      throw new ToolFault(told.message, { ...told, docs: baseUrl + told.docs })
    }
  }
}
