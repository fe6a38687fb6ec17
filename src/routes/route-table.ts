import { failure } from '../contract/failure.ts'
import { ConfigurationError } from '../primitives/settings.ts'
import type { RouteContract } from './route-contract.ts'

/** A route chosen for a request, with the model id it will be sent. */
export interface RouteChoice {
  route: RouteContract
  modelSent: string
}

/** The configured routes and the order in which they are asked. */
export class RouteTable {
  readonly #routes: readonly RouteContract[]

  /**
   * @param routes in the order of the file; official routes go first, the rest keeps its order.
   * @throws ConfigurationError when two routes share an id: records would not say which of them served.
   */
  constructor(routes: readonly RouteContract[]) {
    const ids = routes.map((route) => route.id)
    const twice = ids.find((id, index) => ids.indexOf(id) !== index)
    if (twice !== undefined) throw new ConfigurationError(`routes: expected an id of its own for each route, found ${twice} twice`)
    this.#routes = [...routes].sort((a, b) => Number(b.kind === 'official') - Number(a.kind === 'official'))
  }

  /** All routes in the order they are asked. */
  list(): readonly RouteContract[] {
    return this.#routes
  }

  /**
   * Chooses the route of a request.
   * @param named route id of `x-darkroom-route`, or null for the first one that carries production traffic.
   * @throws Failure `no_route` when there is none.
   */
  choose(modelId: string, named: string | null): RouteChoice {
    const route = named === null ? this.#firstForProduction() : this.#byId(named)
    return { route, modelSent: Object.hasOwn(route.models, modelId) ? route.models[modelId]! : modelId }
  }

  #firstForProduction(): RouteContract {
    const route = this.#routes.find((candidate) => candidate.grade === 'production')
    if (route) return route
    const tests = this.#ids()
    const way = tests === '' ? 'None is configured.' : `Routes for manual tests can be named in x-darkroom-route: ${tests}.`
    throw failure('no_route', { message: `No route may carry production traffic yet. Nothing was sent or charged. ${way}` })
  }

  #byId(id: string): RouteContract {
    const route = this.#routes.find((candidate) => candidate.id === id)
    if (route) return route
    throw failure('no_route', {
      status: 400,
      param: 'x-darkroom-route',
      message: `There is no route '${id}'. Nothing was sent or charged. Configured routes: ${this.#ids() || 'none'}.`,
    })
  }

  #ids(): string {
    return this.#routes.map((route) => route.id).join(', ')
  }
}
