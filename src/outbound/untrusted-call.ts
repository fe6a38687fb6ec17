import { type buildConnector, Client, type Dispatcher } from 'undici'
import { Secret } from '../primitives/secret.ts'
import { ConnectError } from './connector.ts'
import type { UntrustedAnswer, UntrustedDetail, UntrustedRequest } from './outbound.ts'
import { UntrustedRefusal } from './untrusted-refusal.ts'
import type { UntrustedUrlRules } from './untrusted-url.ts'

/** What a call needs from the door it goes through. */
export interface UntrustedCallHost {
  userAgent: string
  rules: UntrustedUrlRules
  connect: buildConnector.connector
  /** Told once when the call is over. */
  over(call: UntrustedCall): void
}

const redirects = new Set([301, 302, 303, 307, 308])

/** One call to an untrusted address with its redirects. Each hop has an HTTP client, and so a socket, of its own. */
export class UntrustedCall {
  readonly #request: UntrustedRequest
  readonly #host: UntrustedCallHost
  readonly #deadline: NodeJS.Timeout
  readonly #onSignal = () => this.abort()
  #client: Client | null = null
  #stopped: UntrustedRefusal | null = null
  #over = false

  constructor(request: UntrustedRequest, host: UntrustedCallHost) {
    this.#request = request
    this.#host = host
    this.#deadline = setTimeout(() => this.#stop('timeout'), request.timeoutMs ?? 20_000)
    request.signal?.addEventListener('abort', this.#onSignal)
  }

  /** Ends the call now; whoever waits for it gets the refusal `aborted`. */
  abort(): void {
    this.#stop('aborted')
  }

  /** @throws UntrustedRefusal */
  async answer(): Promise<UntrustedAnswer> {
    if (this.#request.signal?.aborted) this.abort()
    try {
      return await this.#follow()
    } catch (error) {
      this.#end()
      throw this.#refusalFrom(error)
    }
  }

  async #follow(): Promise<UntrustedAnswer> {
    const { method, maxRedirects = 3 } = this.#request
    let url = this.#checked(this.#request.url)
    for (let count = 0; ; count++) {
      const response = await this.#ask(url, count === 0)
      if (method === 'POST') return this.#accepted(response, count)
      if (!redirects.has(response.statusCode)) return this.#accepted(this.#wanted(response), count)
      if (count === maxRedirects) throw this.#refusal('redirect')
      url = this.#nextHop(url, response.headers['location'])
    }
  }

  #checked(text: string): URL {
    const verdict = this.#host.rules.check(text)
    if (!verdict.ok) throw this.#refusal(verdict.detail)
    return verdict.url
  }

  /** A redirect's target is judged like an address a caller gave; it may not give up encryption. */
  #nextHop(from: URL, location: string | string[] | undefined): URL {
    // Judged before it is resolved, too: resolving would fold a backslash or a line break away.
    if (typeof location !== 'string' || /[\u0000-\u0020\u007f\\]/.test(location)) throw this.#refusal('redirect')
    const target = URL.parse(location, from)
    if (!target || (from.protocol === 'https:' && target.protocol === 'http:')) throw this.#refusal('redirect')
    return this.#checked(target.href)
  }

  /** Sends the request over a socket of its own and waits for the head. */
  async #ask(url: URL, first: boolean): Promise<Dispatcher.ResponseData> {
    const client = this.#open(url)
    const headers = setTimeout(() => this.#stop('timeout'), this.#request.headersTimeoutMs ?? 10_000)
    try {
      const response = await client.request({
        path: url.pathname + url.search,
        method: this.#request.method,
        headers: this.#headers(first),
        body: this.#request.method === 'POST' ? (this.#request.body ?? null) : null,
        reset: true,
      })
      // Also heard by the reader; without this, breaking off a body that nobody reads yet would be an uncaught error.
      response.body.on('error', () => {})
      return response
    } finally {
      clearTimeout(headers)
    }
  }

  #open(url: URL): Client {
    this.#leave()
    if (this.#stopped) throw this.#stopped
    this.#client = new Client(url.origin, { connect: this.#host.connect, allowH2: false, headersTimeout: 0, bodyTimeout: 0 })
    return this.#client
  }

  #headers(first: boolean): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries((first && this.#request.headers) || {})) {
      headers[name] = value instanceof Secret ? value.reveal() : value
    }
    return { ...headers, 'user-agent': this.#host.userAgent, 'accept-encoding': 'identity' }
  }

  /** A thing that was fetched: there, not compressed (it would be inflated by whoever reads it), not announced as too long. */
  #wanted(response: Dispatcher.ResponseData): Dispatcher.ResponseData {
    const { statusCode, headers } = response
    if (statusCode !== 200) throw this.#refusal('status', String(statusCode))
    const transfer = headers['transfer-encoding'] ?? 'chunked'
    if (headers['content-encoding'] !== undefined || String(transfer).toLowerCase() !== 'chunked') throw this.#refusal('encoding')
    if (Number(headers['content-length'] ?? 0) > this.#request.maxBodyBytes) throw this.#refusal('too_large')
    return response
  }

  #accepted(response: Dispatcher.ResponseData, count: number): UntrustedAnswer {
    return {
      status: response.statusCode,
      headers: response.headers,
      redirects: count,
      body: this.#read(response),
      discard: () => this.#end(),
    }
  }

  async *#read(response: Dispatcher.ResponseData): AsyncGenerator<Buffer, void, void> {
    let bytes = 0
    try {
      if (this.#stopped) throw this.#stopped
      for await (const piece of response.body as AsyncIterable<Buffer>) {
        bytes += piece.length
        if (bytes > this.#request.maxBodyBytes) throw this.#refusal('too_large')
        yield piece
        if (this.#stopped) throw this.#stopped
      }
    } catch (error) {
      throw this.#refusalFrom(error)
    } finally {
      this.#end()
    }
  }

  #stop(detail: 'timeout' | 'aborted'): void {
    if (this.#over || this.#stopped) return
    this.#stopped = this.#refusal(detail)
    this.#end()
  }

  #end(): void {
    this.#leave()
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#deadline)
    this.#request.signal?.removeEventListener('abort', this.#onSignal)
    this.#host.over(this)
  }

  /** Closes the socket of the hop, if there is one; a request on it fails at once. */
  #leave(): void {
    this.#client?.destroy(this.#stopped ?? this.#refusal('aborted')).catch(() => {})
    this.#client = null
  }

  #refusal(detail: UntrustedDetail, code: string | null = null): UntrustedRefusal {
    return new UntrustedRefusal(this.#request.purpose, detail, code)
  }

  #refusalFrom(error: unknown): UntrustedRefusal {
    if (this.#stopped) return this.#stopped
    if (error instanceof UntrustedRefusal) return error
    if (error instanceof ConnectError) return this.#refusal(error.stage === 'blocked' ? 'blocked_address' : error.stage, error.code)
    const { code, name } = error as NodeJS.ErrnoException
    return this.#refusal('protocol', code ?? name)
  }
}
