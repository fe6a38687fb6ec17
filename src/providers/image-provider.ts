import type { Operation } from '../contract/image-request.ts'
import type { InputFormat, InputRole } from '../contract/input-picture.ts'
import type { JsonObject } from '../primitives/json.ts'
import type { Secret } from '../primitives/secret.ts'
import type { CostAnswer, UsageAnswer, UsageQuestion } from './account-questions.ts'
import type { BatchCalls } from './batch-calls.ts'
import type { ProviderEvent } from './provider-event.ts'

/** A picture that goes upstream with a call, exactly as its bytes are. */
export interface ProviderInput {
  role: InputRole
  /**
   * Only with `respond`, and there always: where in `ProviderCall.body` it goes as a data URL, written like the places of errors
   * (`input[0].content[1].image_url`, `tools[0].input_image_mask.image_url`). The body holds a `dataUrlPlaceholder` there; no two inputs
   * share a place.
   */
  place?: string
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
  /**
   * Body in OpenAI's shape with the model already mapped. Of an edit without the members that name pictures: those are in `inputs`; of a
   * response with a placeholder wherever one of the `inputs` goes.
   */
  body: JsonObject
  /** Pictures that go along with an edit or a response, in the order the caller gave them; empty for generations. */
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
     * `too_large`, `protocol`, `aborted`, `reader`, and where pictures are fetched from addresses of their own `picture_unreachable`;
     * `thrown` is what the sink threw, with cause `reader` only. The sink was told the beginning of every call that ends so.
     */
    | { class: 'partial'; cause: string; thrown?: unknown }
    /** Surely never reached the upstream application: safe to send again, except with `invalid_request`, which never can be. */
    | { class: 'not_sent'; cause: 'dns' | 'connect' | 'tls' | 'aborted' | 'request_cut' | 'invalid_request' }
    /**
     * A complete 4xx answer in JSON, or a 413 in any words, also one that came before the request was sent whole. Not charged. Without a
     * status: a job that upstream took and gave up for what was asked, or a request that the protocol has no words for, which was not sent.
     */
    | { class: 'rejected'; error: UpstreamError; retryAfterMs: number | null }
    /** A complete 500/503 JSON answer with a request id, or a job that upstream took and failed at. Normally not charged, not promised. */
    | { class: 'server_refused'; error: UpstreamError; retryAfterMs: number | null }
    /**
     * 502, 504, 52x, HTML or an answer without a request id: nobody knows what ran behind it.
     * Causes: `status`, `html`, `no_request_id`, `not_json`, `answer_cut`, `answer_too_large`, `content_encoding`.
     */
    | { class: 'edge_failed'; cause: string }
    /**
     * Sent, then silence: timeout or reset without an answer, or a shutdown that waited no longer. `unreadable` = upstream took the job and
     * then would not say how it stands.
     */
    | { class: 'lost'; cause: 'timeout' | 'reset' | 'aborted' | 'unreadable' }
    /**
     * A 2xx or 3xx that is not an image answer, or no HTTP at all.
     * Causes: `redirect`, `html`, `content_type`, `content_encoding`, `not_http`, for small answers `not_json`,
     * and `no_job` for one that names no job where a job was asked.
     */
    | { class: 'bad_response'; cause: string }
  )

/** A call about a response that upstream keeps. None of these is a purchase, whatever becomes of it. */
export interface StoredResponseCall
  extends Pick<ProviderCall, 'baseUrl' | 'key' | 'clientRequestId' | 'timeoutMs' | 'idleTimeoutMs' | 'signal'> {
  /** Upstream's own id (`resp_…`). One that cannot stand in a path, being no word of at most 200 letters, ends the call as `not_sent`. */
  responseId: string
}

/** A call for a response as it stands now, or for its events. */
export interface RetrieveResponseCall extends StoredResponseCall {
  /** Asks for the events of a background response, as they were and as they come. */
  stream: boolean
  /** With `stream`: only events after this sequence number; null = from the first. */
  startingAfter: number | null
  /** Members that upstream leaves out unless they are named (`include[]`). */
  include: readonly string[]
}

/** What became of a call whose answer is a small JSON object. */
export interface StoredResponseAnswer {
  /** `ok` only with a body. An answer above 1 MB (a response with its pictures) is `partial` with cause `too_large`: retrieve it instead. */
  outcome: DispatchOutcome
  /** Null unless the outcome is `ok`. */
  body: JsonObject | null
}

/** What the answers of an operation look like: those of the images endpoints, or responses with items and events of their own. */
export type ReplyShapeName = 'images' | 'responses'

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
  /** What of a request the protocol has words for beside what every one has: exact sizes, and members that nobody knows. */
  readonly carries: { readonly sizes: boolean; readonly unknownKeys: boolean }
  /** JSON members of answers of the `images` shape whose string value is an image in base64, for the relay's scanner. */
  readonly imageKeys: readonly string[]
  /** How the relay has to read the answers of an operation. A retrieved response has the shape of `respond`. */
  shapeOf(operation: Operation): ReplyShapeName
  /**
   * Makes the call. Never throws for what upstream or the network does: that is an outcome. Resolves after the sink was
   * told the end.
   */
  dispatch(call: ProviderCall, sink: ReplySink): Promise<DispatchOutcome>
  /**
   * Asks for a response that upstream keeps; its body goes into the sink as that of `dispatch`, for it brings pictures when it is finished.
   * Present with the operation `respond` where upstream keeps responses, and so are the next two.
   */
  retrieveResponse?(call: RetrieveResponseCall, sink: ReplySink): Promise<DispatchOutcome>
  /** Ends a background response. Upstream answers with the response as it stands; one that is finished stays as it is. */
  cancelResponse?(call: StoredResponseCall): Promise<StoredResponseAnswer>
  /** Lets upstream forget a response. */
  deleteResponse?(call: StoredResponseCall): Promise<StoredResponseAnswer>
  /** Asks about the account behind a route without paying; absent where the protocol has no such call. */
  examine?(question: AccountQuestion): Promise<AccountExamination>
  /** Asks how many pictures the account was counted for; absent where the protocol has no such count. Never throws for what upstream does. */
  countUsage?(question: UsageQuestion): Promise<UsageAnswer>
  /** Asks what the account was billed for whole days, UTC; absent where the protocol has no such question. Never throws for what upstream does. */
  countCosts?(question: UsageQuestion): Promise<CostAnswer>
  /** Batches; absent where the protocol has none. */
  readonly batches?: BatchCalls
  /** Reads an event that the upstream sent by webhook; absent where the protocol has none. @returns null for an event about something else */
  readEvent?(event: JsonObject): ProviderEvent | null
}
