import { Counter, Gauge, type Registry } from 'prom-client'

/** A route as it stands. */
export interface RouteNow {
  routeId: string
  /** `closed`, `half_open`, `open` or `disabled`. */
  state: string
  /** Calls that hold a place on it. */
  callsUnderWay: number
}

/** How the routes stand, and what took them there. */
export interface RouteMetrics {
  /** All routes as they are now. */
  routesNow(routes: readonly RouteNow[]): void
  /** A route went into this state. */
  routeChanged(change: { routeId: string; state: string }): void
  /** Pictures in a row were not what was asked of a route. */
  routeReopened(routeId: string): void
}

const availability: Readonly<Record<string, number>> = { closed: 1, half_open: 0.5, open: 0, disabled: 0 }

/** Registers what is told of routes. */
export function watchRoutes(registers: Registry[]): RouteMetrics {
  const gauge = (name: string, help: string, labelNames: string[]) => new Gauge({ name, help, labelNames, registers })
  const available = gauge(
    'darkroom_route_available',
    '1 while a route takes calls, 0.5 while it is tried again, 0 while its breaker is open or it is switched off.',
    ['route'],
  )
  const states = gauge('darkroom_route_state', '1 for the state that the breaker of a route is in, 0 for the others.', ['route', 'state'])
  const underWay = gauge('darkroom_route_calls_under_way', 'Calls of this process that hold a place on a route now.', ['route'])
  const changes = new Counter({
    name: 'darkroom_route_state_changes_total',
    help: 'Times since start that a route went into a state.',
    labelNames: ['route', 'state'],
    registers,
  })
  const reopened = new Counter({
    name: 'darkroom_route_gate_reopened_total',
    help: 'Times since start that pictures in a row were not what was asked, by route.',
    labelNames: ['route'],
    registers,
  })
  return {
    routesNow(routes) {
      for (const { routeId: route, state: now, callsUnderWay } of routes) {
        available.set({ route }, availability[now] ?? 0)
        for (const state of Object.keys(availability)) states.set({ route, state }, Number(state === now))
        underWay.set({ route }, callsUnderWay)
      }
    },
    routeChanged: ({ routeId, state }) => changes.inc({ route: routeId, state }),
    routeReopened: (routeId) => reopened.inc({ route: routeId }),
  }
}
