import type { FastifyRequest } from 'fastify'
import { type DarkroomHeaders, parseDarkroomHeaders } from '../contract/darkroom-headers.ts'

/** Reads the `x-darkroom-*` headers. @throws Failure `invalid_parameter_header` for the first that cannot be used. */
export function readDarkroomHeaders(request: FastifyRequest): DarkroomHeaders {
  const result = parseDarkroomHeaders(request.headers)
  if (!result.ok) throw result.refusals[0]
  return result.settings
}
