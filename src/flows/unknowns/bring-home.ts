import type { AnsweredCall } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { isFinished } from '../respond/new-turn.ts'
import type { ResponseRun } from '../respond/response-run.ts'
import { settleResponse } from '../respond/settle-response.ts'

/**
 * Settles a response whose outcome was unknown with the answer that came after all: pictures stored, both bills booked, the generation
 * completed, the evidence kept.
 * @param run with `late`, which says by what it was found
 * @returns false when the answer is no end yet, or somebody else decided first
 */
export async function bringHome(parts: GatewayParts, run: ResponseRun, answer: AnsweredCall): Promise<boolean> {
  if (answer.reply.ended !== 'whole' || !isFinished(answer.reply.response)) return false
  const settled = await settleResponse(parts, run, answer)
  parts.afterDelivery.wake()
  return settled !== null
}
