import type { ConfiguredRequest, Outbound, OutboundFailure, OutboundHead } from '../../outbound/index.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { Secret } from '../../primitives/secret.ts'

/** What the job API says of a job is a few hundred bytes; more than this is not read. */
const MAX_ANSWER_BYTES = 64 * 1024

/** One request to the job API. */
export interface SmallRequest extends Pick<ConfiguredRequest, 'method' | 'url' | 'timeoutMs' | 'idleTimeoutMs' | 'signal'> {
  key: Secret | null
  clientRequestId: string
  body: JsonObject | null
  /** The last byte of the request was handed to the kernel. */
  onSent?(): void
}

/** An answer held in memory, as far as it came. */
export interface SmallAnswer {
  /** Null when no answer came. */
  head: OutboundHead | null
  text: string
  /** Null when the answer came whole. */
  failure: OutboundFailure | null
}

/** Makes one request and collects its answer. Never throws. */
export function askSmall(outbound: Outbound, request: SmallRequest): Promise<SmallAnswer> {
  const { promise, resolve } = Promise.withResolvers<SmallAnswer>()
  const pieces: Buffer[] = []
  let head: OutboundHead | null = null
  const done = (failure: OutboundFailure | null) => resolve({ head, text: new TextDecoder().decode(Buffer.concat(pieces)), failure })
  outbound.configured(onTheWire(request), {
    onSent: () => request.onSent?.(),
    onHead: (answer) => {
      head = answer
    },
    onData: (piece) => pieces.push(piece) > 0,
    onEnd: () => done(null),
    onFailure: done,
  })
  return promise
}

function onTheWire({ method, url, key, clientRequestId, body, timeoutMs, idleTimeoutMs, signal }: SmallRequest): ConfiguredRequest {
  return {
    destination: 'configured',
    method,
    url,
    headers: {
      ...(key && { 'x-api-key': key }),
      ...(body && { 'content-type': 'application/json' }),
      accept: 'application/json',
      'x-client-request-id': clientRequestId,
    },
    body: body && Buffer.from(JSON.stringify(body)),
    timeoutMs,
    maxBodyBytes: MAX_ANSWER_BYTES,
    ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
    ...(signal && { signal }),
  }
}

/** The JSON object of a text; null when it is none. */
export function objectOf(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : null
  } catch {
    return null
  }
}
