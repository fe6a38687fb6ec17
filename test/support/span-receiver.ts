import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A span as a collector is told of it. */
export interface ReceivedSpan {
  name: string
  /** 2 = server, 3 = client, 5 = consumer. */
  kind: number
  traceId: string
  spanId: string
  parentSpanId: string | null
  beganAtMs: number
  endedAtMs: number
  failed: boolean
  attributes: Record<string, string | number | boolean>
  /** What the process says of itself. */
  resource: Record<string, string | number | boolean>
}

interface OtlpAttribute {
  key: string
  value: { stringValue?: string; intValue?: string | number; doubleValue?: number; boolValue?: boolean }
}
interface OtlpSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  status: { code?: number }
}
interface OtlpRequest {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { spans: OtlpSpan[] }[] }[]
}

/** A collector of traces that speaks OTLP over HTTP, in JSON. */
export interface SpanReceiver extends AsyncDisposable {
  url: string
  /** What came, as text and with its headers. */
  requests: { path: string; headers: IncomingHttpHeaders; body: string }[]
  spans(): ReceivedSpan[]
}

/** Starts a collector that takes everything. @param status what it answers instead of 200 */
export async function startSpanReceiver(status = 200): Promise<SpanReceiver> {
  const requests: SpanReceiver['requests'] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    requests.push({ path: request.url!, headers: request.headers, body })
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () => requests.flatMap(({ body }) => spansOf(JSON.parse(body) as OtlpRequest)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function spansOf({ resourceSpans }: OtlpRequest): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        name: span.name,
        kind: span.kind,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || null,
        beganAtMs: Number(span.startTimeUnixNano) / 1e6,
        endedAtMs: Number(span.endTimeUnixNano) / 1e6,
        failed: span.status.code === 2,
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource.attributes),
      })),
    ),
  )
}

function attributesOf(attributes: readonly OtlpAttribute[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.boolValue ?? Number(value.intValue ?? value.doubleValue)]),
  )
}
