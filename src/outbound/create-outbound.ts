import { channel } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { Agent } from 'undici'
import { type CallHost, ConfiguredCall, wireHeaders } from './configured-call.ts'
import { createConnector } from './connector.ts'
import { createUntrustedDoor } from './create-untrusted-door.ts'
import type { HostLookup } from './guarded-connector.ts'
import type { ConfiguredRequest, Outbound } from './outbound.ts'

/** Settings of the door. */
export interface OutboundConfig {
  /** `user-agent` of every call, e.g. `darkroom/0.1.0`. */
  userAgent: string
  /** Name resolution, TCP and TLS together. @default 5000 */
  connectTimeoutMs?: number
  /**
   * How long an idle socket may be used again; a shorter `keep-alive: timeout=` of the server wins. Short, because a
   * server that closes an idle socket just as a request goes over it leaves the outcome of that request unknown: after
   * the bytes are with the kernel nothing proves that they were not read. Node's own servers close after 5 s.
   * @default 4000
   */
  keepAliveMs?: number
  /** Certificate authorities (PEM) trusted besides the usual ones, for upstreams inside a company. */
  extraCertificates?: readonly string[]
  /**
   * Origins (`http://10.0.0.7:8080`, exact) that callers may name although they are plain http, on another port or on a
   * private network. @default none
   */
  allow?: readonly string[]
  /** Addresses and ranges (CIDR) of the operator's own that callers may not reach although they are public. @default none */
  denyRanges?: readonly string[]
  /** Resolves the names that callers give. @default the system's resolver */
  lookup?: HostLookup
}

/** Published by undici right before the first byte of a request is written; names the socket. */
const sendHeaders = channel('undici:client:sendHeaders')

/**
 * Opens the door: pooled keep-alive sockets per origin, one request per socket at a time, no proxy from the environment,
 * no redirects, no automatic retry, no decompression. All waiting is bounded by the call's own deadline. Addresses that
 * callers give go through a door of their own, which shares no socket with this one.
 *
 * @throws Error that names an entry of `allow` or `denyRanges` which cannot be read.
 */
export function createOutbound(config: OutboundConfig): Outbound {
  const agent = new Agent({
    connect: createConnector({ connectTimeoutMs: config.connectTimeoutMs ?? 5_000, extraCertificates: config.extraCertificates ?? [] }),
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: config.keepAliveMs ?? 4_000,
    keepAliveMaxTimeout: config.keepAliveMs ?? 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const untrustedDoor = createUntrustedDoor(config)
  const running = new Set<ConfiguredCall>()
  let starting: ConfiguredCall | null = null
  // undici starts a request and publishes its socket in one go, so the call that started last is the one.
  const nameSocket = (message: unknown) => {
    starting?.goesOver((message as { socket: Socket }).socket)
    starting = null
  }
  sendHeaders.subscribe(nameSocket)
  const host: CallHost = {
    starting: (call) => {
      starting = call
    },
    over: (call) => {
      running.delete(call)
      if (starting === call) starting = null
    },
  }

  const dispatch = (request: ConfiguredRequest, call: ConfiguredCall) => {
    if (call.settled) return
    if (request.signal?.aborted) return call.abort()
    const url = destinationOf(request.url)
    if (!url) return call.refuse('url')
    if (request.body !== null && !Buffer.isBuffer(request.body) && !isLength(request.body.byteLength)) return call.refuse('body')
    // undici's type knows of no iterable; its code writes one piece by piece and waits for the socket in between.
    const body = call.body as Buffer | null
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method: request.method,
        body,
        headers: wireHeaders(request, config.userAgent),
      },
      call,
    )
  }

  return {
    configured(request, handler) {
      const call = new ConfiguredCall(request, handler, host)
      running.add(call)
      queueMicrotask(() => dispatch(request, call))
      return call
    },
    untrusted: untrustedDoor.fetch,
    checkUntrustedUrl: untrustedDoor.check,
    async close() {
      untrustedDoor.close()
      for (const call of running) call.abort()
      sendHeaders.unsubscribe(nameSocket)
      await agent.destroy()
    },
  }
}

/** The address as a URL, or null when it is none that a configured call may go to. */
function destinationOf(text: string): URL | null {
  const url = URL.parse(text)
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null
}

/** A streamed body announces a whole number of bytes, at least one. */
function isLength(byteLength: number): boolean {
  return Number.isSafeInteger(byteLength) && byteLength > 0
}
