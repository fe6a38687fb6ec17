import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { Secret } from '../primitives/secret.ts'
import { ConnectError } from './connector.ts'
import { BodyError, MeasuredBody } from './measured-body.ts'
import type { ConfiguredRequest, OutboundCall, OutboundCause, OutboundFailure, OutboundHandler, OutboundHeaders } from './outbound.ts'
import { whenHandedOver } from './when-handed-over.ts'

/** Why we broke a call off ourselves. */
type StopCause = Extract<OutboundCause, 'timeout' | 'idle' | 'too_large' | 'aborted' | 'reader'>

/** What a call needs from the door it goes through. */
export interface CallHost {
  /** Told right before undici writes the request; the host then names the socket with `goesOver`. */
  starting(call: ConfiguredCall): void
  /** Told once when the call is over. */
  over(call: ConfiguredCall): void
}

/**
 * One call on its way: undici's events on one side, the handler on the other, and between them the only places where
 * a call ends (`#settle`) and where it is known to be sent (`#markSent`).
 */
export class ConfiguredCall implements OutboundCall, Dispatcher.DispatchHandler {
  readonly #request: ConfiguredRequest
  readonly #handler: OutboundHandler
  readonly #host: CallHost
  readonly #deadline: NodeJS.Timeout
  readonly #onSignal = () => this.abort()
  readonly #body: Buffer | MeasuredBody | null
  #idle: NodeJS.Timeout | null = null
  #controller: Dispatcher.DispatchController | null = null
  #socket: Socket | null = null
  #sent = false
  #settled = false
  #stopped: { cause: StopCause; detail: string; thrown?: unknown } | null = null
  #bodyBytes = 0

  constructor(request: ConfiguredRequest, handler: OutboundHandler, host: CallHost) {
    this.#request = request
    this.#handler = handler
    this.#host = host
    this.#body = request.body === null || Buffer.isBuffer(request.body) ? request.body : new MeasuredBody(request.body)
    this.#deadline = setTimeout(() => this.#stop('timeout'), request.timeoutMs)
    request.signal?.addEventListener('abort', this.#onSignal)
  }

  /** True once the handler was told the end. */
  get settled(): boolean {
    return this.#settled
  }

  /** The request's body in a form that undici writes. */
  get body(): Buffer | MeasuredBody | null {
    return this.#body
  }

  abort(): void {
    this.#stop('aborted')
  }

  /** The request never reached undici. */
  refuse(detail: string): void {
    this.#settle({ cause: 'invalid', sent: false, detail })
  }

  /** The socket this request is about to be written to. */
  goesOver(socket: Socket): void {
    this.#socket = socket
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A call that timed out while it waited for a connection is still in undici's queue: here it is taken out unsent.
    if (this.#settled) {
      controller.abort(new Error('the call is over'))
      return
    }
    this.#controller = controller
    this.#host.starting(this)
  }

  onRequestSent(): void {
    if (this.#socket) whenHandedOver(this.#socket, bodyLength(this.#request), () => this.#markSent())
    else this.#markSent()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: OutboundHeaders): void {
    if (this.#settled || status < 200) return
    // An answer to a request that is still being written is proof that the other side acts on it.
    this.#markSent()
    if (this.#request.idleTimeoutMs !== undefined) this.#idle = setTimeout(() => this.#onSilence(), this.#request.idleTimeoutMs)
    this.#tell(() => this.#handler.onHead({ status, headers }))
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#settled) return
    this.#idle?.refresh()
    this.#bodyBytes += piece.length
    if (this.#bodyBytes > this.#request.maxBodyBytes) this.#stop('too_large')
    this.#tell(() => {
      let resumed = false
      const resume = () => {
        resumed = true
        this.#resume(controller)
      }
      if (!this.#handler.onData(piece, resume) && !resumed) controller.pause()
    })
  }

  onResponseEnd(): void {
    this.#settle(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#settle(this.#failureFrom(error))
  }

  #resume(controller: Dispatcher.DispatchController): void {
    if (this.#settled) return
    this.#idle?.refresh()
    controller.resume()
  }

  /** A reader that asked for a pause made the silence itself. */
  #onSilence(): void {
    if (this.#controller?.paused) this.#idle?.refresh()
    else this.#stop('idle')
  }

  #markSent(): void {
    if (this.#sent || this.#settled) return
    this.#sent = true
    this.#tell(() => this.#handler.onSent())
  }

  /** Runs a method of the handler; one that throws ends the call. */
  #tell(event: () => void): void {
    if (this.#settled) return
    try {
      event()
    } catch (thrown) {
      this.#stop('reader', thrown)
    }
  }

  #stop(cause: StopCause, thrown?: unknown): void {
    if (this.#settled || this.#stopped) return
    this.#stopped = { cause, detail: cause, ...(cause === 'reader' && { thrown }) }
    // Aborting answers with onResponseError at once; without a controller undici still waits for a connection.
    this.#controller?.abort(new Error(`stopped: ${cause}`))
    this.#settle({ ...this.#stopped, sent: this.#sent })
  }

  #settle(failure: OutboundFailure | null): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#deadline)
    if (this.#idle) clearTimeout(this.#idle)
    this.#request.signal?.removeEventListener('abort', this.#onSignal)
    this.#host.over(this)
    if (this.#body instanceof MeasuredBody) this.#body.close()
    if (failure) this.#handler.onFailure(failure)
    else this.#handler.onEnd()
  }

  #failureFrom(error: NodeJS.ErrnoException): OutboundFailure {
    const sent = this.#sent
    if (this.#stopped) return { ...this.#stopped, sent }
    const detail = error.code ?? error.name
    if (error instanceof BodyError) return { cause: 'request_cut', sent, detail }
    if (error instanceof ConnectError) return { cause: error.stage === 'blocked' ? 'connect' : error.stage, sent, detail }
    if (detail === 'UND_ERR_DESTROYED' || detail === 'UND_ERR_CLOSED') return { cause: 'aborted', sent, detail }
    // Without a controller undici never began to write: it refused the request, or an idle socket broke before its turn came.
    if (!this.#controller) return { cause: /^UND_ERR_(INVALID_ARG|NOT_SUPPORTED)$/.test(detail) ? 'invalid' : 'connect', sent, detail }
    if (/^(HTTPParserError|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_)/.test(detail)) return { cause: 'protocol', sent, detail }
    return { cause: sent ? 'reset' : 'request_cut', sent, detail }
  }
}

/** Bytes that follow the request's head. */
function bodyLength({ body }: ConfiguredRequest): number {
  if (body === null) return 0
  return Buffer.isBuffer(body) ? body.length : body.byteLength
}

/** Headers as undici takes them; the only place where a secret of a request becomes text. */
export function wireHeaders(request: ConfiguredRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' }
  for (const [name, value] of Object.entries(request.headers)) headers[name] = value instanceof Secret ? value.reveal() : value
  // undici counts a buffer itself; of a stream it has to be told, or it would send chunks of unknown total.
  if (request.body !== null) headers['content-length'] = String(bodyLength(request))
  return headers
}
