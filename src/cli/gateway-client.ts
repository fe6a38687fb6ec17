import { setTimeout as pause } from 'node:timers/promises'
import type { ErrorObject } from '../contract/record.ts'
import { isJsonObject } from '../primitives/json.ts'
import { type CommandContext, CommandError, type GatewayFlags } from './command.ts'
import { type FoundGateway, findGateway, PATIENCE_MS, PAUSE_MS, tokenAdvice } from './find-gateway.ts'

/** An error the gateway answered, with its envelope. */
export class RefusedError extends Error {
  /** HTTP status of the answer; null for an error that was read in a record. */
  readonly status: number | null
  readonly error: Partial<ErrorObject>

  constructor(status: number | null, error: Partial<ErrorObject>) {
    super(error.message ?? `the gateway answered ${status}`)
    this.name = 'RefusedError'
    this.status = status
    this.error = error
  }
}

/** One call to the gateway. */
export interface ClientCall {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  body?: unknown
  headers?: Record<string, string>
}

/**
 * The command line as a client of a gateway: the one that owns the data folder, or one opened for this command. An owner that ends
 * between two calls is replaced by the next one, or by ours; a call that it may have taken is never repeated.
 */
export class GatewayClient implements AsyncDisposable {
  readonly #context: CommandContext
  readonly #flags: GatewayFlags
  #gateway: FoundGateway

  private constructor(context: CommandContext, flags: GatewayFlags, gateway: FoundGateway) {
    this.#context = context
    this.#flags = flags
    this.#gateway = gateway
  }

  /**
   * Finds the gateway, or opens one.
   * @param options.live what `--live` means to the command: it opens the paid route (the default), or asks the routes there are.
   * @throws CommandError for a paid route beside a gateway that is already there: its own start decided which routes it has.
   */
  static async connect(
    context: CommandContext,
    flags: GatewayFlags,
    { live = 'opens' }: { live?: 'opens' | 'asks' } = {},
  ): Promise<GatewayClient> {
    const gateway = await findGateway(context, flags)
    if (flags.live && live === 'opens' && !gateway.isOurs)
      throw new CommandError(
        `The gateway at ${gateway.baseUrl} owns this data folder, and its own start decided which route serves. Leave --live out, or stop it first.`,
      )
    return new GatewayClient(context, flags, gateway)
  }

  /** What serves, e.g. "the built-in sandbox". */
  get serves(): string {
    return this.#gateway.serves
  }

  /** True when the gateway ends with this command. */
  get isOurs(): boolean {
    return this.#gateway.isOurs
  }

  /**
   * Calls the gateway.
   * @throws RefusedError for every answer that is not 2xx; CommandError when the gateway went away; Interrupted when the user left.
   */
  async call(call: ClientCall): Promise<Response> {
    const giveUpMs = performance.now() + PATIENCE_MS
    for (;;) {
      const response = await this.#send(call)
      if (response) return response
      if (performance.now() > giveUpMs)
        throw new CommandError(`The gateway at ${this.#gateway.baseUrl} is stopping and takes no calls. Try again later.`)
      await pause(PAUSE_MS)
      this.#gateway = await findGateway(this.#context, this.#flags)
    }
  }

  /** A call that answers JSON. */
  async json<T>(call: ClientCall): Promise<T> {
    return (await (await this.call(call)).json()) as T
  }

  /** Null when the gateway is gone or going and surely did not take the call. */
  async #send({ method, path, body, headers }: ClientCall): Promise<Response | null> {
    const { baseUrl, token, isOurs } = this.#gateway
    let response: Response
    try {
      response = await fetch(baseUrl + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Our own gateway finishes what it began, so there is nothing to leave early.
        ...(isOurs ? {} : { signal: this.#context.interruption() }),
      })
    } catch (error) {
      return this.#lost(method, error)
    }
    if (response.ok) return response
    if (response.status === 401) throw new CommandError(tokenAdvice(baseUrl))
    const refusal = new RefusedError(response.status, await errorOf(response))
    if (refusal.error.code === 'shutting_down') return null
    throw refusal
  }

  #lost(method: ClientCall['method'], error: unknown): null {
    if (!(error instanceof TypeError) || this.isOurs) throw error
    const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
    if (method === 'GET' || code === 'ECONNREFUSED') return null
    throw new CommandError(
      `The connection to the gateway at ${this.#gateway.baseUrl} broke before it answered. If it took the call, the call goes on and is in its ledger.`,
    )
  }

  /** Lets go of a gateway of ours: waits for what it has under way. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#gateway.close()
  }
}

async function errorOf(response: Response): Promise<Partial<ErrorObject>> {
  const answer: unknown = await response.json().catch(() => null)
  return isJsonObject(answer) && isJsonObject(answer['error']) ? (answer['error'] as Partial<ErrorObject>) : {}
}
