import type { ServerResponse } from 'node:http'
import { OverflowFile } from './overflow-file.ts'
import { type ClientHead, type ErrorReply, type ReplyClient, streamHead } from './reply-client.ts'

/** What an HTTP client of the relay is made of. */
export interface HttpReplyClientOptions {
  /** The reply, not begun, in nobody else's hands. */
  response: ServerResponse
  /** True when the caller asked for an event stream: then heartbeats keep the connection alive. */
  stream: boolean
  /** Where the bytes of a slow client wait; must not exist, is removed at once. */
  overflowPath: string
  /** @default 1 MiB */
  lagBytes?: number
  /** Wait after which a stream's head is sent without knowing upstream's answer. @default 15_000 */
  commitAfterMs?: number
  /** @default 15_000 */
  heartbeatMs?: number
  /** A client that takes nothing of a finished reply for so long has left. @default 120_000 */
  stallMs?: number
}

const HEARTBEAT = Buffer.from(': keep-alive\n\n')
/**
 * A client behind `node:http`. Bytes go to the socket as they come; what a slow client leaves unsent beyond the limit goes to a file,
 * from which it is served until it has caught up. Nothing here ever waits for the client.
 */
export class HttpReplyClient implements ReplyClient {
  /** Resolves when the reply is done with: sent to its end, or the connection is gone. */
  readonly finished: Promise<void>
  readonly #response: ServerResponse
  readonly #overflowPath: string
  readonly #lagBytes: number
  readonly #heartbeatMs: number
  readonly #stallMs: number
  #commitTimer: NodeJS.Timeout | null = null
  #heartbeatTimer: NodeJS.Timeout | null = null
  #announced: Record<string, string> = {}
  #contentType: string | null = null
  #boundary = true
  #ended = false
  #overflow: OverflowFile | null = null

  constructor(options: HttpReplyClientOptions) {
    this.#response = options.response
    this.#overflowPath = options.overflowPath
    this.#lagBytes = options.lagBytes ?? 1024 * 1024
    this.#heartbeatMs = options.heartbeatMs ?? 15_000
    this.#stallMs = options.stallMs ?? 120_000
    const { promise, resolve } = Promise.withResolvers<void>()
    this.finished = promise
    // A client that left while its request was looked at is not heard leaving any more.
    if (this.#response.destroyed) resolve()
    this.#response.once('close', () => {
      this.#stopTimers()
      resolve()
    })
    // Errors of a connection that broke are followed by `close`; without a listener they would end the process.
    this.#response.on('error', () => undefined)
    if (options.stream && !this.#response.destroyed)
      this.#commitTimer = setTimeout(() => this.#commitWaiting(), options.commitAfterMs ?? 15_000)
  }

  get gone(): boolean {
    return this.#response.destroyed && !this.#response.writableFinished
  }

  announce(headers: Record<string, string>): void {
    this.#announced = { ...this.#announced, ...headers }
  }

  commit(head: ClientHead): void {
    if (this.#ended || this.gone || this.#contentType === head.contentType) return
    if (this.#contentType !== null) return void this.cut()
    this.#contentType = head.contentType
    this.#response.writeHead(200, { ...this.#announced, ...head.headers, 'content-type': head.contentType })
    this.#stopTimers()
    if (!this.#isStream()) return
    this.#response.flushHeaders()
    this.#heartbeatTimer = setTimeout(() => this.#beat(), this.#heartbeatMs)
  }

  write(bytes: Buffer, boundary: boolean): void {
    if (this.#ended || this.gone) return
    this.#boundary = boundary
    this.#heartbeatTimer?.refresh()
    this.#put(bytes)
  }

  end(): void {
    if (this.#ended) return
    this.#close()
    if (this.#overflow === null) this.#response.end()
  }

  fail(error: ErrorReply): void {
    if (this.#ended || this.gone) return
    if (this.#contentType === null) return void this.#failWithStatus(error)
    if (!this.#isStream() || !this.#boundary) return void this.cut()
    this.#put(Buffer.from(`event: error\ndata: ${JSON.stringify(error.body)}\n\n`))
    this.end()
  }

  cut(): void {
    this.#ended = true
    this.#stopTimers()
    const { socket } = this.#response
    // In HTTP/1.0 the end of the connection is the end of the body: only a reset tells the difference.
    if (this.#response.req.httpVersion === '1.0') socket?.resetAndDestroy()
    this.#response.destroy()
  }

  backlog(): Promise<void> | null {
    return this.#overflow?.backlog() ?? null
  }

  #isStream(): boolean {
    return this.#contentType?.startsWith('text/event-stream') ?? false
  }

  #commitWaiting(): void {
    this.commit(streamHead)
    this.#beat()
  }

  /** A comment tells proxies and clients that the connection lives. Useless while bytes are under way, harmful within a frame. */
  #beat(): void {
    if (this.#boundary && this.#overflow === null && this.#response.writableLength === 0) this.#response.write(HEARTBEAT)
    this.#heartbeatTimer?.refresh()
  }

  #failWithStatus(error: ErrorReply): void {
    const body = JSON.stringify(error.body)
    const ownHeaders = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(Buffer.byteLength(body)) }
    this.#response.writeHead(error.status, { ...this.#announced, ...error.headers, ...ownHeaders })
    this.#close()
    this.#response.end(body)
  }

  /** Nothing follows from our side. Only now can silence on the connection be the client's fault. */
  #close(): void {
    this.#ended = true
    this.#stopTimers()
    this.#response.setTimeout(this.#stallMs, () => this.cut())
  }

  #put(bytes: Buffer): void {
    if (this.#overflow === null && this.#response.writableLength + bytes.length <= this.#lagBytes) {
      this.#response.write(bytes)
      return
    }
    if (this.#overflow === null) {
      // When the disk refuses, neither it nor memory has room for what this client has not read.
      this.#overflow = new OverflowFile(this.#overflowPath, this.#lagBytes, () => this.cut())
      void this.#serve(this.#overflow)
    }
    this.#overflow.append(bytes)
  }

  /** Sends what waits in the file, at the client's pace, until it has caught up or left. */
  async #serve(overflow: OverflowFile): Promise<void> {
    await this.#drained()
    while (!overflow.isEmpty && !this.gone) {
      if (!this.#response.write(await overflow.next())) await this.#drained()
    }
    this.#overflow = null
    if (this.#ended && !this.gone) this.#response.end()
    await overflow.close()
  }

  /** Waits until the socket has taken what was written, or is gone. */
  async #drained(): Promise<void> {
    const response = this.#response
    if (!response.writableNeedDrain || this.gone) return
    const { promise, resolve } = Promise.withResolvers<void>()
    response.once('drain', resolve)
    response.once('close', resolve)
    await promise
    response.off('drain', resolve)
    response.off('close', resolve)
  }

  #stopTimers(): void {
    if (this.#commitTimer) clearTimeout(this.#commitTimer)
    if (this.#heartbeatTimer) clearTimeout(this.#heartbeatTimer)
    this.#commitTimer = null
    this.#heartbeatTimer = null
  }
}
