import type { RouteGrant } from '../contract/gate-replies.ts'
import type { Database, RouteGrantRow, Statement, StatementContext } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'

/** What is granted: manual tests of a refused route under one configuration, until a day, for a reason. */
export interface GrantRequest {
  routeId: string
  configSha256: string
  /** Not empty. */
  reason: string
  actor: string
  /** Milliseconds since 1970, later than now. */
  untilMs: number
}

/** Grants it. @returns the grant, and the statement that keeps it */
export function recordRouteGrant(
  { sql, newId, nowMs }: StatementContext,
  request: GrantRequest,
): { grant: RouteGrantRow; statement: Statement } {
  const grant: RouteGrantRow = {
    id: newId('grant'),
    route_id: request.routeId,
    config_sha256: request.configSha256,
    reason: request.reason,
    actor: request.actor,
    granted_at_ms: nowMs,
    until_ms: request.untilMs,
    revoked_at_ms: null,
  }
  return { grant, statement: { query: sql.insertInto('route_grants').values(grant) } }
}

/** Takes back every grant of a route, whatever configuration it was given for. `changes` of the result says how many were in force. */
export function revokeRouteGrants({ sql, nowMs }: StatementContext, { routeId }: { routeId: string }): Statement {
  return {
    query: sql
      .updateTable('route_grants')
      .set({ revoked_at_ms: nowMs })
      .where('route_id', '=', routeId)
      .where('revoked_at_ms', 'is', null)
      .where('until_ms', '>', nowMs),
  }
}

/** Grants in force: neither revoked nor over. The one that lasts longest first. */
export async function grantsInForce(db: Database, { nowMs }: { nowMs: number }): Promise<RouteGrantRow[]> {
  return db.read(
    db.sql
      .selectFrom('route_grants')
      .selectAll()
      .where('revoked_at_ms', 'is', null)
      .where('until_ms', '>', nowMs)
      .orderBy('until_ms', 'desc')
      .orderBy('id'),
  )
}

/** A grant as the API shows it. */
export function presentRouteGrant(grant: RouteGrantRow): RouteGrant {
  return {
    id: grant.id,
    route_id: grant.route_id,
    config_sha256: grant.config_sha256,
    reason: grant.reason,
    actor: grant.actor,
    granted_at: isoTime(grant.granted_at_ms),
    until: isoTime(grant.until_ms),
    revoked_at: grant.revoked_at_ms === null ? null : isoTime(grant.revoked_at_ms),
  }
}
