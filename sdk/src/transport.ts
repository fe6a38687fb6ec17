import { Attempts, type Repeatable, type RetrySettings } from './attempts.ts'
import { ConnectionError, DarkroomError } from './darkroom-error.ts'
import { errorOfResponse } from './error-of-response.ts'
import { callGoesOn, Patience, type PatienceOptions } from './patience.ts'
import type { RequestBody } from './picture-requests.ts'

/** Where the gateway is and how it is spoken to. */
export interface TransportSettings {
  /** Without a slash at its end. */
  baseUrl: string
  key: (() => string | Promise<string>) | string | null
  headers: Readonly<Record<string, string>>
  /** Which cookies go along; null = the runtime decides. */
  credentials: 'same-origin' | null
  timeoutMs: number | null
  /** How long a stream may say nothing at all; the gateway's heartbeats come every 15 seconds. */
  silenceMs: number
  retries: RetrySettings
  fetch: typeof fetch
}

/** What a caller may say of any call. */
export interface CallOptions {
  /** Ends the waiting. A call that costs money goes on at the gateway; `recover` reads its answer. */
  signal?: AbortSignal
  /** How long the call may take, attempts and pauses together; null = as long as it takes. @default that of the client: 300,000 */
  timeoutMs?: number | null
  /** Calls in all, the first included; 1 = none is repeated. @default that of the client: 5 */
  maxAttempts?: number
  headers?: Readonly<Record<string, string>>
}

/** A call as it goes out. */
export interface WireCall {
  method: string
  /** With its parameters filled in: `/v2/generations/gen_1`. */
  path: string
  query?: object
  headers?: Readonly<Record<string, string>>
  body?: RequestBody
  repeatable: Repeatable
  /** Of a call that may cost money; null for all others. */
  idempotencyKey: string | null
}

/** Sends calls, and sends them again where that is free. */
export class Transport {
  readonly settings: TransportSettings

  constructor(settings: TransportSettings) {
    this.settings = settings
  }

  get baseUrl(): string {
    return this.settings.baseUrl
  }

  /** Whoever waits for a call from now on. */
  patience({ signal, timeoutMs }: CallOptions): Patience {
    const options: PatienceOptions = { timeoutMs: timeoutMs === undefined ? this.settings.timeoutMs : timeoutMs }
    return new Patience(signal === undefined ? options : { ...options, signal })
  }

  /** The attempts that a call has. */
  attempts({ maxAttempts }: CallOptions, repeatable: Repeatable, patience: Patience): Attempts {
    const { retries } = this.settings
    return new Attempts(maxAttempts === undefined ? retries : { ...retries, maxAttempts }, repeatable, patience)
  }

  /**
   * Makes a call and reads its answer; where either is lost or refused for now, again, with the same body and the same key.
   * @param read takes the whole answer; it must not leave a body behind.
   * @throws DarkroomError
   */
  async send<T>(call: WireCall, options: CallOptions, read: (response: Response) => Promise<T>): Promise<T> {
    const patience = this.patience(options)
    const attempts = this.attempts(options, call.repeatable, patience)
    for (;;) {
      try {
        const response = await this.open(call, options, patience)
        return await read(response)
      } catch (error) {
        await attempts.next(this.errorOf(error, call, patience))
      }
    }
  }

  /**
   * One attempt.
   * @returns an answer that is no error, with its body still to be read.
   * @throws DarkroomError for an error that was answered, else whatever `fetch` throws.
   */
  async open(call: WireCall, options: CallOptions, patience: Patience): Promise<Response> {
    const headers = { ...(await this.#headers(call)), ...options.headers }
    const init: RequestInit = { method: call.method, headers, signal: patience.signal }
    if (call.body !== undefined) init.body = call.body
    if (this.settings.credentials !== null) init.credentials = this.settings.credentials
    // Called as a plain function: browsers refuse their own fetch as a method of something else.
    const { fetch } = this.settings
    const response = await fetch(this.#url(call), init)
    if (response.ok) return response
    const text = await response.text().catch(() => '')
    throw errorOfResponse({
      status: response.status,
      headers: response.headers,
      text,
      baseUrl: this.baseUrl,
      idempotencyKey: call.idempotencyKey,
    })
  }

  /** What a connection that broke, or an answer that cannot be read, means for its call. */
  errorOf(error: unknown, { idempotencyKey }: Pick<WireCall, 'idempotencyKey'>, patience: Patience): DarkroomError {
    if (error instanceof DarkroomError) return error
    if (patience.signal.aborted) return patience.callError(idempotencyKey, error)
    const isUnknown = idempotencyKey !== null && !wasNotSent(error)
    const what = `The connection to ${this.baseUrl} ${wasNotSent(error) ? 'could not be made' : 'broke'}.`
    return new ConnectionError({
      message: isUnknown ? `${what} ${callGoesOn}` : what,
      status: null,
      outcome: isUnknown ? 'unknown' : 'not_charged',
      nextAction: 'retry',
      idempotencyKey,
      cause: error,
    })
  }

  async #headers({ headers, idempotencyKey }: WireCall): Promise<Record<string, string>> {
    const { key } = this.settings
    const credential = typeof key === 'function' ? await key() : key
    return {
      ...this.settings.headers,
      ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
      ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
      ...headers,
    }
  }

  #url({ path, query = {} }: WireCall): string {
    const asked = Object.entries(query).flatMap(([name, value]) => (value === undefined || value === null ? [] : [[name, String(value)]]))
    return this.baseUrl + path + (asked.length === 0 ? '' : `?${new URLSearchParams(asked)}`)
  }
}

/** Codes of Node and Bun for a connection that never came about. */
const notSent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'ConnectionRefused'])

function wasNotSent(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return notSent.has(code) || notSent.has(cause?.code)
}
