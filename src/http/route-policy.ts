import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import type { Principal } from '../access/index.ts'
import { failure } from '../contract/failure.ts'

/** Things that belong to one project each, and are named in addresses; an `unknown` is a generation whose outcome nobody knows. */
export type OwnedObject =
  | 'generation'
  | 'unknown'
  | 'image'
  | 'file'
  | 'response'
  | 'job'
  | 'bulk'
  | 'budget'
  | 'project'
  | 'key'
  | 'webhook'
  | 'webhook_message'
  | 'prompt'
  | 'handoff'
  | 'review'

/**
 * Whose data a route touches. `none`: no project's. `caller`: those of the caller's project, never another's; the admin token stands
 * for project `default` where something is made, and for all projects where something is read. `all`: those of every project.
 * `{ object }`: those of the object that the address names, which is not there for callers of another project.
 */
export type TenantSource = 'none' | 'caller' | 'all' | { object: OwnedObject }

/** Who may call a route, and whose data it touches. `key` = an API key or the admin token, `admin` = the admin token alone. */
export interface RoutePolicy {
  auth: 'public' | 'key' | 'admin'
  tenant: TenantSource
}

/** For what anybody may read and belongs to nobody. */
export const publicPolicy: RoutePolicy = { auth: 'public', tenant: 'none' }

/** Names the caller of a request. @throws Failure */
type Authenticate = (request: FastifyRequest) => Promise<Principal>

/**
 * Holds every request to the policy of the route that it matched, never to its raw address. A route that states none stops the
 * server from starting, also one that a plugin brings along.
 * @returns the check for the time when every route is there
 */
export function enforcePolicies(app: FastifyInstance, authenticate: Authenticate): { assertStated(): void } {
  const mounted: RouteOptions[] = []
  app.addHook('onRoute', (route) => void mounted.push(route))
  // Before the body is read: a wrong key must not make us take in a megabyte.
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const principal = await authorize(authenticate, request.routeOptions.config.policy, request)
    if (principal) request.principal = principal
  })
  return {
    assertStated() {
      const without = mounted.filter(({ config }) => config?.policy === undefined)
      if (without.length > 0) throw new Error(`routes without a policy: ${without.map(({ method, url }) => `${method} ${url}`).join(', ')}`)
    },
  }
}

/** @throws `Failure('invalid_api_key')`; `Failure('not_found')` where a route does not exist for this caller, or states no policy. */
async function authorize(authenticate: Authenticate, policy: RoutePolicy | undefined, request: FastifyRequest): Promise<Principal | null> {
  if (policy?.auth === 'public') return null
  const principal = await authenticate(request)
  if (policy === undefined || (policy.auth === 'admin' && principal.kind !== 'admin')) throw failure('not_found')
  return principal
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: RoutePolicy
  }
}
