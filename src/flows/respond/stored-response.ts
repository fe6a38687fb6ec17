import { failure } from '../../contract/failure.ts'
import { type ResponseTurnRow, statementContext } from '../../db/index.ts'
import { dropGuardTexts } from '../../guard/index.ts'
import { deleteReplies } from '../../idempotency/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { type ReplyClient, rebuildReply, sendReply } from '../../relay/index.ts'
import { assertNotHeld } from '../../retention/index.ts'
import { dropPromptWords } from '../../search/index.ts'
import { deleteTurn, findTurn, type TurnScope } from '../../threads/index.ts'
import { providerOf, storedBytes, upstreamRequestId } from '../call-upstream.ts'
import { documentParts } from '../document-with-images.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { askForResponse } from './ask-for-response.ts'
import { keptResponse } from './kept-response.ts'

/** A response that somebody asks for by its id. */
export interface AskedResponse extends TurnScope {
  responseId: string
}

const QUESTION_TIMEOUT_MS = 30_000

/**
 * Answers with a response as it was kept here, its pictures from the store: upstream is not asked, and need not have it any more. One that is
 * still under way is shown as far as it is known.
 * @throws Failure `response_not_found`, or `image_deleted` when what was said in it is gone
 */
export async function answerStoredResponse(parts: GatewayParts, asked: AskedResponse, client: () => ReplyClient): Promise<void> {
  const turn = await requireTurn(parts, asked)
  const kept = await keptResponse(parts, turn)
  if (kept === null) throw failure('image_deleted', { param: 'response_id' })
  const reply = rebuildReply(documentParts(kept.response), (index) => storedBytes(parts, kept.paths[index]!))
  await sendReply(client(), { contentType: 'application/json', headers: {} }, reply)
}

async function requireTurn(parts: GatewayParts, asked: AskedResponse): Promise<ResponseTurnRow> {
  const turn = await findTurn(parts.database, asked)
  if (turn === null) throw failure('response_not_found', { param: 'response_id' })
  return turn
}

/** Ends a background response, and settles it as upstream left it. A finished one stays as it is. @throws Failure */
export async function cancelResponse(parts: GatewayParts, asked: AskedResponse): Promise<void> {
  const turn = await requireTurn(parts, asked)
  if (turn.finished_at_ms !== null) return
  if (turn.background === 0) {
    throw failure('unsupported_combination', {
      param: 'response_id',
      message: 'Only a background response can be cancelled. Nothing was changed.',
    })
  }
  const { provider, question } = upstreamOf(parts, turn)
  const { outcome } = await provider.cancelResponse!(question)
  if (outcome.class !== 'ok' && outcome.class !== 'partial') throw failure('upstream_unreachable')
  await askForResponse(parts, turn)
}

/**
 * Forgets a response here and upstream. Its pictures, and what they cost, stay. One that is still under way in the background is ended first:
 * once upstream has forgotten it too, nobody could say what it cost. Upstream's answer is not waited for to be good: what is forgotten here
 * is forgotten.
 * @throws Failure `response_not_found`, `legal_hold`, or that of a cancellation that did not come about
 */
export async function deleteResponse(parts: GatewayParts, asked: AskedResponse): Promise<JsonObject> {
  const turn = await requireTurn(parts, asked)
  if (turn.background === 1) await cancelResponse(parts, asked)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([
    assertNotHeld(context, [turn.generation_id, turn.project_id]),
    ...deleteTurn(context, asked),
    deleteReplies(context, turn.generation_id),
    dropPromptWords(context, turn.generation_id),
    ...dropGuardTexts(context, turn.generation_id),
  ])
  if (turn.stored_upstream === 1) {
    const { provider, question } = upstreamOf(parts, turn)
    const { outcome } = await provider.deleteResponse!(question)
    if (outcome.class !== 'ok')
      parts.logger.warn({ generation_id: turn.generation_id, outcome: outcome.class }, 'upstream kept a deleted response')
  }
  return { id: asked.responseId, object: 'response', deleted: true }
}

function upstreamOf(parts: GatewayParts, turn: ResponseTurnRow) {
  const choice = parts.routes.named(turn.main_model, turn.route_id)
  const { baseUrl, key } = choice.route
  const clientRequestId = upstreamRequestId({ attemptId: turn.attempt_id })
  return {
    provider: providerOf(parts, choice),
    question: { baseUrl, key, clientRequestId, timeoutMs: QUESTION_TIMEOUT_MS, responseId: turn.response_id },
  }
}
