import type { GateRun, MigrationScan, NewRouteGrant } from './api-types.ts'
import type { OperationReply } from './call.ts'
import { Resource } from './resources.ts'
import type { CallOptions } from './transport.ts'

/** Ways to the models, and what their gates say of them. */
export class Routes extends Resource {
  /** Each with its contract, what nobody stated, and how it stands now. */
  list(options?: CallOptions): Promise<OperationReply<'GET /v2/routes'>> {
    return this.darkroom.call('GET /v2/routes', {}, options)
  }

  /** Which traffic each may carry, and why. */
  standings(options?: CallOptions): Promise<OperationReply<'GET /v2/gate'>> {
    return this.darkroom.call('GET /v2/gate', {}, options)
  }

  /** The latest report of a route. @throws NotFoundError where its gate has not run */
  gateReport(route: string, options?: CallOptions): Promise<OperationReply<'GET /v2/gate/{route}'>> {
    return this.darkroom.call('GET /v2/gate/{route}', { path: { route }, query: {} }, options) as Promise<
      OperationReply<'GET /v2/gate/{route}'>
    >
  }

  /** Makes its probes, about a minute, and answers with the report; with `dry_run` only plans and prices them. For the admin token. */
  runGate(route: string, body: GateRun = {}, options?: CallOptions): Promise<OperationReply<'POST /v2/gate/{route}'>> {
    return this.darkroom.call('POST /v2/gate/{route}', { path: { route }, body }, options)
  }

  /** Leave to test a refused route by hand. For the admin token. */
  grant(route: string, body: NewRouteGrant, options?: CallOptions): Promise<OperationReply<'POST /v2/gate/{route}/grant'>> {
    return this.darkroom.call('POST /v2/gate/{route}/grant', { path: { route }, body }, options)
  }

  withdrawGrants(route: string, options?: CallOptions): Promise<OperationReply<'DELETE /v2/gate/{route}/grant'>> {
    return this.darkroom.call('DELETE /v2/gate/{route}/grant', { path: { route } }, options)
  }

  /** Switches a route on again that its account switched off. For the admin token. */
  enable(route: string, options?: CallOptions): Promise<OperationReply<'POST /v2/routes/{route}/enable'>> {
    return this.darkroom.call('POST /v2/routes/{route}/enable', { path: { route } }, options)
  }
}

/** Moving a project to the gateway. */
export class Migration extends Resource {
  /** Where a project calls for pictures, and each request rewritten; of its files as text, 4 MiB at most. For the admin token. */
  scan(body: MigrationScan, options?: CallOptions): Promise<OperationReply<'POST /v2/migration/scan'>> {
    return this.darkroom.call('POST /v2/migration/scan', { body }, options)
  }
}
