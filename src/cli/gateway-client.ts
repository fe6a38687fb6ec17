import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { ErrorObject } from '../contract/record.ts'
import { dataFolderPaths } from '../db/unopened.ts'
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

const MOST_ATTEMPTS = 3

/** One call to the gateway. */
export interface ClientCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  /** Goes as JSON, unless it is a form. */
  body?: unknown
  headers?: Record<string, string>
}

/** What a command is about to do with a gateway. */
export interface ConnectOptions {
  /** True when `--live` says something to a gateway that is already there too, and not only how to open one. @default false */
  liveForOwner?: boolean
  /** False for a command that only reads what is there: an empty answer from the wrong folder would pass for the truth. @default true */
  makesFolder?: boolean
  /**
   * True for a command that may take hours: when the gateway of somebody else ends, it waits for the next one of theirs and opens none of its own, which would keep theirs out of
   * the data folder. @default false
   */
  staysGuest?: boolean
}

/**
 * The command line as a client of a gateway: the one that owns the data folder, or one opened for this command. An owner that ends
 * between two calls is replaced by the next one, or by ours; a call that it may have taken is never repeated.
 */
export class GatewayClient implements AsyncDisposable {
  readonly #context: CommandContext
  readonly #flags: GatewayFlags
  readonly #staysGuest: boolean
  #gateway: FoundGateway

  private constructor(context: CommandContext, flags: GatewayFlags, gateway: FoundGateway, staysGuest: boolean) {
    this.#context = context
    this.#flags = flags
    this.#staysGuest = staysGuest
    this.#gateway = gateway
  }

  /**
   * Finds the gateway, or opens one.
   * @throws CommandError for a paid route beside a gateway that is already there, since its own start decided which routes it has;
   * and for a data folder that would have to be made first, where the command only reads.
   */
  static async connect(
    context: CommandContext,
    flags: GatewayFlags,
    { liveForOwner = false, makesFolder = true, staysGuest = false }: ConnectOptions = {},
  ): Promise<GatewayClient> {
    if (!makesFolder) assertFolderExists(context.dataFolder(flags))
    const gateway = await findGateway(context, flags)
    if (flags.live && !liveForOwner && !gateway.isOurs) throw new CommandError(noLiveHere(gateway.serves))
    return new GatewayClient(context, flags, gateway, staysGuest)
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
   * @throws RefusedError for every answer that is not 2xx; CommandError when the gateway went away, GatewayGone where a guest finds no other; Interrupted when the user left.
   */
  async call(call: ClientCall): Promise<Response> {
    const giveUpMs = performance.now() + PATIENCE_MS
    for (;;) {
      const response = await this.#send(call)
      if (response) return response
      if (performance.now() > giveUpMs)
        throw new CommandError(`The gateway at ${this.#gateway.baseUrl} is stopping and takes no calls. Try again later.`)
      await pause(PAUSE_MS)
      this.#gateway = await findGateway(this.#context, this.#flags, this.#staysGuest ? this.#context.interruption() : undefined)
    }
  }

  /** A call that answers JSON. One that only reads is made again where its answer breaks off. */
  async json<T>(call: ClientCall): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.call(call)
      try {
        return (await response.json()) as T
      } catch (error) {
        const isBroken = error instanceof TypeError && call.method === 'GET' && !this.isOurs
        if (!isBroken || attempt === MOST_ATTEMPTS) throw error
      }
    }
  }

  /** Null when the gateway is gone or going and surely did not take the call. */
  async #send({ method, path, body, headers }: ClientCall): Promise<Response | null> {
    const { baseUrl, token, isOurs } = this.#gateway
    let response: Response
    try {
      response = await fetch(baseUrl + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(isJson(body) ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(body === undefined ? {} : { body: isJson(body) ? JSON.stringify(body) : body }),
        // Our own gateway finishes what it began, so there is nothing to leave early.
        ...(isOurs ? {} : { signal: this.#context.interruption() }),
      })
    } catch (error) {
      return this.#lost(method, error)
    }
    if (response.ok) return response
    if (response.status === 401 && headers?.['authorization'] === undefined) throw new CommandError(tokenAdvice(baseUrl))
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

/** Why `--live` cannot be had from a gateway that was started without it. */
export function noLiveHere(serves: string): string {
  return `--live changes nothing here: ${serves} owns this data folder, and its own start decided which route serves. Stop it first.`
}

/** A form brings its own media type, which names its boundary. */
function isJson(body: unknown): body is Exclude<unknown, FormData | undefined> {
  return body !== undefined && !(body instanceof FormData)
}

function assertFolderExists(folder: string): void {
  if (!existsSync(dataFolderPaths(folder).database))
    throw new CommandError(`There is no data in ${folder}. Name the data folder with --data or DARKROOM_DATA.`)
}

/** The error of an answer; empty where something else than a gateway spoke. */
export async function errorOf(response: Response): Promise<Partial<ErrorObject>> {
  const answer: unknown = await response.json().catch(() => null)
  return isJsonObject(answer) && isJsonObject(answer['error']) ? (answer['error'] as Partial<ErrorObject>) : {}
}
