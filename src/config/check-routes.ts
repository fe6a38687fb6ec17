import { builtInPriceCards } from '../pricing/index.ts'
import type { Environment } from '../primitives/settings.ts'
import { MissingKeyError, type RouteContract, routeFromRow } from '../routes/index.ts'
import type { ConfigFileSettings } from './config-file-schema.ts'
import type { ConfigProblem } from './describe-problem.ts'

/** Turns the file's rows into routes, or says everything that keeps them from being routes. */
export function checkRoutes(
  settings: Pick<ConfigFileSettings, 'routes' | 'price_cards'>,
  environment: Environment,
): { routes: RouteContract[]; problems: ConfigProblem[] } {
  const problems = [...sharedIds(settings), ...missingPriceCards(settings)]
  const routes: RouteContract[] = []
  for (const [index, row] of settings.routes.entries()) {
    try {
      routes.push(routeFromRow(row, environment))
    } catch (error) {
      if (!(error instanceof MissingKeyError)) throw error
      const expected = `expected the key of route ${row.id} in the environment variable ${error.variable}`
      problems.push({ at: ['routes', index, 'key', 'env'], expected, found: 'nothing there' })
    }
  }
  return { routes, problems }
}

/** Records name a route by its id alone. */
function sharedIds({ routes }: Pick<ConfigFileSettings, 'routes'>): ConfigProblem[] {
  return routes.flatMap(({ id }, index) => {
    const first = routes.findIndex((row) => row.id === id)
    return first === index ? [] : [{ at: ['routes', index, 'id'], expected: `expected an id of its own; routes[${first}] has this one` }]
  })
}

/** A route that no card prices could only be called unpriced, and an unpriced call is refused. */
function missingPriceCards({ routes, price_cards }: Pick<ConfigFileSettings, 'routes' | 'price_cards'>): ConfigProblem[] {
  const cards = [...builtInPriceCards, ...price_cards]
  return routes.flatMap(({ owner, price_card }, index) => {
    const ofOwner = [...new Set(cards.filter((card) => card.owner === owner && card.kind !== 'main_model').map((card) => card.id))]
    if (price_card == null ? ofOwner.length > 0 : ofOwner.includes(price_card)) return []
    const known = ofOwner.length === 0 ? ', which has none: state one under price_cards' : ` (${ofOwner.join(', ')})`
    return [{ at: ['routes', index, 'price_card'], expected: `expected a price card of owner ${owner}${known}` }]
  })
}
