import { CommandError } from './command.ts'
import { type ClientCall, errorOf, RefusedError } from './gateway-client.ts'

/** Whoever calls a gateway for a command. */
export interface GatewayCaller {
  /** @throws RefusedError for every answer that is not 2xx; CommandError when the gateway cannot be reached */
  call(call: ClientCall): Promise<Response>
}

/** Nobody was there to take the call. */
export class NotReached extends CommandError {}

const neverMade: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

/** A gateway at an address, on another machine or another's data folder: nothing is opened, and nothing known but the address. */
export function remoteGateway(baseUrl: string): GatewayCaller {
  return {
    async call({ method, path, body, headers }) {
      const json = body === undefined ? {} : { body: JSON.stringify(body) }
      const init = { method, headers: { 'content-type': 'application/json', ...headers }, ...json }
      const response = await fetch(baseUrl + path, init).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
        if (neverMade.has(error.cause?.code)) throw new NotReached(`The gateway at ${baseUrl} cannot be reached: ${error.cause!.message}.`)
        throw new CommandError(`The connection to the gateway at ${baseUrl} broke before it answered.`)
      })
      if (response.ok) return response
      throw new RefusedError(response.status, await errorOf(response))
    },
  }
}
