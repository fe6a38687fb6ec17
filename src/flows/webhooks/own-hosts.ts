import { networkInterfaces } from 'node:os'

/** What a gateway is reached by, as configured. */
export interface OwnHostsConfig {
  /** See `HttpConfig.publicUrl`. */
  publicUrl: string | null
  /** See `HttpConfig.allowedHosts`. */
  allowedHosts: readonly string[]
}

/** Under which hosts and ports this gateway itself is reached: what it sends out must not come back in as a request. */
export class OwnHosts {
  readonly #publicUrl: URL | null
  readonly #names: ReadonlySet<string>
  #listening: URL | null = null

  constructor({ publicUrl, allowedHosts }: OwnHostsConfig) {
    this.#publicUrl = publicUrl === null ? null : URL.parse(publicUrl)
    this.#names = new Set(allowedHosts.map((name) => name.toLowerCase()))
  }

  /** The server listens. @param url where it does, e.g. `http://127.0.0.1:4100` */
  listensAt(url: string): void {
    this.#listening = new URL(url)
  }

  has(url: URL): boolean {
    const port = portOf(url)
    if (this.#publicUrl && url.hostname === this.#publicUrl.hostname && port === portOf(this.#publicUrl)) return true
    const isOurPort = this.#listening !== null && port === portOf(this.#listening)
    if (this.#names.has(url.hostname) && (isOurPort || url.port === '')) return true
    return isOurPort && isReachedAt(this.#listening!.hostname, url.hostname)
  }
}

const portOf = ({ port, protocol }: URL) => port || (protocol === 'https:' ? '443' : '80')

const isLoopback = (hostname: string) => /^(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost|.+\.localhost)$/.test(hostname)

/** Whether a server that listens at one address is reached at another of the same port. */
function isReachedAt(listening: string, hostname: string): boolean {
  if (hostname === listening) return true
  const isEverywhere = listening === '0.0.0.0' || listening === '[::]'
  if (isLoopback(hostname)) return isEverywhere || isLoopback(listening)
  return isEverywhere && (hostname === '0.0.0.0' || hostname === '[::]' || isOfThisMachine(hostname))
}

function isOfThisMachine(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === bare))
}
