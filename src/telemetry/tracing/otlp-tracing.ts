import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { TraceContext } from '../../primitives/trace-context.ts'
import type { Logger } from '../create-logger.ts'
import type { EndedSpan, SpanAttributes, SpanBeginning, SpanEnd, TraceSpan, Tracing } from './tracing.ts'
import type { TraceSampler, TracingConfig } from './tracing-config.ts'

/** A collector that does not answer must not hold up the end of the process. */
const LAST_SPANS_MS = 2000
/** What cannot be sent is said this often at most. */
const SAY_AGAIN_MS = 60_000

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER }

/** Spans of OpenTelemetry, sent to a collector as OTLP over HTTP in JSON. Loaded by `openTracing` alone. */
export class OtlpTracing implements Tracing {
  readonly isOn = true
  readonly #provider: TracerProvider
  readonly #tracer: Tracer

  constructor({ url, headers, resource, sampler, timeoutMs }: TracingConfig, { version, logger }: { version: string; logger: Logger }) {
    const exporter = new OTLPTraceExporter({ url, headers, ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }) })
    this.#provider = new TracerProvider({
      resource: defaultResource().merge(resourceFromAttributes({ 'service.version': version, ...resource })),
      sampler: samplerOf(sampler),
      spanProcessors: [new BatchSpanProcessor({ exporter: saying(exporter, logger) })],
    })
    this.#tracer = this.#provider.getTracer('darkroom', version)
  }

  begin(beginning: SpanBeginning): TraceSpan {
    const span = this.#start(beginning)
    return { context: contextOf(span), end: (how = {}) => end(span, how) }
  }

  record(told: () => EndedSpan): void {
    const { beganAtMs, endedAtMs, ...beginning } = told()
    end(this.#start(beginning, beganAtMs), { failed: beginning.failed ?? null }, Math.max(beganAtMs, endedAtMs))
  }

  async close(): Promise<void> {
    await Promise.race([this.#provider.shutdown().catch(() => undefined), passed(LAST_SPANS_MS)])
  }

  #start({ name, kind, parent, attributes = {} }: SpanBeginning, startTime?: number): Span {
    const options = { kind: kinds[kind], attributes: known(attributes), ...(startTime !== undefined && { startTime }) }
    return this.#tracer.startSpan(name, options, under(parent))
  }
}

function under(parent: TraceContext | null): Context {
  if (parent === null) return ROOT_CONTEXT
  const { traceId, spanId, isSampled } = parent
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function contextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }
}

function end(span: Span, { attributes = {}, failed = null }: SpanEnd, atMs?: number): void {
  span.setAttributes(known(attributes))
  if (failed !== null) span.setAttribute('error.type', failed).setStatus({ code: SpanStatusCode.ERROR })
  span.end(atMs)
}

/** What is not known is not said. */
function known(attributes: SpanAttributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)) as Attributes
}

function samplerOf({ parentBased, share }: TraceSampler): Sampler {
  const root = share >= 1 ? new AlwaysOnSampler() : share <= 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(share)
  return parentBased ? new ParentBasedSampler({ root }) : root
}

/** The exporter gives up in silence: this says that it did. */
function saying(exporter: SpanExporter, logger: Logger): SpanExporter {
  let silentUntilMs = 0
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const nowMs = performance.now()
        if (result.error && nowMs >= silentUntilMs) {
          silentUntilMs = nowMs + SAY_AGAIN_MS
          logger.warn({ err: result.error, count: spans.length }, 'spans could not be sent and are lost')
        }
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
