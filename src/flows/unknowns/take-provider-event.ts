import { failure } from '../../contract/failure.ts'
import { findAttempt } from '../../generations/index.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { ProviderEvent } from '../../providers/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import { findTurnOnRoute } from '../../threads/index.ts'
import { type SignedMessage, verifyWebhook } from '../../webhooks/index.ts'
import type { AnsweredCall } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { askForResponse, retrieveFor } from '../respond/ask-for-response.ts'
import { rebuildRun } from '../respond/rebuild-run.ts'
import { bringHome } from './bring-home.ts'

/** What a message of an upstream led to. */
export type EventEffect = 'none' | 'asked' | 'brought_home'

/** A message as it reached the edge. */
export interface ProviderMessage extends SignedMessage {
  routeId: string
  /** Reads the body once it is believed. @throws Failure */
  read(body: Buffer): JsonObject
}

/**
 * Takes a message that an upstream sent by webhook (step E2). Its signature makes it worth asking, no more: what became of a response is read
 * from the response itself. So a message that comes twice, late or out of order does no harm.
 * @throws Failure `invalid_signature`, alike for a wrong signature and for a route that takes no messages; `upstream_unreachable` when it could
 * not be asked, so that the upstream sends its message again
 */
export async function takeProviderEvent(parts: GatewayParts, message: ProviderMessage): Promise<EventEffect> {
  const route = parts.routes.list().find(({ id }) => id === message.routeId)
  const isSigned = route?.webhook != null && verifyWebhook(message, route.webhook.secret, parts.clock.nowMs())
  if (!route || !isSigned) throw failure('invalid_signature')
  const event = parts.providers.get(route.protocol)?.readEvent?.(message.read(message.body)) ?? null
  const effect = event === null ? 'none' : await follow(parts, route, event)
  parts.logger.info({ route_id: route.id, outcome: effect }, 'an upstream told of an end by webhook')
  return effect
}

async function follow(parts: GatewayParts, route: RouteContract, event: ProviderEvent): Promise<EventEffect> {
  if (event.about === 'batch')
    return (await parts.batches.told({ routeId: route.id, upstreamId: event.batchId })) ? 'asked' : askAboutBatches(parts)
  const turn = await findTurnOnRoute(parts.database, { routeId: route.id, responseId: event.responseId })
  if (turn?.finished_at_ms === null) {
    await askForResponse(parts, turn)
    return 'asked'
  }
  const attempt = turn && (await findAttempt(parts.database, turn.attempt_id))
  if (turn && attempt?.state !== 'unknown') return 'none'
  return askForUnknown(parts, route, event.responseId)
}

/** Which attempt a batch was made for, the list of batches says. */
async function askAboutBatches(parts: GatewayParts): Promise<EventEffect> {
  const { brought_home } = await parts.unknownRounds.run(parts, { onDemand: true })
  return brought_home > 0 ? 'brought_home' : 'asked'
}

/** A response of which only its name on the wire is known: what it says of itself tells whose it is. */
async function askForUnknown(parts: GatewayParts, route: RouteContract, responseId: string): Promise<EventEffect> {
  const question = { choice: parts.routes.choice(route, ''), attemptId: parts.newId('req') }
  const answer = await retrieveFor(parts, question, responseId)
  if (answer.kind === 'refused') {
    if (answer.outcome.class === 'rejected') return 'none'
    throw failure('upstream_unreachable')
  }
  try {
    return (await bringItHome(parts, route, responseId, answer)) ? 'brought_home' : 'none'
  } finally {
    await answer.relay.discard()
  }
}

async function bringItHome(parts: GatewayParts, route: RouteContract, responseId: string, answer: AnsweredCall): Promise<boolean> {
  const attempt = await findAttempt(parts.database, attemptNamedBy(answer.reply.response))
  if (attempt?.state !== 'unknown' || attempt.route_id !== route.id) return false
  const run = await rebuildRun(parts, { generation_id: attempt.generation_id, attempt_id: attempt.id, route_id: route.id })
  if (run === null) return false
  return bringHome(parts, { ...run, late: { step: 'E2', actor: 'webhook', evidence: { response_id: responseId } } }, answer)
}

function attemptNamedBy(response: JsonObject | null): string {
  const metadata = response?.['metadata'] ?? null
  const id = isJsonObject(metadata) ? metadata['attempt_id'] : null
  return typeof id === 'string' ? id : ''
}
