import type { FastifyInstance } from 'fastify'
import type { GatewayParts } from '../flows/gateway-parts.ts'
import { readTraceparent } from '../primitives/trace-context.ts'
import { noTracing, type TraceSpan } from '../telemetry/index.ts'

/**
 * Tells of each request as a span of its caller's trace, or of a trace of its own, and names the trace in its log lines. Health, readiness and
 * metrics are asked for every few seconds and say nothing of calls: they are not told of.
 */
export function traceRequests(app: FastifyInstance, { tracing }: Pick<GatewayParts, 'tracing'>): void {
  app.addHook('onRequest', async (request, reply) => {
    const parent = readTraceparent(request.headers['traceparent'])
    const { method, url } = { method: request.method, url: request.routeOptions.url }
    const begun = request.routeOptions.config.traced ? tracing : noTracing
    request.trace = begun.begin({
      name: `${method} ${url}`,
      kind: 'server',
      parent,
      attributes: { 'http.request.method': method, 'http.route': url, 'darkroom.request_id': request.id },
    })
    const { context } = request.trace
    if (context === null) return
    request.log = reply.log = request.log.child({ trace_id: context.traceId, span_id: context.spanId })
  })
  app.addHook('onResponse', async (request, reply) => {
    const { statusCode } = reply
    request.trace?.end({
      attributes: { 'http.response.status_code': statusCode },
      failed: statusCode >= 500 ? String(statusCode) : null,
    })
  })
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests of it are told of as spans. */
    traced?: boolean
  }
  interface FastifyRequest {
    /** What belongs to this request hangs from here. */
    trace?: TraceSpan
  }
}
