import type { FastifyRequest } from 'fastify'
import { SESSION_MS } from '../access/index.ts'
import { CSRF_HEADER } from '../contract/darkroom-headers.ts'
import { failure } from '../contract/failure.ts'

/** How a browser at this address keeps its session. */
export interface SessionCookie {
  name: string
  /** Travels by https alone. */
  secure: boolean
  /** The one origin whose pages may use it: `https://darkroom.example`. */
  origin: string
}

type Asked = Pick<FastifyRequest, 'headers' | 'protocol' | 'socket' | 'method'>

/**
 * The cookie of sessions at the address that a request came to. Over https it is bound to the host (`__Host-`); over plain http it is for
 * browsers on this computer alone, and by port, since cookies know none.
 * @param baseUrl of the gateway, as configured or as the request reached it
 * @returns null where a session could be read on the way: nobody can sign in there
 */
export function sessionCookieOf(request: Asked, baseUrl: string): SessionCookie | null {
  const host = request.headers.host ?? ''
  const own = new URL(baseUrl)
  const isSecure = request.protocol === 'https' || (own.protocol === 'https:' && own.host === host.toLowerCase())
  if (isSecure) return { name: '__Host-darkroom', secure: true, origin: originOf(`https://${host}`) }
  if (!isOnThisComputer(request)) return null
  return { name: `darkroom-${/:(\d+)$/.exec(host)?.[1] ?? '80'}`, secure: false, origin: originOf(`http://${host}`) }
}

/** True for a browser on the gateway's own computer that reached it without anything in between, under a name of loopback. */
export function isOnThisComputer({ headers, socket }: Pick<Asked, 'headers' | 'socket'>): boolean {
  const isForwarded = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'].some((name) => headers[name] !== undefined)
  const isLoopback = /^(?:127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '')
  return isLoopback && !isForwarded && /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(headers.host ?? '')
}

/** The token that a browser sends; null when it sends none, or two of one name. */
export function sessionTokenOf({ headers }: Pick<Asked, 'headers'>, { name }: SessionCookie): string | null {
  const values = (headers.cookie ?? '').split(';').flatMap((pair) => {
    const [given, ...value] = pair.trim().split('=')
    return given === name ? [value.join('=')] : []
  })
  return values.length === 1 ? values[0]! : null
}

/** Value of `Set-Cookie` that keeps a token in the browser, or with null takes it away. */
export function setSessionCookie({ name, secure }: SessionCookie, token: string | null): string {
  const age = token === null ? 0 : SESSION_MS / 1000
  return `${name}=${token ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

/**
 * Holds what comes by cookie to this gateway's own pages. What only reads may also be opened by hand; what changes something must name its
 * origin and carry a header that no form and no other origin's page can send.
 * @throws Failure `cross_site_request`
 */
export function assertSameOrigin({ headers, method }: Asked, { origin }: SessionCookie): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw failure('cross_site_request')
  if (method === 'GET' || method === 'HEAD') return
  if (headers.origin !== origin || headers[CSRF_HEADER] === undefined) throw failure('cross_site_request')
}

/** Without a default port and in lower case, as browsers write it. */
function originOf(address: string): string {
  return new URL(address).origin
}
