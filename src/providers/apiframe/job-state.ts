import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { isEncoded } from '../answer-kind.ts'
import { readRetryAfterMs } from '../head-facts.ts'
import type { UpstreamError } from '../image-provider.ts'
import { readUpstreamError, silentError } from '../read-upstream-error.ts'
import type { Redact } from '../redact.ts'
import { objectOf, type SmallAnswer } from './ask-small.ts'

/** How a job stands. */
export type JobState =
  | { state: 'running' }
  | CompletedJob
  | { state: 'failed'; error: UpstreamError }
  /** This look told nothing. `definite` = upstream said so in a way that waiting seldom changes. */
  | { state: 'unreadable'; definite: boolean; retryAfterMs: number | null }

/** A job that made its pictures. */
export interface CompletedJob {
  state: 'completed'
  /** Addresses of the pictures, as upstream gave them. */
  addresses: string[]
  /** The model upstream names; null when it names none. */
  model: string | null
}

/** Reads the answer to `GET /v2/jobs/{id}`. */
export function readJobState({ head, text, failure }: SmallAnswer, redact: Redact, nowMs: number): JobState {
  if (!head || failure) return { state: 'unreadable', definite: false, retryAfterMs: null }
  if (head.status !== 200 || isEncoded(head)) {
    const definite = head.status < 500 && !passing.has(head.status)
    return { state: 'unreadable', definite, retryAfterMs: readRetryAfterMs(head.headers, nowMs) }
  }
  const job = objectOf(text)
  return job ? stateOf(job, redact) : { state: 'unreadable', definite: false, retryAfterMs: null }
}

/** Refusals of this moment: the server stopped waiting, or is asked too often. */
const passing = new Set([408, 425, 429, 499])
const MAX_MODEL_LENGTH = 200

function stateOf(job: JsonObject, redact: Redact): JobState {
  switch (job['status']) {
    case 'QUEUED':
    case 'PROCESSING':
      return { state: 'running' }
    case 'COMPLETED': {
      const { model = null } = job
      return {
        state: 'completed',
        addresses: addressesIn(job['result']),
        model: typeof model === 'string' ? redact(model, MAX_MODEL_LENGTH) : null,
      }
    }
    case 'FAILED':
      return { state: 'failed', error: failureOf(job['error'], redact) }
    default:
      return { state: 'unreadable', definite: true, retryAfterMs: null }
  }
}

/** A call asks for at most ten pictures. */
const MAX_PICTURES = 10

/** One address as a text. Of several pictures the documentation does not tell the shape: a list of texts, or of objects with a `url`. */
function addressesIn(result: JsonValue | undefined): string[] {
  const elements = Array.isArray(result) ? result.slice(0, MAX_PICTURES) : [result]
  return elements.flatMap((element) => {
    const address = isJsonObject(element) ? element['url'] : element
    return typeof address === 'string' ? [address] : []
  })
}

/** `error` of a failed job: a text, or an object with a message and a code; the documentation only names the member. */
function failureOf(error: JsonValue | undefined, redact: Redact): UpstreamError {
  return readUpstreamError(JSON.stringify({ error: error ?? {} }), redact) ?? silentError
}
