import type { Secret } from '../primitives/secret.ts'

/** A request body that is read from where it lies while it is sent. */
export interface StreamedBody {
  /** Exactly as many bytes as `open` yields; they are announced before the first of them is read. */
  byteLength: number
  /** Called at most once, when the body is about to be written; the reader is closed if the call ends early. */
  open(): AsyncIterable<Uint8Array>
}

/**
 * A call to an upstream that the operator configured. Its address is trusted: it may be on a private network and may be
 * handed a key. It is never reached through a proxy from the environment and never follows a redirect.
 */
export interface ConfiguredRequest {
  destination: 'configured'
  method: 'GET' | 'POST'
  /** Absolute `http:` or `https:` address without user name or password. `https:` never falls back to `http:`. */
  url: string
  /** Names in lower case. A secret is unwrapped at the socket and nowhere before. `host`, `content-length`, `user-agent` and `accept-encoding` are ours. */
  headers: Readonly<Record<string, string | Secret>>
  body: Buffer | StreamedBody | null
  /** The whole call: waiting for a socket, sending, waiting for the head, reading to the last byte. */
  timeoutMs: number
  /** Longest silence inside the answer's body while the reader wants more; absent = only `timeoutMs` counts. */
  idleTimeoutMs?: number
  /** A longer body is cut. */
  maxBodyBytes: number
  signal?: AbortSignal
}

/** Every call states whether its destination is trusted; a kind of destination has its own request type and its own method of `Outbound`. */
export type OutboundRequest = ConfiguredRequest

/** Header names in lower case; a header that came several times is an array. */
export type OutboundHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Status line and headers of the final answer (1xx heads are skipped). */
export interface OutboundHead {
  status: number
  headers: OutboundHeaders
}

/**
 * Where a call broke.
 * - `dns`, `connect`, `tls`: no usable connection came about;
 * - `request_cut`: the connection broke while the request was being written;
 * - `reset`: the connection broke afterwards;
 * - `protocol`: what came back is not HTTP/1.1;
 * - `timeout`, `idle`: the whole call, or a silence in the body, took too long;
 * - `too_large`: the body went over `maxBodyBytes`;
 * - `aborted`: the caller's signal, `OutboundCall.abort` or `Outbound.close`;
 * - `invalid`: the request cannot be put on the wire (a line break in a header, no http address);
 * - `reader`: a method of the handler threw.
 */
export type OutboundCause =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'request_cut'
  | 'reset'
  | 'protocol'
  | 'timeout'
  | 'idle'
  | 'too_large'
  | 'aborted'
  | 'invalid'
  | 'reader'

/** Why a call ended before its answer was complete. */
export interface OutboundFailure {
  cause: OutboundCause
  /** False only where it is proven that the request's last byte never left this process; in doubt it is true. */
  sent: boolean
  /** Error code of the system or the HTTP library (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), else its name; never a message, never an address. */
  detail: string
  /** What the handler threw; only with cause `reader`. */
  thrown?: unknown
}

/**
 * Takes what comes back. Called in order: `onSent`, `onHead`, `onData`…, then exactly one of `onEnd` and `onFailure`,
 * which is the last call. A failure may come at any point. Methods run on the socket's own event and must be quick.
 */
export interface OutboundHandler {
  /** The request's last byte was handed to the kernel: from here on the other side may act on it. */
  onSent(): void
  onHead(head: OutboundHead): void
  /**
   * A piece of the body; the handler may keep the buffer.
   * @returns false to stop reading until `resume` is called.
   */
  onData(piece: Buffer, resume: () => void): boolean
  onEnd(): void
  onFailure(failure: OutboundFailure): void
}

/** A call on its way. */
export interface OutboundCall {
  /** Ends the call now; the handler gets `onFailure` with cause `aborted`, unless it was told the end already. */
  abort(): void
}

/** The only door to the network. */
export interface Outbound {
  /** Starts a call to a configured upstream. Never throws and never calls the handler before it returned. */
  configured(request: ConfiguredRequest, handler: OutboundHandler): OutboundCall
  /** Breaks off the calls that still run and closes every socket. */
  close(): Promise<void>
}
