import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Failure, failure } from '../contract/failure.ts'
import type { HttpRoute } from './http-route.ts'
import { presentFailure } from './present-failure.ts'

/** Endpoints of OpenAI's API that somebody may look for here. */
const openAiEndpoints =
  /^\/v1\/(?:chat|completions|embeddings|audio|moderations|assistants|threads|fine_tuning|vector_stores|batches|responses|files|images)\b/

/**
 * Makes the answer to requests that no route takes: 405 with `Allow` where only the method is wrong, 404 elsewhere. OPTIONS of a known
 * address is answered with `Allow` alone: no other origin's page is let in, so a browser's preflight fails.
 */
export function answerUnmatched(routes: readonly Pick<HttpRoute, 'method' | 'path'>[]) {
  const addresses = routes.map(({ method, path }) => ({ method, pattern: patternOf(path) }))
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const path = request.url.split('?', 1)[0]!
    const methods = addresses.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
    if (methods.length > 0) reply.header('allow', allowed(methods).join(', '))
    if (methods.length === 0) presentFailure(nothingHere(request.method, path), request, reply)
    else if (request.method === 'OPTIONS') reply.code(204).send()
    else presentFailure(failure('method_not_allowed'), request, reply)
  }
}

function patternOf(path: string): RegExp {
  const literals = path.split(/\{\w+\}/).map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${literals.join('[^/]+')}$`)
}

function allowed(methods: readonly string[]): string[] {
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS']
}

function nothingHere(method: string, path: string): Failure {
  if (!openAiEndpoints.test(path)) return failure('not_found')
  return failure('endpoint_not_served', {
    message: `Darkroom does not serve ${method} ${path.slice(0, 100)}. Nothing was sent or charged. See /docs for what it serves.`,
  })
}
