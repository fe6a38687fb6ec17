import { readTraceparent, type TraceContext } from '../primitives/trace-context.ts'
import type { SpanAttributes } from '../telemetry/index.ts'
import type { BookedUsage, Settled } from './book-call.ts'
import type { EndedCall, EndedRun } from './end-call.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** What a call is by the conventions: a model that answers in pictures, or a conversation that may. */
const operationNames = { generate: 'generate_content', edit: 'generate_content', respond: 'chat' } as const

/** Where a run belongs in a trace; null where nobody said. */
export function traceOf({ traceParent }: { traceParent?: string | null }): TraceContext | null {
  return readTraceparent(traceParent)
}

/**
 * Tells of one upstream call as a span, by the semantic conventions for generative AI
 * (https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/); what they have no name for is named `darkroom.*`.
 */
export function traceAttempt(parts: GatewayParts, run: EndedRun, call: EndedCall, settled: Settled | null): void {
  parts.tracing.record(() => {
    const beganAtMs = parts.clock.nowMs() - (parts.clock.monotonicMs() - run.startedMonotonicMs)
    return {
      name: `${operationNames[run.request.operation]} ${run.model}`,
      kind: 'client',
      parent: traceOf(run),
      beganAtMs,
      endedAtMs: call.totalMs === undefined ? parts.clock.nowMs() : beganAtMs + call.totalMs,
      failed: call.cause == null ? null : `${call.class}: ${call.cause}`,
      attributes: {
        ...attributesOf(run),
        'http.response.status_code': call.httpStatus,
        'darkroom.outcome': call.class,
        'darkroom.first_byte_ms': call.firstByteMs,
        ...(settled && settledAttributes(settled)),
      },
    }
  })
}

function attributesOf({ id, attemptId, request, model, book, choice }: EndedRun): SpanAttributes {
  const { route, modelSent } = choice
  return {
    'gen_ai.operation.name': operationNames[request.operation],
    'gen_ai.provider.name': route.owner,
    'gen_ai.output.type': request.operation === 'respond' ? null : 'image',
    'gen_ai.request.model': model,
    'server.address': new URL(route.baseUrl).hostname,
    'darkroom.operation': request.operation,
    'darkroom.model_sent': modelSent,
    'darkroom.route_id': route.id,
    'darkroom.generation_id': id,
    'darkroom.attempt_id': attemptId,
    'darkroom.book': book,
  }
}

function settledAttributes({ modelReported, usage, pictures, settledNanos, heldNanos }: Settled): SpanAttributes {
  return {
    'gen_ai.response.model': modelReported,
    ...(usage && usageAttributes(usage)),
    'darkroom.pictures': pictures,
    'darkroom.cost_dollars': Number(settledNanos) / 1e9,
    'darkroom.held_unknown_dollars': Number(heldNanos) / 1e9,
  }
}

function usageAttributes({ usage, source }: BookedUsage): SpanAttributes {
  return {
    'gen_ai.usage.input_tokens': usage.text_in + usage.text_cached_in + usage.image_in + usage.image_cached_in,
    'gen_ai.usage.output_tokens': usage.image_out + usage.text_out,
    'darkroom.usage.text_input_tokens': usage.text_in + usage.text_cached_in,
    'darkroom.usage.image_input_tokens': usage.image_in + usage.image_cached_in,
    'darkroom.usage.cached_input_tokens': usage.text_cached_in + usage.image_cached_in,
    'darkroom.usage.image_output_tokens': usage.image_out,
    'darkroom.usage.text_output_tokens': usage.text_out,
    'darkroom.usage.partial_images': usage.partial_images,
    'darkroom.usage.source': source,
  }
}
