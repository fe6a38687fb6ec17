import type { WebhookMessageLogReply, WebhookMessageReply, WebhookReply } from '../../src/contract/record.ts'
import { statementContext } from '../../src/db/index.ts'
import { type ManualClock, manualClock } from '../../src/db/test-engines.ts'
import { type EventType, eventsToHandOut, recordEvent } from '../../src/events/index.ts'
import type { JsonObject } from '../../src/primitives/json.ts'
import { seeReply } from './generation-calls.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'
import { startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

/** A gateway whose clock stands still until it is moved, and receivers that it may send to. */
export interface WebhookStage extends AsyncDisposable {
  gateway: TestGateway
  clock: ManualClock
  receivers: WebhookReceiver[]
}

/** Opens a stage. Chance is the mean of all chances, so that waits are those of the schedule. */
export async function openWebhookStage(receivers = 1, options: TestGatewayOptions & { clock?: ManualClock } = {}): Promise<WebhookStage> {
  await using opening = new AsyncDisposableStack()
  const clock = options.clock ?? manualClock()
  const started: WebhookReceiver[] = []
  for (let at = 0; at < receivers; at++) started.push(opening.use(await startWebhookReceiver()))
  const gateway = opening.adopt(
    await startTestGateway({
      chance: () => 0.5,
      yaml: allowing(started),
      ...options,
      clock,
    }),
    (open) => open.close(),
  )
  const open = opening.move()
  return { gateway, clock, receivers: started, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** A darkroom.yaml that lets callers name these receivers. */
export const allowing = (receivers: readonly { url: string }[]) =>
  `version: 1\noutbound: { allow: [${receivers.map(({ url }) => `'${url}'`).join(', ')}] }\n`

/** A call with the key of the gateway, and its JSON. */
export async function call<Answer>(gateway: Pick<TestGateway, 'fetch'>, method: string, path: string, body?: object) {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const seen = await seeReply(gateway.fetch(path, { method, ...content }))
  return { status: seen.status, json: JSON.parse(seen.text) as Answer, error: seen.error }
}

/** A webhook and its secret. */
export async function makeWebhook(gateway: Pick<TestGateway, 'fetch'>, wish: object) {
  const made = await call<WebhookReply & { secret: string }>(gateway, 'POST', '/v2/webhooks', wish)
  if (made.status !== 201) throw new Error(`expected a webhook, found ${JSON.stringify(made)}`)
  return made.json
}

/** A webhook as it stands. */
export const readWebhook = async (gateway: Pick<TestGateway, 'fetch'>, id: string) =>
  (await call<WebhookReply>(gateway, 'GET', `/v2/webhooks/${id}`)).json

/** What a webhook was told, the newest first. */
export const readDeliveries = async (gateway: Pick<TestGateway, 'fetch'>, id: string, query = '') =>
  (await call<{ deliveries: WebhookMessageReply[] }>(gateway, 'GET', `/v2/webhooks/${id}/deliveries${query}`)).json.deliveries

/** One message with its log. */
export const readDelivery = async (gateway: Pick<TestGateway, 'fetch'>, id: string) =>
  (await call<WebhookMessageLogReply>(gateway, 'GET', `/v2/webhooks/deliveries/${id}`)).json

/** Puts events on record, as what makes them true does, and says so unless it shall not. */
export async function happen(
  { gateway: { parts } }: TestGateway,
  types: readonly EventType[],
  { subjectId = 'gen_1', projectId = parts.access.defaultProjectId, data = { job_id: subjectId } as JsonObject, silently = false } = {},
): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact(types.map((type) => recordEvent(context, { projectId, subjectId, type, data })))
  if (!silently) parts.webhookDeliveries.wake()
}

/** Waits until every event has the messages that it is told with: a webhook made after that is not among its receivers. */
export async function handedOut({ gateway: { parts } }: TestGateway): Promise<void> {
  await until(
    () => eventsToHandOut(parts.database, 1),
    (waiting) => waiting.length === 0,
  )
}

/** Lets time pass at once. */
export function pass({ clock, gateway }: Pick<WebhookStage, 'clock' | 'gateway'>, milliseconds: number): void {
  clock.advance(milliseconds)
  gateway.gateway.parts.webhookDeliveries.wake()
}

/** Looks again and again until what it sees is what is waited for. */
export async function until<Seen>(look: () => Promise<Seen>, isThere: (seen: Seen) => boolean): Promise<Seen> {
  for (;;) {
    const seen = await look()
    if (isThere(seen)) return seen
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
