import type { RouteGrantRow, RouteWatchRow } from '../db/index.ts'
import { type GateRun, grantsInForce, latestGateRuns, type Standing, type StandingRoute, standing, watchedRoutes } from '../gate/index.ts'
import { type RouteContract, routeConfigSha256 } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** What the gate needs to know of a route to say how it stands. */
export function standingRoute(route: RouteContract): StandingRoute {
  const { id, owner, kind } = route
  return { id, owner, kind, isOfficialHost: isOfficialHost(route), configSha256: routeConfigSha256(route) }
}

/** The word "official" in a file proves nothing: a route on the model maker's own host is the one that starts as production. */
export function isOfficialHost({ kind, grade }: RouteContract): boolean {
  return kind === 'official' && grade === 'production'
}

/** What was found out about routes, as it is looked at for every call: read at start, and whenever something of it changes. */
export class RouteStandings {
  readonly #routes = new Map<string, StandingRoute>()
  #runs: readonly GateRun[] = []
  #watches = new Map<string, RouteWatchRow>()
  #grants: readonly RouteGrantRow[] = []

  /** How a route stands at a moment, milliseconds since 1970. */
  of(route: RouteContract, nowMs: number): Standing {
    const known = this.#known(route)
    const grant = this.#grants.find(({ route_id, config_sha256 }) => route_id === known.id && config_sha256 === known.configSha256)
    return standing(known, this.runOf(route), this.watchOf(route), grant ?? null, nowMs)
  }

  /** The latest run of the gate under the route's present configuration. */
  runOf(route: RouteContract): GateRun | null {
    const { id, configSha256 } = this.#known(route)
    return this.#runs.find((run) => run.routeId === id && run.configSha256 === configSha256) ?? null
  }

  /** How the route's pictures turned out. */
  watchOf({ id }: RouteContract): RouteWatchRow | null {
    return this.#watches.get(id) ?? null
  }

  /** Reads everything anew. */
  async refresh({ database, clock }: Pick<GatewayParts, 'database' | 'clock'>): Promise<void> {
    const [runs, watches, grants] = await Promise.all([
      latestGateRuns(database),
      watchedRoutes(database),
      grantsInForce(database, { nowMs: clock.nowMs() }),
    ])
    this.#runs = runs
    this.#watches = new Map(watches.map((row) => [row.route_id, row]))
    this.#grants = grants
  }

  /** Something of it was changed here: reads everything anew, and has other processes do so. */
  async changed(parts: Pick<GatewayParts, 'database' | 'clock' | 'signals'>): Promise<void> {
    await this.refresh(parts)
    parts.signals.send('routes')
  }

  /** Takes over a row that a transaction has just written. */
  note(watch: RouteWatchRow): void {
    this.#watches.set(watch.route_id, watch)
  }

  /** Routes do not change while a gateway runs, so each is hashed once. */
  #known(route: RouteContract): StandingRoute {
    const known = this.#routes.get(route.id)
    if (known) return known
    const described = standingRoute(route)
    this.#routes.set(route.id, described)
    return described
  }
}
