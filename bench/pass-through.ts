/**
 * Process of the benches: the least that an HTTP proxy on the same library does. Bytes go from undici to the client as they come, with
 * back pressure; nothing is read, hashed or kept.
 */
import { createServer, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Agent, type Dispatcher } from 'undici'
import { answerOrders } from './support/bench-process.ts'
import { type ProcessFigures, processFigures } from './support/process-figures.ts'

/** What the bench may ask. */
export interface PassThroughOrders {
  /** Listens on a free port and passes everything to the upstream. */
  listen(upstreamPort: number): Promise<{ port: number }>
  figures(): ProcessFigures
}

const agent = new Agent({ pipelining: 1 })

/** Hands one answer on. */
class Passage implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[]>): void {
    this.#response.writeHead(status, headers)
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#response.write(piece)) return
    controller.pause()
    this.#response.once('drain', () => controller.resume())
  }

  onResponseEnd(): void {
    this.#response.end()
  }

  onResponseError(): void {
    this.#response.destroy()
  }
}

const server = createServer()

answerOrders<PassThroughOrders>(
  {
    async listen(upstreamPort) {
      server.on('request', async (request, response) => {
        const body = await buffer(request)
        const headers = { 'content-type': 'application/json' }
        agent.dispatch(
          { origin: `http://127.0.0.1:${upstreamPort}`, path: request.url!, method: 'POST', body, headers },
          new Passage(response),
        )
      })
      const { promise, resolve } = Promise.withResolvers<void>()
      server.listen(0, '127.0.0.1', resolve)
      await promise
      return server.address() as { port: number }
    },
    figures: processFigures,
  },
  () => process.exit(0),
)
