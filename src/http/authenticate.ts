import type { FastifyRequest } from 'fastify'
import type { Principal } from '../access/index.ts'
import { Failure, failure } from '../contract/failure.ts'
import type { GatewayParts } from '../flows/gateway-parts.ts'

/**
 * Names the caller of a request. A good key is good however many wrong ones come from its address.
 * @throws Failure `invalid_api_key`, `rate_limited` when its address tried too many of them, `database_unavailable`
 */
export async function authenticate({ access, wrongKeys, metrics }: GatewayParts, request: FastifyRequest): Promise<Principal> {
  try {
    return await access.authenticate(request.headers)
  } catch (error) {
    const isWrongKey = error instanceof Failure && error.code === 'invalid_api_key'
    const retryAfterMs = isWrongKey ? wrongKeys.note(request.ip) : null
    if (retryAfterMs === null) throw error
    metrics.doorRefused('rate_limited')
    throw failure('rate_limited', { retryAfterMs })
  }
}
