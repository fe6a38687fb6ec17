import type { ConfiguredRequest, Outbound } from '../../outbound/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { Secret } from '../../primitives/secret.ts'
import type { DispatchOutcome, ProviderCall, ReplySink } from '../image-provider.ts'
import { redactorFor } from '../redact.ts'
import { AnswerReader, type AnswerReaderContext } from './answer-reader.ts'

/**
 * The longest answer that is read. Ten pictures of 25 MB are 333 MB of base64; with previews and 4K formats some more.
 * Beyond this an upstream is broken or hostile.
 */
const MAX_ANSWER_BYTES = 1_500_000_000

/** What the protocol is built from. */
export interface OpenAiProviderParts {
  outbound: Outbound
  clock: Clock
  /** @default 1_500_000_000 */
  maxAnswerBytes?: number
}

/** What every call of the protocol says of itself. */
export type CallBasics = Pick<ProviderCall, 'baseUrl' | 'key' | 'clientRequestId' | 'timeoutMs' | 'idleTimeoutMs' | 'signal'>

/** The request of a call that is not the same for all. */
export interface RequestParts {
  method: ConfiguredRequest['method']
  /** Below the base URL, with its query. */
  path: string
  accept: 'application/json' | 'text/event-stream' | '*/*'
  /** Only with a body. */
  contentType?: string
  body: ConfiguredRequest['body']
}

/** The request of a call, whose answer may be as long as answers of the protocol are. */
export function requestTo(
  call: CallBasics,
  { method, path, accept, contentType, body }: RequestParts,
): Omit<ConfiguredRequest, 'maxBodyBytes'> {
  return {
    destination: 'configured',
    method,
    url: call.baseUrl + path,
    headers: {
      ...(call.key && { authorization: new Secret(`Bearer ${call.key.reveal()}`) }),
      ...(contentType && { 'content-type': contentType }),
      accept,
      'x-client-request-id': call.clientRequestId,
    },
    body,
    timeoutMs: call.timeoutMs,
    ...(call.idleTimeoutMs !== undefined && { idleTimeoutMs: call.idleTimeoutMs }),
    ...(call.signal && { signal: call.signal }),
  }
}

/**
 * Makes one request and reads its answer into the sink. Never throws for what upstream or the network does.
 * @param asked the key and the caller's words: neither comes back in what upstream says of an error
 */
export function callUpstream(
  parts: OpenAiProviderParts,
  request: Omit<ConfiguredRequest, 'maxBodyBytes'>,
  { key, body: said = null }: { key: Secret | null; body?: JsonObject | null },
  sink: ReplySink,
  maxBodyBytes = parts.maxAnswerBytes ?? MAX_ANSWER_BYTES,
  kindOf?: AnswerReaderContext['kindOf'],
): Promise<DispatchOutcome> {
  const { promise, resolve } = Promise.withResolvers<DispatchOutcome>()
  const reader = new AnswerReader({ sink, clock: parts.clock, redact: redactorFor(key, said), kindOf, done: resolve })
  reader.follow(parts.outbound.configured({ ...request, maxBodyBytes }, reader))
  return promise
}
