import { failure } from '../../contract/failure.ts'
import { type EventRow, type Statement, statementContext, type WebhookEndpointRow } from '../../db/index.ts'
import { eventsBetween } from '../../events/index.ts'
import { isId } from '../../primitives/ids.ts'
import { findMessage, replayMessages, toldEvents, typesOf, wantsType } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { knownWebhook, type WebhookAsk } from './change-webhook.ts'
import { newMessageFor } from './hand-out-events.ts'
import { renderMessage } from './render-message.ts'

/** Events that one call looks at. */
const PAGE = 500

/** What is sent again: one message, or what happened within a time. */
export type ReplayOrder = { messageId: string } | { fromMs: number; toMs: number; delivered: boolean; cursor: string | undefined }

/** What came of it. */
export interface Replayed {
  queued: number
  /** Null at the end. */
  nextCursor: string | null
}

/**
 * Sends messages once more, under the ids that they had. By time it also makes those that were never made, because the webhook was not there
 * yet or was disabled; so nothing that happened in the last thirty days is out of reach.
 * @throws Failure `not_found`, `webhook_disabled`, `invalid_value`
 */
export async function replayWebhook(parts: GatewayParts, ask: WebhookAsk, order: ReplayOrder): Promise<Replayed> {
  const endpoint = await knownWebhook(parts, ask)
  if (endpoint.state !== 'enabled') throw failure('webhook_disabled')
  const page = 'messageId' in order ? await oneMessage(parts, endpoint, order.messageId) : await pageOf(parts, endpoint, order)
  const results = await parts.database.transact(page.statements)
  parts.webhookDeliveries.resume(endpoint, parts.clock.nowMs())
  return { queued: results.reduce((sum, { changes }) => sum + changes, 0), nextCursor: page.nextCursor }
}

interface Page {
  statements: Statement[]
  nextCursor: string | null
}

async function oneMessage(parts: GatewayParts, endpoint: WebhookEndpointRow, messageId: string): Promise<Page> {
  const found = isId('msg', messageId) ? await findMessage(parts.database, { id: messageId, projectId: endpoint.project_id }) : null
  if (found?.message.endpoint_id !== endpoint.id) throw failure('not_found', { param: 'message_id' })
  return { statements: [replayMessages(contextOf(parts), { endpointId: endpoint.id, messageId, delivered: true })], nextCursor: null }
}

type TimeOrder = Exclude<ReplayOrder, { messageId: string }>

/** A receiver that calls named was told what they said; nothing says what else it would want. */
function pageOf(parts: GatewayParts, endpoint: WebhookEndpointRow, order: TimeOrder): Promise<Page> {
  return endpoint.origin === 'call' ? pageOfTold(parts, endpoint, order) : pageOfEvents(parts, endpoint, order)
}

async function pageOfTold(parts: GatewayParts, endpoint: WebhookEndpointRow, { cursor, delivered, ...times }: TimeOrder): Promise<Page> {
  if (cursor !== undefined && !isId('evt', cursor)) throw invalidCursor()
  const eventIds = await toldEvents(parts.database, { ...times, endpointId: endpoint.id, after: cursor ?? '', limit: PAGE })
  return {
    statements: [replayMessages(contextOf(parts), { endpointId: endpoint.id, eventIds, delivered })],
    nextCursor: eventIds.length === PAGE ? eventIds.at(-1)! : null,
  }
}

async function pageOfEvents(parts: GatewayParts, endpoint: WebhookEndpointRow, { cursor, delivered, ...times }: TimeOrder): Promise<Page> {
  if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) throw invalidCursor()
  const range = { ...times, projectId: endpoint.project_id, afterSeq: Number(cursor ?? 0), limit: PAGE }
  const events = await eventsBetween(parts.database, range)
  const types = typesOf(endpoint)
  const wanted = events.filter((event) => wantsType(types, event.type) && event.subject_id !== endpoint.id)
  const missing: Statement[] = []
  for (const event of wanted) missing.push(await messageOf(parts, event, endpoint))
  const eventIds = wanted.map(({ id }) => id)
  return {
    // Those that are there first: what is made behind them is not counted twice.
    statements: [replayMessages(contextOf(parts), { endpointId: endpoint.id, eventIds, delivered }), ...missing],
    nextCursor: events.length === PAGE ? String(events.at(-1)!.seq) : null,
  }
}

async function messageOf(parts: GatewayParts, event: EventRow, endpoint: WebhookEndpointRow): Promise<Statement> {
  return newMessageFor(parts, event, endpoint, await renderMessage(parts, event, endpoint, parts.webhookDeliveries.unifiedBody))
}

const contextOf = ({ database, clock, newId }: GatewayParts) => statementContext(database, clock, newId)

const invalidCursor = () =>
  failure('invalid_value', {
    param: 'cursor',
    message: 'The cursor is none of this replay. Nothing was queued or charged; send the next_cursor of the answer before, or none.',
  })
