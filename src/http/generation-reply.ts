import { join } from 'node:path'
import type { DarkroomHeaders } from '../contract/darkroom-headers.ts'
import {
  answerEarlier,
  type EarlierCall,
  type GenerationRun,
  headersOf,
  noteAnswerDelivery,
  type RepeatSigns,
  runGeneration,
} from '../flows/index.ts'
import { readIdempotencyKey, readRetryCount } from '../idempotency/index.ts'
import { HttpReplyClient } from '../relay/index.ts'
import type { KnownContext } from './http-route.ts'
import { securityHeaders } from './security-headers.ts'
import { takeOver } from './server.ts'

/**
 * Runs an accepted generation and answers with what comes of it, or answers with the earlier one that it repeats. From here on the relay
 * writes the reply; the flow decides what it says.
 */
export async function answerGeneration(
  context: KnownContext,
  accepted: GenerationRun | EarlierCall,
  cache: DarkroomHeaders['cache'],
): Promise<void> {
  if ('attachedBy' in accepted) return answerRepetition(context, accepted)
  const client = replyClient(context, accepted, cache === null ? {} : { 'x-darkroom-cache': 'miss' })
  await context.parts.running.track(accepted.id, runGeneration(context.parts, accepted, client))
}

/** Answers a request with the earlier call that it repeats. */
export async function answerRepetition(context: KnownContext, earlier: EarlierCall): Promise<void> {
  const { parts, request, requestId } = context
  // Who waits for somebody else's call costs nothing worth a place at the door.
  request.admitted?.end()
  await answerEarlier(parts, earlier, requestId, (opening) => {
    const client = openReply(context, opening)
    // A silent retry is its client's only way to the answer: once it has it, no other chain of retries may have it too.
    if (earlier.attachedBy === 'shadow')
      void client.finished.then(() => (client.gone ? undefined : noteAnswerDelivery(parts, earlier.generationId, true)))
    return client
  })
}

/** A generation as its answer speaks of it. */
export interface AnsweredRun extends Pick<GenerationRun, 'id' | 'choice' | 'book' | 'warnings'> {
  request: { stream: boolean }
}

/** Takes the reply to a call over for the relay; whether the caller had the whole of it is noted. */
export function replyClient(context: KnownContext, run: AnsweredRun, headers: Record<string, string> = {}): HttpReplyClient {
  const client = openReply(context, {
    stream: run.request.stream,
    headers: { ...headersOf({ ...run, routeId: run.choice.route.id }), ...headers },
  })
  void client.finished.then(() => noteAnswerDelivery(context.parts, run.id, !client.gone))
  return client
}

/** Takes any reply over for the relay. */
export function openReply(
  context: KnownContext,
  { stream, headers }: { stream: boolean; headers: Record<string, string> },
): HttpReplyClient {
  const client = new HttpReplyClient({
    response: takeOver(context.reply),
    stream,
    overflowPath: join(context.parts.spoolFolder, `${context.requestId}.overflow`),
  })
  client.announce({ ...securityHeaders, 'x-request-id': context.requestId, ...headers })
  return client
}

/** A reply from what was kept, which says nothing of a generation in its headers. */
export const keptReply = (context: KnownContext) => openReply(context, { stream: false, headers: {} })

/** What a request says of being a repetition. @throws Failure `invalid_idempotency_key` */
export function repeatSigns({ request }: KnownContext): RepeatSigns {
  const values = request.raw.headersDistinct
  return { key: readIdempotencyKey(values['idempotency-key'] ?? []), retryCount: readRetryCount(values['x-stainless-retry-count'] ?? []) }
}

/** The caller's id of the call for the log: printable ASCII, bounded, else nothing. */
export function clientRequestId({ request }: KnownContext): string | null {
  const value = request.headers['x-client-request-id']
  return typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value) ? value : null
}
