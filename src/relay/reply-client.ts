import type { ErrorBody } from '../contract/failure.ts'

/** Head of a successful reply to the client. */
export interface ClientHead {
  contentType: string
  headers: Record<string, string>
}

/** Head of an event stream. Proxies that buffer would hold previews and heartbeats back until the picture is done. */
export const streamHead: ClientHead = {
  contentType: 'text/event-stream; charset=utf-8',
  headers: { 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
}

/** An error as an answer: status and headers count only while nothing was sent. */
export interface ErrorReply {
  status: number
  headers: Record<string, string>
  body: ErrorBody
}

/**
 * Who the reply is for. A client never holds up the call it pays for: `write` takes everything at once, a client that left or reads slowly
 * is the implementation's affair. Every method may be called in any state; what comes too late is ignored.
 */
export interface ReplyClient {
  /** The client left before the reply was whole, or was cut off: what is written goes nowhere, the call goes on. */
  readonly gone: boolean
  /** Adds headers to the reply, as they become known; of no effect once the head is sent. */
  announce(headers: Record<string, string>): void
  /** The answer is a success: sends status 200 and the head, unless that was done. Another kind of content than was begun is cut. */
  commit(head: ClientHead): void
  /**
   * Sends bytes of the reply. The buffer must not be changed afterwards.
   * @param boundary true when these bytes end between two frames, so that a comment or an error frame may follow
   */
  write(bytes: Buffer, boundary: boolean): void
  /** The reply is whole. */
  end(): void
  /** Says what went wrong: as a status when nothing was sent, as an error frame between two frames, else by `cut`. */
  fail(error: ErrorReply): void
  /** Breaks the connection in a way that cannot be taken for the end of a whole reply. */
  cut(): void
  /** Pending while the client's own spool is behind the disk and nothing more should be read upstream; null otherwise. */
  backlog(): Promise<void> | null
}
