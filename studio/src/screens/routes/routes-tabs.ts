/** What the screen shows, in the order of its tabs. */
export const routesTabs = ['contracts', 'rollout', 'migration'] as const

/** One of `routesTabs`. */
export type RoutesTab = (typeof routesTabs)[number]
