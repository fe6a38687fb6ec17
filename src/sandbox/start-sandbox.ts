import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { JobShelf } from './apiframe/job-shelf.ts'
import { type BatchControls, BatchShelf } from './batches/batch-shelf.ts'
import { Invoice, type InvoiceReader } from './billing/invoice.ts'
import { CallLog, type CallReader } from './call-log.ts'
import { type SandboxOptions, sandboxSettings } from './config.ts'
import { SwapCounter } from './faces/swap-counter.ts'
import { FaultBook, type FaultControls } from './faults/fault-book.ts'
import { FileShelf } from './file-shelf.ts'
import { RateLimiter } from './rate-limiter.ts'
import { PicturePress } from './render/index.ts'
import { type ResponseControls, ResponseShelf } from './responses/response-shelf.ts'
import { createSandboxServer } from './server.ts'

/** A running sandbox. */
export interface Sandbox extends AsyncDisposable {
  /** Origin, e.g. `http://127.0.0.1:4199`; clients add `/v1`. */
  readonly url: string
  readonly port: number
  /** What was charged. */
  readonly invoice: InvoiceReader
  /** What was asked. */
  readonly calls: CallReader
  /** What goes wrong next. */
  readonly faults: FaultControls
  /** What is remembered of earlier responses. */
  readonly responses: ResponseControls
  /** What batches there are, and how they go on. */
  readonly batches: BatchControls
  /** Ends open connections, waits for the calls on them and writes the invoice out. Calling it again waits for the same end. */
  close(): Promise<void>
}

/**
 * Starts an upstream emulator on a port of its own.
 * @throws Error of the system when the port is taken or the invoice file cannot be written.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = sandboxSettings(options)
  await using opening = new AsyncDisposableStack()
  const invoice = opening.adopt(await Invoice.open(settings.invoicePath), (book) => book.close())
  const press = opening.adopt(new PicturePress(), (machine) => machine.close())
  const shelf = new ResponseShelf(settings.responseLifetimeMs, settings.maxResponsesBytes)
  const responses = opening.adopt(shelf, (responses) => responses.close())
  const batches = opening.adopt(new BatchShelf(), (shelf) => shelf.close())
  const calls = new CallLog()
  const faults = new FaultBook()
  const files = new FileShelf({ uploadedBytes: settings.maxFilesBytes, writtenBytes: settings.maxBatchFilesBytes })
  const jobs = new JobShelf()
  const limiter = new RateLimiter(settings.limits, settings.clock)
  const swaps = new SwapCounter()

  const state = { settings, invoice, calls, faults, files, jobs, batches, limiter, press, responses, swaps }
  const { server, idle } = createSandboxServer(state)
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  opening.defer(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await idle()
    await closed
  })

  const open = opening.move()
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= open.disposeAsync()
    return closing
  }
  const url = `http://${urlHost(settings.host)}:${port}`
  return { url, port, invoice, calls, faults, responses, batches, close, [Symbol.asyncDispose]: close }
}

/** An address to call: a literal IPv6 address stands in brackets, and a server on all interfaces is called through loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
