import { join } from 'node:path'
import type { GenerationRun } from '../flows/index.ts'
import { runGeneration } from '../flows/index.ts'
import { HttpReplyClient } from '../relay/index.ts'
import type { KnownContext } from './http-route.ts'
import { securityHeaders, takeOver } from './server.ts'

/** Runs an accepted generation and answers with what comes of it. From here on the relay writes the reply; the flow decides what it says. */
export async function answerGeneration(context: KnownContext, run: GenerationRun): Promise<void> {
  await context.parts.running.track(runGeneration(context.parts, run, replyClient(context, run)))
}

function replyClient(context: KnownContext, run: GenerationRun): HttpReplyClient {
  const client = new HttpReplyClient({
    response: takeOver(context.reply),
    stream: run.request.stream,
    overflowPath: join(context.parts.spoolFolder, `${run.id}.overflow`),
  })
  client.announce({ ...securityHeaders, 'x-request-id': context.requestId, ...generationHeaders(run) })
  return client
}

/** What every answer of a generation says about itself. */
function generationHeaders(run: GenerationRun): Record<string, string> {
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
