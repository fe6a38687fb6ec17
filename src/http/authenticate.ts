import type { FastifyRequest } from 'fastify'
import type { Principal } from '../access/index.ts'
import { Failure, failure } from '../contract/failure.ts'
import type { GatewayParts } from '../flows/gateway-parts.ts'
import { assertSameOrigin, sessionCookieOf, sessionTokenOf } from './session-cookie.ts'

/**
 * Names the caller of a request: by the key that it shows, else by the session of its browser. A good key is good however many wrong ones come
 * from its address.
 * @throws Failure `invalid_api_key`, `rate_limited` when its address tried too many of them, `cross_site_request`, `database_unavailable`
 */
export async function authenticate(parts: GatewayParts, request: FastifyRequest, baseUrl: string): Promise<Principal> {
  const { access } = parts
  return countingWrongKeys(
    parts,
    request,
    async () => (await sessionOf(parts, request, baseUrl))?.principal ?? access.authenticate(request.headers),
  )
}

/** Of a caller that shows no key and has a session. A session that is over is refused as a wrong key is. */
export async function sessionOf({ access }: Pick<GatewayParts, 'access'>, request: FastifyRequest, baseUrl: string) {
  const { authorization, 'x-api-key': key, cookie: sent } = request.headers
  if (authorization !== undefined || key !== undefined || sent === undefined) return null
  const cookie = sessionCookieOf(request, baseUrl)
  const token = cookie && sessionTokenOf(request, cookie)
  if (token === null) return null
  assertSameOrigin(request, cookie!)
  return access.authenticateSession(token)
}

/** Runs what may find a key wrong; who tries too many is told to slow down. @throws Failure `rate_limited`, or whatever it throws */
export async function countingWrongKeys<T>(
  { wrongKeys, metrics }: Pick<GatewayParts, 'wrongKeys' | 'metrics'>,
  request: FastifyRequest,
  judge: () => Promise<T>,
): Promise<T> {
  try {
    return await judge()
  } catch (error) {
    const isWrongKey = error instanceof Failure && (error.code === 'invalid_api_key' || error.code === 'sign_in_code_used')
    const retryAfterMs = isWrongKey ? wrongKeys.note(request.ip) : null
    if (retryAfterMs === null) throw error
    metrics.doorRefused('rate_limited')
    throw failure('rate_limited', { retryAfterMs })
  }
}
