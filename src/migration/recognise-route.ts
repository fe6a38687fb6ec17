import { isIP } from 'node:net'
import type { RouteClass, RouteFinding } from './call-site.ts'
import { type KnownRoute, knownRoutes } from './known-routes.ts'

/** Ports on which Darkroom and its sandbox listen unless told otherwise. */
const darkroomPorts = ['4100', '4199']

/** Says who stands behind an address. @param address a whole address or a base, possibly with `{name}` where it could not be read. */
export function recogniseRoute(address: string, addressFrom: string, gatewayUrl: string): RouteFinding {
  const host = hostOf(address)
  if (/\{[^}]*DARKROOM[^}]*\}/i.test(address)) return { ...unread(addressFrom), class: 'darkroom', name: 'Darkroom', host }
  if (host === null) return withSoftware(address) ? describe(withSoftware(address)!, null, addressFrom) : unread(addressFrom)
  if (isGateway(host, gatewayUrl)) return { ...unread(addressFrom), class: 'darkroom', name: 'Darkroom', host }
  const known = knownRoutes.find((route) => isHostOf(route, host)) ?? withSoftware(host)
  if (known) return describe(known, host, addressFrom)
  return { class: isPrivate(host) ? 'self-hosted' : 'wrapper', name: null, host, addressFrom, preset: 'openai-compatible', fact: null }
}

/** A route of which no address could be read. */
export function unread(addressFrom: string): RouteFinding {
  return { class: 'unknown', name: null, host: null, addressFrom, preset: null, fact: null }
}

/** The route that a table row's name stands for. @throws never: an unknown name is an unread route. */
export function routeNamed(name: string, addressFrom: string): RouteFinding {
  const known = knownRoutes.find((route) => route.name === name)
  return known ? describe(known, known.hosts[0] ?? null, addressFrom) : unread(addressFrom)
}

/** The class of a whole address; null where its host says nothing special. */
export function knownClassOf(address: string): RouteClass | null {
  const host = hostOf(address)
  const known = host === null ? undefined : (knownRoutes.find((route) => isHostOf(route, host)) ?? withSoftware(host))
  return known?.class ?? null
}

/** Host and port of an address; null when it has none that can be read. */
export function hostOf(address: string): string | null {
  const match = /^\s*(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^\s/@]*@)?(\[[0-9a-f:]+\](?::\d+)?|[^\s/?#"'`\\]+)/i.exec(address)
  const host = match?.[1]?.toLowerCase()
  return host === undefined || /[{}$<>*]/.test(host) ? null : host
}

function isHostOf({ hosts }: KnownRoute, host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return hosts.some((known) => name === known || name.endsWith(`.${known}`))
}

function withSoftware(text: string): KnownRoute | undefined {
  return knownRoutes.find(({ software }) => software?.test(text))
}

function describe(
  { class: routeClass, name, preset, fact, source, readOn }: KnownRoute,
  host: string | null,
  addressFrom: string,
): RouteFinding {
  return { class: routeClass, name, host, addressFrom, preset, fact: fact && `${fact} (${source}, read ${readOn})` }
}

function isGateway(host: string, gatewayUrl: string): boolean {
  const [name = '', port = ''] = host.split(/:(?=\d+$)/)
  return host === hostOf(gatewayUrl) || (darkroomPorts.includes(port) && isPrivate(name)) || /(?:^|[.-])darkroom(?:$|[.:-])/.test(host)
}

const privateForm =
  /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|0\.0\.0\.0$|\[(?:::1|f[cd][0-9a-f]{2}:|fe80:))|\.(?:local|internal|lan|svc|cluster\.local|home\.arpa)$/

/** An address that only one's own network reaches; a name without dots is a neighbour of the same network. */
function isPrivate(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return privateForm.test(name) || (!name.includes('.') && isIP(name) === 0)
}
