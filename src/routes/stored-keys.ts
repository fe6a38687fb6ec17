import { Secret } from '../primitives/secret.ts'
import type { RouteContract } from './route-contract.ts'
import type { KeyReference } from './route-row.ts'

const PREFIX = 'secret:'

/** Where a key comes from in one word: a variable's name, or `secret:` and the name of a secret, which no variable can have. */
export function sourceOf({ env, secret }: KeyReference): string {
  return env ?? PREFIX + secret
}

/** Stands in a route for a key that is kept in the database, until that is open. */
export function keyToCome(name: string): Secret {
  return new Secret(() => {
    throw new Error(`the secret ${name} was not taken from the database`)
  })
}

const nameIn = (source: string | null | undefined) => (source?.startsWith(PREFIX) ? source.slice(PREFIX.length) : null)

/** Names of the secrets that a route takes keys from. */
export function secretsOf({ keySource, usageApi }: Pick<RouteContract, 'keySource' | 'usageApi'>): string[] {
  return [keySource, usageApi?.keySource].flatMap((source) => nameIn(source) ?? [])
}

/** The route with the keys that are kept in the database. */
export function withStoredKeys(route: RouteContract, secret: (name: string) => Secret): RouteContract {
  const [own, usage] = [nameIn(route.keySource), nameIn(route.usageApi?.keySource)]
  return {
    ...route,
    ...(own === null ? {} : { key: secret(own) }),
    ...(usage === null ? {} : { usageApi: { ...route.usageApi!, key: secret(usage) } }),
  }
}
