import type { Operation } from '../contract/image-request.ts'
import type { InputFormat, InputRole } from '../contract/input-picture.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { Secret } from '../primitives/secret.ts'

/** A picture that goes upstream with an edit, exactly as its bytes are. */
export interface ProviderInput {
  role: InputRole
  format: InputFormat
  byteLength: number
  /** Hex, of the bytes `open` yields. */
  sha256: string
  /**
   * Called at most once per call, and only when the bytes are about to be written; the reader is closed if the call ends early. Pieces are
   * not changed after they were given. A reader that throws, or yields another number of bytes, ends the call as `not_sent`.
   */
  open(): AsyncIterable<Uint8Array>
}

/** One upstream call, ready to go: everything a protocol needs and nothing it would have to look up. */
export interface ProviderCall {
  operation: Operation
  /** Origin and path prefix of the upstream, e.g. `https://api.openai.com/v1`, without a trailing slash. */
  baseUrl: string
  /** Upstream credential; null for an upstream that takes none. */
  key: Secret | null
  /** Our id of this attempt on the wire (`X-Client-Request-Id`): ASCII, unique per attempt, no secret. */
  clientRequestId: string
  /** Body in OpenAI's shape with the model already mapped, without the members that name pictures: those are in `inputs`. */
  body: JsonObject
  /** Pictures that go along with an edit, in the order the caller gave them; empty for other operations. */
  inputs: readonly ProviderInput[]
  stream: boolean
  /** Whole call, connect to last byte. */
  timeoutMs: number
  /**
   * Longest silence inside the answer's body; absent = only `timeoutMs` counts. Streams need a long one or none:
   * upstream sends nothing between two previews, for up to two minutes.
   */
  idleTimeoutMs?: number
  /** Aborts the call. Only shutdown uses it: a client that leaves never does. */
  signal?: AbortSignal
}

/** Head of a successful answer. */
export interface ReplyHead {
  status: number
  /** `json` = one JSON document, `sse` = server-sent events. */
  kind: 'json' | 'sse'
  requestId: string | null
}

/**
 * Where a provider puts the body of a successful answer, as it comes.
 * Bodies of refusals never reach the sink; they are in the outcome.
 */
export interface ReplySink {
  /** The request's last byte was handed to the kernel: from here on the call may be charged. */
  sent(): void
  /** A 2xx answer with a body of the expected kind begins. */
  begin(head: ReplyHead): void
  /**
   * A piece of the body; the sink may keep the buffer.
   * @returns false when the provider should stop reading until `resume` is called.
   */
  data(piece: Buffer, resume: () => void): boolean
  /** The body ended: whole, or cut before its end. Called once after `begin`. */
  end(whole: boolean): void
}

/** What upstream said in a refusal, as far as it could be read; texts are upstream's own and are mapped before a caller sees them. */
export interface UpstreamError {
  message: string | null
  type: string | null
  code: string | null
  param: string | null
  /** `moderation_details` of a policy refusal. */
  moderationDetails?: JsonObject
}

/** Facts about the call that hold whatever became of it. */
export interface CallFacts {
  httpStatus: number | null
  requestId: string | null
  /** Milliseconds from the start to the answer's head; null when none came. */
  firstByteMs: number | null
  totalMs: number
  /** `openai-processing-ms` or its like. */
  processingMs: number | null
  /** `x-ratelimit-*` and `retry-after*` of the answer, names in lower case. */
  rateLimits: Record<string, string>
}

/** What became of a call. The classes decide money and retries, see docs/guarantees. */
export type DispatchOutcome = CallFacts &
  (
    | { class: 'ok' }
    /**
     * 200, then the body broke off or could not be read. Almost surely charged. Causes: `reset`, `timeout`, `idle`,
     * `too_large`, `protocol`, `aborted`, `reader`; `thrown` is what the sink threw, with cause `reader` only.
     */
    | { class: 'partial'; cause: string; thrown?: unknown }
    /** Surely never reached the upstream application: safe to send again, except with `invalid_request`, which never can be. */
    | { class: 'not_sent'; cause: 'dns' | 'connect' | 'tls' | 'aborted' | 'request_cut' | 'invalid_request' }
    /** A complete 4xx answer in JSON, or a 413 in any words, also one that came before the request was sent whole. Not charged. */
    | { class: 'rejected'; error: UpstreamError; retryAfterMs: number | null }
    /** A complete 500/503 JSON answer with a request id. Normally not charged, not promised. */
    | { class: 'server_refused'; error: UpstreamError; retryAfterMs: number | null }
    /**
     * 502, 504, 52x, HTML or an answer without a request id: nobody knows what ran behind it.
     * Causes: `status`, `html`, `no_request_id`, `not_json`, `answer_cut`, `answer_too_large`, `content_encoding`.
     */
    | { class: 'edge_failed'; cause: string }
    /** Sent, then silence: timeout or reset without an answer, or a shutdown that waited no longer. */
    | { class: 'lost'; cause: 'timeout' | 'reset' | 'aborted' }
    /**
     * A 2xx or 3xx that is not an image answer, or no HTTP at all.
     * Causes: `redirect`, `html`, `content_type`, `content_encoding`, `not_http`.
     */
    | { class: 'bad_response'; cause: string }
  )

/** Which account is asked about. */
export interface AccountQuestion {
  baseUrl: string
  key: Secret | null
  /** This machine's idea of the time, to compare with the upstream's. */
  nowMs: number
}

/** What an upstream says of the account, without a picture having been made. */
export interface AccountExamination {
  level: 'ok' | 'note' | 'warning' | 'error'
  found: string
  advice: string | null
}

/** A protocol that upstreams speak. One instance serves every route of that protocol. */
export interface ImageProvider {
  readonly contract: 1
  readonly protocol: string
  /** What the protocol can be asked for; `dispatch` of anything else is a mistake of the caller and throws. */
  readonly operations: readonly Operation[]
  /** JSON members whose string value is an image in base64, for the relay's scanner. */
  readonly imageKeys: readonly string[]
  /**
   * Makes the call. Never throws for what upstream or the network does: that is an outcome. Resolves after the sink was
   * told the end.
   */
  dispatch(call: ProviderCall, sink: ReplySink): Promise<DispatchOutcome>
  /** Asks about the account behind a route without paying; absent where the protocol has no such call. */
  examine?(question: AccountQuestion): Promise<AccountExamination>
}
