import { join } from 'node:path'
import type { GenerationRun } from '../flows/index.ts'
import { runGeneration } from '../flows/index.ts'
import { HttpReplyClient } from '../relay/index.ts'
import type { KnownContext } from './http-route.ts'
import { securityHeaders, takeOver } from './server.ts'

/** Runs an accepted generation and answers with what comes of it. From here on the relay writes the reply; the flow decides what it says. */
export async function answerGeneration(context: KnownContext, run: GenerationRun): Promise<void> {
  const client = replyClient(context, { ...run, stream: run.request.stream })
  await context.parts.running.track(run.id, runGeneration(context.parts, run, client))
}

/** A generation as its answer's headers speak of it. */
export interface AnsweredRun extends Pick<GenerationRun, 'id' | 'choice' | 'book' | 'warnings'> {
  stream: boolean
}

/** Takes the reply over for the relay. @param run null for an answer from what was kept */
export function replyClient(context: KnownContext, run: AnsweredRun | null): HttpReplyClient {
  const client = new HttpReplyClient({
    response: takeOver(context.reply),
    stream: run?.stream ?? false,
    overflowPath: join(context.parts.spoolFolder, `${context.requestId}.overflow`),
  })
  client.announce({ ...securityHeaders, 'x-request-id': context.requestId, ...(run && generationHeaders(run)) })
  return client
}

/** What every answer of a generation says about itself. */
function generationHeaders(run: AnsweredRun): Record<string, string> {
  const codes = [...new Set(run.warnings.map((warning) => warning.code))]
  return {
    'x-darkroom-generation': run.id,
    'x-darkroom-route': run.choice.route.id,
    ...(run.book === 'sandbox' ? { 'x-darkroom-sandbox': 'true' } : {}),
    ...(codes.length > 0 ? { 'x-darkroom-warnings': codes.join(', ') } : {}),
  }
}

/** The caller's id of the call for the log: printable ASCII, bounded, else nothing. */
export function clientRequestId({ request }: KnownContext): string | null {
  const value = request.headers['x-client-request-id']
  return typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value) ? value : null
}
