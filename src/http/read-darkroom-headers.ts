import type { FastifyRequest } from 'fastify'
import { type DarkroomHeaders, parseDarkroomHeaders } from '../contract/darkroom-headers.ts'
import { writeTraceparent } from '../primitives/trace-context.ts'

/** Where calls of a request belong in a trace, as they keep it. */
export function traceParentOf({ trace }: Pick<FastifyRequest, 'trace'>): string | null {
  const context = trace?.context ?? null
  return context && writeTraceparent(context)
}

/** Reads the `x-darkroom-*` headers. @throws Failure `invalid_parameter_header` for the first that cannot be used. */
export function readDarkroomHeaders(request: FastifyRequest): DarkroomHeaders {
  const result = parseDarkroomHeaders(request.headers)
  if (!result.ok) throw result.refusals[0]
  return { ...result.settings, traceParent: traceParentOf(request) }
}
