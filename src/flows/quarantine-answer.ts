import type { RelayResult } from '../relay/index.ts'
import type { AnsweredCall } from './call-upstream.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { AttemptVerdict } from './read-outcome.ts'

/** Whose answer it is. */
interface AnsweredRun {
  id: string
  attemptId: string
  choice: { route: { id: string } }
}

/**
 * Keeps the raw bytes of an answer that broke off, could not be read, or brought no picture although it was or may have been paid for.
 * Never rejects: it helps whoever looks for the reason, and nothing depends on it.
 */
export async function quarantineAnswer(
  parts: GatewayParts,
  run: AnsweredRun,
  { relay, reply }: AnsweredCall,
  money: AttemptVerdict['money'] | undefined,
): Promise<void> {
  if (reply.ended === 'whole' && money !== 'loss' && money !== 'hold') return
  const cause = causeOf(reply)
  parts.metrics.quarantined(cause)
  const { head, tail, omittedBytes } = relay.rawBody()
  const facts = { attemptId: run.attemptId, generationId: run.id, routeId: run.choice.route.id, cause }
  try {
    await parts.quarantine.keep({ ...facts, head, tail, omittedBytes }, parts.clock.nowMs())
  } catch (error) {
    parts.logger.error({ generation_id: run.id, attempt_id: run.attemptId, err: error }, 'a broken answer could not be kept')
  }
}

function causeOf(reply: RelayResult): string {
  return reply.cause ?? (reply.errorFrame ? 'error_event' : 'no_image_returned')
}
