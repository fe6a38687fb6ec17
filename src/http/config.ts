import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Environment, readInteger, readText } from '../primitives/settings.ts'

/** Where and as whom the gateway listens. */
export interface HttpConfig {
  host: string
  /** 0 takes a free port. */
  port: number
  /** Absolute URL that clients reach the gateway by, without a trailing slash; null = made from host and port. */
  publicUrl: string | null
  /** Believe `x-forwarded-*` of the peer. Only behind a proxy that sets them. */
  trustProxy: boolean
  /** Host names that requests may carry, beside loopback names and the public URL's own. */
  allowedHosts: readonly string[]
  /** Connections at once. */
  connections: number
  /** Where the built studio is; null = none is served. */
  studioFolder: string | null
}

/** `PORT` and `HOST`, with the file's part of the settings. */
export function readHttpConfig(
  environment: Environment,
  file: {
    public_url?: string | undefined
    trust_proxy: boolean
    allowed_hosts: readonly string[]
    admission: { connections: number }
  },
): HttpConfig {
  return {
    host: readText(environment, 'HOST', '127.0.0.1'),
    port: readInteger(environment, 'PORT', 4100, { min: 0, max: 65_535 }),
    publicUrl: file.public_url?.replace(/\/+$/, '') ?? null,
    trustProxy: file.trust_proxy,
    allowedHosts: file.allowed_hosts,
    connections: file.admission.connections,
    studioFolder: fileURLToPath(new URL('../../studio/dist', import.meta.url)),
  }
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/**
 * Says whether a request may come under this Host header. A name that is not ours means a page in somebody's browser
 * was pointed at us (DNS rebinding), or a forged header; plain addresses cannot be rebound and are let through.
 */
export function hostAllowed(config: HttpConfig, header: string | undefined): boolean {
  if (header === undefined) return false
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header)
  if (!match) return false
  const name = match[1]!.toLowerCase()
  if (loopbackNames.includes(name) || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true
  const own = config.publicUrl ? [new URL(config.publicUrl).hostname] : []
  return [...config.allowedHosts, ...own].some((allowed) => allowed.toLowerCase() === name)
}
