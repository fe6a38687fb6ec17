/** Kinds of routes that are refused by configuration, each with what is wrong with it. docs/routes.md#refused says more. */
export const refusedKinds: Readonly<Record<string, string>> = {
  'account-pool': 'a pool lends accounts that are not its own to lend',
  'session-relay': 'a relay speaks in the signed-in session of somebody else',
  cookie: 'a cookie is the login of a person, not a contract for pictures',
  'harvested-token': 'a harvested token was given to somebody else for something else',
}

/** Why a kind is not served, with the place that says more; undefined for kinds that nobody refuses. */
export function whyRefused(kind: unknown): string | undefined {
  const name = String(kind)
  if (!Object.hasOwn(refusedKinds, name)) return undefined
  const all = 'account pools, session relays, cookies and harvested tokens are not served'
  return `${all}, since ${refusedKinds[name]}: see docs/routes.md#refused`
}
