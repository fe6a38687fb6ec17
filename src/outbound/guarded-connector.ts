import { isIP, type LookupFunction } from 'node:net'
import type { buildConnector } from 'undici'
import { ConnectError, type ConnectorConfig, createConnector } from './connector.ts'
import type { PublicAddressCheck } from './public-addresses.ts'

/** Every address of a name. @throws whatever resolving it failed with. */
export type HostLookup = (hostname: string) => Promise<readonly { address: string; family: number }[]>

/** What a guarded connector needs to know. */
export interface GuardedConnectorConfig extends Omit<ConnectorConfig, 'lookup'> {
  isPublic: PublicAddressCheck
  /** Origins that are exempt from the address checks. */
  originAllowed(origin: string): boolean
  lookup: HostLookup
}

/**
 * Opens sockets to hosts that callers named, and to public addresses only. Checked three times, because each check alone
 * has a hole: an address written as such never reaches name resolution; of a name's answers the system picks any one; and
 * what the socket is really connected to is the only thing that counts. A name is resolved once for a connection and the
 * answers that were checked are the ones that are connected to, so a name that changes in between gains nothing.
 */
export function createGuardedConnector(config: GuardedConnectorConfig): buildConnector.connector {
  const { isPublic, originAllowed } = config
  const connectAnywhere = createConnector({ ...config, lookup: lookupWith(config.lookup, () => true) })
  const connectPublic = createConnector({ ...config, lookup: lookupWith(config.lookup, isPublic) })
  return (options, callback) => {
    if (originAllowed(originOf(options))) return connectAnywhere(options, callback)
    const literal = options.hostname.replace(/^\[|\]$/g, '')
    if (options.socketPath || (isIP(literal) !== 0 && !isPublic(literal))) return callback(blocked(), null)
    connectPublic(options, (...[error, socket]) => {
      if (error) return callback(error, null)
      if (isPublic(socket.remoteAddress ?? '')) return callback(null, socket)
      socket.destroy()
      callback(blocked(), null)
    })
  }
}

/** One address that may not be reached spoils the whole answer: a name that mixes the two kinds is not an honest one. */
function lookupWith(lookup: HostLookup, mayConnect: PublicAddressCheck): LookupFunction {
  return (hostname, options, callback) => {
    const refuse = (error: ConnectError) => callback(error, [])
    lookup(hostname).then(
      (answers) => {
        const [first] = answers
        if (!first) refuse(new ConnectError('dns', Object.assign(new Error('no address'), { code: 'ENODATA' })))
        else if (!answers.every(({ address }) => mayConnect(address))) refuse(blocked())
        else if (options.all) callback(null, [...answers])
        else callback(null, first.address, first.family)
      },
      (error) => refuse(new ConnectError('dns', error instanceof Error ? error : new Error('look-up failed'))),
    )
  }
}

function blocked(): ConnectError {
  return new ConnectError('blocked', Object.assign(new Error('not a public address'), { code: 'BLOCKED_ADDRESS' }))
}

function originOf({ protocol, hostname, port }: buildConnector.Options): string {
  const host = isIP(hostname) === 6 ? `[${hostname}]` : hostname
  return URL.parse(`${protocol}//${host}${port ? `:${port}` : ''}`)?.origin ?? ''
}
