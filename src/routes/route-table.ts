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
  readonly #listed: readonly RouteContract[]
  readonly #officialFirst: readonly RouteContract[]

  /**
   * @param routes in the order of the file
   * @throws ConfigurationError when two routes share an id: records would not say which of them served.
   */
  constructor(routes: readonly RouteContract[]) {
    const ids = routes.map((route) => route.id)
    const twice = ids.find((id, index) => ids.indexOf(id) !== index)
    if (twice !== undefined) throw new ConfigurationError(`routes: expected an id of its own for each route, found ${twice} twice`)
    this.#listed = routes
    this.#officialFirst = [...routes].sort((a, b) => Number(b.kind === 'official') - Number(a.kind === 'official'))
  }

  /** All routes in the order they are asked where nothing else is said: official ones first, then as the file lists them. */
  list(): readonly RouteContract[] {
    return this.#officialFirst
  }

  /** All routes as the file lists them. */
  listed(): readonly RouteContract[] {
    return this.#listed
  }

  /** The route of an id; null when there is none. */
  find(id: string): RouteContract | null {
    return this.#listed.find((route) => route.id === id) ?? null
  }

  /** A route with the id that it has for a model. @param modelId catalogue id, or as asked */
  choice(route: RouteContract, modelId: string): RouteChoice {
    return { route, modelSent: Object.hasOwn(route.models, modelId) ? route.models[modelId]! : modelId }
  }

  /**
   * The route of an id, whatever it may carry.
   * @throws Failure `no_route` when there is none.
   */
  named(modelId: string, id: string): RouteChoice {
    const route = this.#listed.find((candidate) => candidate.id === id)
    if (route) return this.choice(route, modelId)
    const ids = this.#officialFirst.map((candidate) => candidate.id).join(', ')
    throw failure('no_route', {
      status: 400,
      param: 'x-darkroom-route',
      message: `There is no route '${id}'. Nothing was sent or charged. Configured routes: ${ids || 'none'}.`,
    })
  }
}
