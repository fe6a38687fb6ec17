import type { LookupFunction } from 'node:net'
import { getCACertificates } from 'node:tls'
import { buildConnector } from 'undici'

/** The part of setting up a connection that failed; `blocked` = the address is none that this connection may go to. */
export type ConnectStage = 'dns' | 'connect' | 'tls' | 'blocked'

/** A connection that did not come about: nothing of any request was written. */
export class ConnectError extends Error {
  readonly stage: ConnectStage
  readonly code: string

  constructor(stage: ConnectStage, cause: Error) {
    super(`no connection: ${stage}`, { cause })
    this.name = 'ConnectError'
    this.stage = stage
    this.code = (cause as NodeJS.ErrnoException).code ?? cause.name
  }
}

/** What the connector needs to know. */
export interface ConnectorConfig {
  connectTimeoutMs: number
  extraCertificates: readonly string[]
  /** Resolves names instead of the system. */
  lookup?: LookupFunction
}

/**
 * Opens sockets for undici. Certificates are always verified, whatever `NODE_TLS_REJECT_UNAUTHORIZED` says, and only
 * HTTP/1.1 is offered: there one socket carries one request, so what a broken socket means for a request is certain.
 */
export function createConnector(config: ConnectorConfig): buildConnector.connector {
  const extra = config.extraCertificates
  const connect = buildConnector({
    allowH2: false,
    timeout: config.connectTimeoutMs,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(config.lookup && { lookup: config.lookup }),
    ...(extra.length > 0 && { ca: [...getCACertificates('default'), ...extra] }),
  })
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error) callback(error instanceof ConnectError ? error : new ConnectError(stageOf(error, options.protocol), error), null)
      else callback(null, socket)
    })
}

/**
 * Tells name resolution, TCP and TLS apart by the system call the error names: an error that names neither look-up nor
 * connect came after TCP was established. A handshake that times out counts as `connect`, the timer does not say more.
 */
function stageOf(error: NodeJS.ErrnoException, protocol: string): ConnectStage {
  if (error.syscall === 'getaddrinfo') return 'dns'
  const beforeTls = error.syscall === 'connect' || error instanceof AggregateError || error.code === 'UND_ERR_CONNECT_TIMEOUT'
  return protocol === 'https:' && !beforeTls ? 'tls' : 'connect'
}
