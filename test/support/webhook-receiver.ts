import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as it reached a receiver. */
export interface ReceivedWebhook {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** What a receiver does with a message: a status, or anything else it can think of. */
export type ReceiverManner = number | ((response: ServerResponse, received: ReceivedWebhook) => void)

/** A receiver on loopback, for an origin that `outbound.allow` lists. */
export interface WebhookReceiver extends AsyncDisposable {
  /** Its origin. */
  url: string
  /** Everything that came, whole. */
  received: ReceivedWebhook[]
  /** What it does from now on. */
  manner: ReceiverManner
  /** Waits until so many messages came, all told. */
  has(count: number): Promise<ReceivedWebhook[]>
}

/** Starts a receiver that takes everything, until it is told otherwise. */
export async function startWebhookReceiver(manner: ReceiverManner = 204): Promise<WebhookReceiver> {
  let arrived = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    const received = { path: request.url!, headers: request.headers, body }
    receiver.received.push(received)
    arrived.resolve()
    arrived = Promise.withResolvers()
    if (typeof receiver.manner === 'number') response.writeHead(receiver.manner).end()
    else receiver.manner(response, received)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    manner,
    async has(count) {
      while (receiver.received.length < count) await arrived.promise
      return receiver.received
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

/** Ids of the events that came, in the order in which they came. */
export const eventIds = (received: readonly ReceivedWebhook[]) => received.map(({ headers }) => String(headers['webhook-id']))
