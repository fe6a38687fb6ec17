/** The protocols that routes may name: one word for each provider of `src/providers`. This list is the only one. */
export const routeProtocols = ['openai', 'apiframe'] as const

/** How an upstream is spoken to. */
export type RouteProtocol = (typeof routeProtocols)[number]
