import { failure } from '../../contract/failure.ts'
import { type Statement, statementContext, type WebhookEndpointRow } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import {
  AlreadyDisabled,
  cancelMessagesOf,
  changeEndpoint,
  deleteEndpoint,
  enableEndpoint,
  findEndpoint,
  insertEndpoint,
  newWebhookSecret,
  readWebhookSecret,
  rotateEndpointSecret,
  sealWebhookSecret,
  type WebhookStyle,
  webhookSecretText,
} from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { disabling } from './record-attempt.ts'
import { readWebhookUrl } from './webhook-url.ts'

/** A webhook that a project wants. */
export interface WebhookOrder {
  projectId: string
  url: string
  description: string
  /** Null = every event of a job. */
  eventTypes: readonly string[] | null
  style: WebhookStyle
  /** As `webhookSecretText` writes it; absent = one is made. */
  secret?: string | undefined
}

/** A webhook and its secret, which is shown once. */
export interface WebhookWithSecret {
  endpoint: WebhookEndpointRow
  /** As `webhookSecretText` writes it. */
  secret: string
}

/** Which webhook is meant, and whose they may be; null = of any project. */
export interface WebhookAsk {
  id: string
  projectId: string | null
}

const FIRST_VERSION = 1

/** Makes a webhook. @throws Failure `webhook_url`, `weak_secret`, `limit_reached` */
export async function createWebhook(parts: GatewayParts, order: WebhookOrder): Promise<WebhookWithSecret> {
  const url = readWebhookUrl(parts, order.url)
  const secret = secretFrom(order.secret)
  const id = parts.newId('whk')
  const sealedSecret = sealWebhookSecret(parts.webhookKey, id, FIRST_VERSION, secret)
  await change(parts, [insertEndpoint(contextOf(parts), { ...order, id, url, sealedSecret })])
  return { endpoint: await knownWebhook(parts, { id, projectId: null }), secret: webhookSecretText(secret) }
}

/** What is to be different; what is left out stays. */
export interface WebhookChange {
  url?: string | undefined
  description?: string | undefined
  eventTypes?: readonly string[] | null | undefined
  style?: WebhookStyle | undefined
  enabled?: boolean | undefined
}

/**
 * Changes a webhook. What waits for it goes to its new address; what it was told before keeps its text.
 * @throws Failure `not_found`, `webhook_url`, `webhook_fixed`
 */
export async function changeWebhook(parts: GatewayParts, ask: WebhookAsk, wanted: WebhookChange): Promise<WebhookEndpointRow> {
  const endpoint = await knownWebhook(parts, ask)
  const { enabled, ...rest } = wanted
  const isChanged = Object.values(rest).some((value) => value !== undefined)
  if (isChanged && endpoint.origin === 'call') throw failure('webhook_fixed')
  const url = wanted.url === undefined ? undefined : readWebhookUrl(parts, wanted.url)
  const context = contextOf(parts)
  const changed = isChanged ? [changeEndpoint(context, endpoint.id, { ...rest, url })] : []
  await switchOver(parts, endpoint, changed, enabled)
  const now = await knownWebhook(parts, ask)
  if (now.state === 'enabled') parts.webhookDeliveries.resume(now, parts.clock.nowMs())
  return now
}

async function switchOver(
  parts: GatewayParts,
  endpoint: WebhookEndpointRow,
  changed: readonly Statement[],
  enabled: boolean | undefined,
): Promise<void> {
  const context = contextOf(parts)
  if (enabled === true) return change(parts, [...changed, enableEndpoint(context, endpoint.id)])
  if (enabled === undefined || endpoint.state === 'disabled') return change(parts, changed)
  try {
    await change(parts, [...changed, ...disabling(context, endpoint, 'by_hand'), cancelMessagesOf(context, endpoint.id)])
    parts.webhookDeliveries.wake()
  } catch (error) {
    if (!(error instanceof AlreadyDisabled)) throw error
    await change(parts, changed)
  }
}

/** Replaces the secret of a webhook; both are signed with for the overlap. @throws Failure `not_found`, `webhook_fixed`, `weak_secret`, `secret_rotation_open` */
export async function rotateWebhook(
  parts: GatewayParts,
  ask: WebhookAsk,
  { overlapMs, secret: brought }: { overlapMs: number; secret?: string | undefined },
): Promise<WebhookWithSecret> {
  const { id, origin, secret_version: version } = await knownWebhook(parts, ask)
  if (origin === 'call') throw failure('webhook_fixed')
  const secret = secretFrom(brought)
  const sealed = sealWebhookSecret(parts.webhookKey, id, version + 1, secret)
  await change(parts, [rotateEndpointSecret(contextOf(parts), { id, version, sealed, overlapMs })])
  return { endpoint: await knownWebhook(parts, ask), secret: webhookSecretText(secret) }
}

/** Takes a webhook away; nothing is sent to it any more. @throws `Failure('not_found')` */
export async function deleteWebhook(parts: GatewayParts, ask: WebhookAsk): Promise<void> {
  const { id } = await knownWebhook(parts, ask)
  const context = contextOf(parts)
  await change(parts, [deleteEndpoint(context, id), cancelMessagesOf(context, id)])
}

/** The webhook that is meant. @throws `Failure('not_found')` */
export async function knownWebhook(parts: GatewayParts, ask: WebhookAsk): Promise<WebhookEndpointRow> {
  const endpoint = await findEndpoint(parts.database, ask)
  if (!endpoint) throw failure('not_found', { param: 'id' })
  return endpoint
}

const contextOf = ({ database, clock, newId }: GatewayParts) => statementContext(database, clock, newId)
const secretFrom = (text: string | undefined) => (text === undefined ? newWebhookSecret() : readWebhookSecret(text))

async function change(parts: GatewayParts, statements: readonly Statement[]): Promise<void> {
  fp('webhook_before_change')
  await parts.database.transact(statements)
  fp('webhook_after_change')
}
