import type { Operation } from '../../contract/image-request.ts'
import type { ConfiguredRequest, Outbound } from '../../outbound/index.ts'
import type { Clock } from '../../primitives/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { Secret } from '../../primitives/secret.ts'
import type { DispatchOutcome, ImageProvider, ProviderCall } from '../image-provider.ts'
import { AnswerReader } from './answer-reader.ts'
import { editForm } from './edit-form.ts'
import { examineAccount } from './examine-account.ts'
import { multipartBody } from './multipart-body.ts'
import { redactorFor } from './redact.ts'

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

/** Where each operation is asked, below the base URL. */
const paths: Partial<Record<Operation, string>> = { generate: '/images/generations', edit: '/images/edits' }

/**
 * OpenAI's Image API, and every provider that speaks it. The body of a generation goes out as the JSON it was given as, an edit always as a
 * form with the inputs' bytes untouched: every provider reads the form, few read edits in JSON. The answer's bytes come in exactly as sent;
 * one call of `dispatch` is at most one request on the wire.
 */
export function createOpenAiProvider(parts: OpenAiProviderParts): ImageProvider {
  return {
    contract: 1,
    protocol: 'openai',
    operations: ['generate', 'edit'],
    imageKeys: ['b64_json'],
    examine: (question) => examineAccount(parts.outbound, question),
    async dispatch(call, sink) {
      const path = paths[call.operation]
      if (!path) throw new TypeError(`the openai protocol is not asked for the operation ${call.operation}`)
      const { promise, resolve } = Promise.withResolvers<DispatchOutcome>()
      const reader = new AnswerReader({ sink, clock: parts.clock, redact: redactorFor(call.key), done: resolve })
      reader.follow(parts.outbound.configured(toRequest(call, path, parts.maxAnswerBytes ?? MAX_ANSWER_BYTES), reader))
      return promise
    },
  }
}

function toRequest(call: ProviderCall, path: string, maxBodyBytes: number): ConfiguredRequest {
  const { contentType, body } = call.operation === 'edit' ? multipartBody(editForm(call)) : jsonBody(call.body)
  return {
    destination: 'configured',
    method: 'POST',
    url: call.baseUrl + path,
    headers: {
      ...(call.key && { authorization: new Secret(`Bearer ${call.key.reveal()}`) }),
      'content-type': contentType,
      accept: call.stream ? 'text/event-stream' : 'application/json',
      'x-client-request-id': call.clientRequestId,
    },
    body,
    timeoutMs: call.timeoutMs,
    ...(call.idleTimeoutMs !== undefined && { idleTimeoutMs: call.idleTimeoutMs }),
    maxBodyBytes,
    ...(call.signal && { signal: call.signal }),
  }
}

function jsonBody(body: JsonObject): Pick<ConfiguredRequest, 'body'> & { contentType: string } {
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(body)) }
}
