import { type EventRow, type Statement, statementContext, type WebhookEndpointRow } from '../../db/index.ts'
import { type EventType, eventsToHandOut, handedOut } from '../../events/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { endpointsById, insertMessage, sealMessageBody, subscribedEndpoints, typesOf, wantsType } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { plainUnifiedBody, renderMessage, type UnifiedBodyOf } from './render-message.ts'

/** The receiver that a call named, and what it is to be told. */
export interface CallTarget {
  endpointId: string
  /** Null = every event of the job. */
  events: readonly EventType[] | null
}

/** Says which of some events have receivers of their own, by the ids of the events. */
export type CallTargetsOf = (parts: GatewayParts, events: readonly EventRow[]) => Promise<ReadonlyMap<string, CallTarget>>

/** How events become messages. */
export interface HandOut {
  callTargetsOf: CallTargetsOf
  unifiedBody: UnifiedBodyOf
}

/** Events that are handed out in one transaction. */
const BATCH = 200

interface Target {
  event: EventRow
  endpoint: WebhookEndpointRow
}

/**
 * Makes the messages of events that nobody was told of yet: one for each receiver that wants them, in the transaction that notes that it was
 * done. A process that dies before has done nothing; one that comes second is refused.
 * @returns how many events there were, and whose messages were made
 */
export async function handOutEvents(
  parts: GatewayParts,
  handOut: HandOut,
): Promise<{ events: number; told: readonly WebhookEndpointRow[] }> {
  const events = await eventsToHandOut(parts.database, BATCH)
  if (events.length === 0) return { events: 0, told: [] }
  const targets = await targetsOf(parts, events, handOut)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const messages: Statement[] = []
  for (const target of targets) messages.push(await messageFor(parts, target, handOut.unifiedBody))
  fp('webhook_before_hand_out')
  const seqs = events.map(({ seq }) => seq)
  await parts.database.transact([handedOut(context, seqs), ...messages])
  fp('webhook_after_hand_out')
  return { events: events.length, told: [...new Set(targets.map(({ endpoint }) => endpoint))] }
}

async function targetsOf(parts: GatewayParts, events: readonly EventRow[], { callTargetsOf }: HandOut): Promise<Target[]> {
  const called = await callTargetsOf(parts, events)
  const [kept, named] = await Promise.all([
    subscribedEndpoints(parts.database, [...new Set(events.map(({ project_id }) => project_id))]),
    endpointsById(parts.database, [...new Set([...called.values()].map(({ endpointId }) => endpointId))]),
  ])
  const subscribers = kept.map((endpoint) => ({ endpoint, types: typesOf(endpoint) }))
  return events.flatMap((event) => {
    const wanting = subscribers.filter(({ endpoint, types }) => isFor(event, endpoint) && wantsType(types, event.type))
    const target = called.get(event.id)
    const endpoint = target && wantsType(target.events, event.type) ? named.get(target.endpointId) : undefined
    return [...wanting.map((wanted) => wanted.endpoint), ...(endpoint ? [endpoint] : [])].map((receiver) => ({ event, endpoint: receiver }))
  })
}

/** What happened to a receiver is told to the others. */
const isFor = (event: EventRow, endpoint: WebhookEndpointRow) =>
  endpoint.project_id === event.project_id && endpoint.id !== event.subject_id

async function messageFor(parts: GatewayParts, { event, endpoint }: Target, unifiedBody: UnifiedBodyOf): Promise<Statement> {
  const body = await renderMessage(parts, event, endpoint, unifiedBody).catch((error: unknown) => {
    // One event that cannot be written must not hold up all that come after it.
    parts.logger.error({ err: error, event_id: event.id, event: event.type }, 'an event could not be written as it should')
    return JSON.stringify(plainUnifiedBody(parts, event))
  })
  return newMessageFor(parts, event, endpoint, body)
}

/** The message of an event for a receiver, sealed. */
export function newMessageFor(
  parts: GatewayParts,
  event: Pick<EventRow, 'id' | 'type' | 'at_ms'>,
  endpoint: WebhookEndpointRow,
  body: string,
): Statement {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const id = parts.newId('msg')
  return insertMessage(context, {
    id,
    endpointId: endpoint.id,
    eventId: event.id,
    eventType: event.type,
    eventAtMs: event.at_ms,
    style: endpoint.style === 'unified' ? 'unified' : 'standard',
    sealedBody: sealMessageBody(parts.webhookKey, id, body),
  })
}
