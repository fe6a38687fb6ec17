import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ZodType } from 'zod'
import type { Principal } from '../access/index.ts'
import type { AdmissionKind } from '../admission/index.ts'
import type { GatewayParts } from '../flows/gateway-parts.ts'
import { publicPolicy, type RoutePolicy } from './route-policy.ts'
import type { StudioFiles } from './studio-files.ts'

/** What a handler holds. */
export interface RequestContext {
  parts: GatewayParts
  request: FastifyRequest
  reply: FastifyReply
  requestId: string
  /** Absolute URL of this gateway, as configured or as the request reached it, without a trailing slash. */
  baseUrl: string
  studio: StudioFiles
}

/** A handler's context on a route that knows its caller. */
export interface KnownContext extends RequestContext {
  principal: Principal
}

interface RouteFacts {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** OpenAPI spelling of the path: `/v2/generations/{id}`. */
  path: string
  tag: 'images' | 'jobs' | 'darkroom' | 'models' | 'money' | 'webhooks' | 'prompts' | 'reviews' | 'operations'
  summary: string
  description?: string
  /** `contentType` is JSON unless it says otherwise; `otherTypes` are further forms of the body. */
  body?: { description: string; schema: ZodType; contentType?: string; otherTypes?: Readonly<Record<string, ZodType>> }
  /** The handler reads the body as it comes, of whatever type it is; @default false: JSON, read whole. */
  streamsBody?: boolean
  /**
   * What a request needs at the door, before its body is read: a place for a call that may cost money, or room for its body alone.
   * @default nothing: it is cheap, and never shed
   */
  admission?: AdmissionKind
  query?: ZodType
  /** For the description of the API. */
  headers?: ZodType
  replies: Record<number, { description: string; schema?: ZodType; contentType?: string }>
}

/** One route: what it is, who may call it, how it is answered. The OpenAPI document is made from the same list. */
export interface HttpRoute extends RouteFacts {
  policy: RoutePolicy
  /** On a public route the context names no principal, whatever this type says; `publicRoute` sees to it that none is read. */
  handle: (context: KnownContext) => unknown
}

type RouteOf<Context> = RouteFacts & { handle: (context: Context) => unknown }
type OwnedRoute = RouteOf<KnownContext> & Pick<RoutePolicy, 'tenant'>

/** A route that anybody may call. */
export function publicRoute(route: RouteOf<RequestContext>): HttpRoute {
  return { ...route, policy: publicPolicy }
}

/** A route for API keys and the admin token; it sees the project of the key. */
export function keyRoute({ tenant, ...route }: OwnedRoute): HttpRoute {
  return { ...route, policy: { auth: 'key', tenant } }
}

/** A route for the admin token alone. To anybody else it does not exist. */
export function adminRoute({ tenant, ...route }: OwnedRoute): HttpRoute {
  return { ...route, policy: { auth: 'admin', tenant } }
}
