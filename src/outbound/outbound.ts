import type { Secret } from '../primitives/secret.ts'

/** A request body that is read from where it lies while it is sent. */
export interface StreamedBody {
  /**
   * Exactly as many bytes as `open` yields, at least one; they are announced before the first of them is read. A reader that
   * yields fewer or more, or throws, ends the call as `request_cut` before the announced last byte is written.
   */
  byteLength: number
  /** Called at most once, when the body is about to be written; the reader's `return` is called if the call ends early. */
  open(): AsyncIterable<Uint8Array>
}

/**
 * A call to an upstream that the operator configured. Its address is trusted: it may be on a private network and may be
 * handed a key. It is never reached through a proxy from the environment and never follows a redirect.
 */
export interface ConfiguredRequest {
  destination: 'configured'
  method: 'GET' | 'POST' | 'DELETE'
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

/**
 * A call to an address that a caller gave: a picture to read, a receiver to notify. Nothing of it is trusted. Only public
 * addresses are reached (and origins the operator listed), over sockets that no other call uses, without any proxy.
 */
export interface UntrustedRequest {
  destination: 'untrusted'
  /** What the call is for, one word for logs and metrics (`input_image`, `webhook`). */
  purpose: string
  /**
   * GET fetches a thing: redirects are followed, and only a 200 whose bytes are not encoded is an answer. POST delivers a
   * message: no redirect is followed and every status is an answer.
   */
  method: 'GET' | 'POST'
  url: string
  /** Names in lower case; sent to the first address only. `host`, `content-length`, `connection`, `user-agent` and `accept-encoding` are ours. */
  headers?: Readonly<Record<string, string | Secret>>
  /** Small: it is held in memory. Only with POST. */
  body?: Buffer | null
  /** A longer answer is cut. */
  maxBodyBytes: number
  /** The whole call with its redirects, to the last byte of the answer, however slowly the body is read. @default 20000 */
  timeoutMs?: number
  /** From the start of each hop to the head of its answer. @default 10000 */
  headersTimeoutMs?: number
  /** Only with GET. @default 3 */
  maxRedirects?: number
  signal?: AbortSignal
}

/** Every call states whether its destination is trusted; a kind of destination has its own request type and its own method of `Outbound`. */
export type OutboundRequest = ConfiguredRequest | UntrustedRequest

/** What an untrusted address answered. The socket is held until the body was read to its end, left, or discarded, or the time is up. */
export interface UntrustedAnswer {
  status: number
  headers: OutboundHeaders
  /** How many redirects led here. */
  redirects: number
  /** Bytes as they came, to be read once. Breaking out of the loop ends the call. Throws `UntrustedRefusal`: `too_large`, `timeout`, `protocol`, `aborted`. */
  body: AsyncIterable<Buffer>
  /** Ends the call without reading the body. */
  discard(): void
}

/**
 * Why an untrusted call ended, for our logs only: told to a caller it would map our network for them.
 * - `url`: the address is spelled or placed in a way that is never fetched (scheme, port, user name, backslash, length …);
 * - `blocked_address`: it leads to an address that is not public;
 * - `dns`, `connect`, `tls`: no usable connection came about;
 * - `redirect`: too many, to nowhere, or from https to http;
 * - `status`: not 200; `encoding`: the bytes are compressed; `too_large`; `timeout`;
 * - `protocol`: the connection broke or what came is not HTTP/1.1;
 * - `aborted`: the caller's signal or `Outbound.close`.
 */
export type UntrustedDetail =
  | 'url'
  | 'blocked_address'
  | 'dns'
  | 'connect'
  | 'tls'
  | 'redirect'
  | 'status'
  | 'encoding'
  | 'too_large'
  | 'timeout'
  | 'protocol'
  | 'aborted'

/** What can be said about a caller's address without the network. `url` is the address to use, parsed once; `allowed` = its origin is on the operator's list. */
export type UntrustedUrlVerdict = { ok: true; url: URL; allowed: boolean } | { ok: false; detail: 'url' | 'blocked_address' }

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
 * - `request_cut`: the connection, or the reader of a streamed body, broke while the request was being written;
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
  /** Makes a call to an address that a caller gave. Rejects with `UntrustedRefusal`, always of the same message, and with nothing else. */
  untrusted(request: UntrustedRequest): Promise<UntrustedAnswer>
  /** Judges a caller's address by its text alone: what is refused here is refused by `untrusted` too; what passes may still lead to a blocked address. */
  checkUntrustedUrl(url: string): UntrustedUrlVerdict
  /** Breaks off the calls that still run and closes every socket. */
  close(): Promise<void>
}
