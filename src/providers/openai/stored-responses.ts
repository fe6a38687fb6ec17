import type { ConfiguredRequest } from '../../outbound/index.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { noHeadFacts } from '../head-facts.ts'
import type { DispatchOutcome, ReplySink, RetrieveResponseCall, StoredResponseAnswer, StoredResponseCall } from '../image-provider.ts'
import { callUpstream, type OpenAiProviderParts, requestTo } from './call-upstream.ts'

/** What is read of an answer that is held in memory. */
const MAX_SMALL_ANSWER_BYTES = 1_000_000

/** `GET /responses/{id}`, into the sink. */
export async function retrieveResponse(parts: OpenAiProviderParts, call: RetrieveResponseCall, sink: ReplySink): Promise<DispatchOutcome> {
  const path = pathOf(call)
  if (path === null) return unsendable
  const accept = call.stream ? 'text/event-stream' : 'application/json'
  return callUpstream(parts, requestTo(call, { method: 'GET', path: path + queryOf(call), accept, body: null }), call.key, sink)
}

/** `POST /responses/{id}/cancel`. */
export function cancelResponse(parts: OpenAiProviderParts, call: StoredResponseCall): Promise<StoredResponseAnswer> {
  return askSmall(parts, call, { method: 'POST', below: '/cancel' })
}

/** `DELETE /responses/{id}`. */
export function deleteResponse(parts: OpenAiProviderParts, call: StoredResponseCall): Promise<StoredResponseAnswer> {
  return askSmall(parts, call, { method: 'DELETE', below: '' })
}

/** Nothing else can be a response's name, and only this can neither leave its place in the path nor end it. */
const pathWord = /^[\w-]{1,200}$/

function pathOf({ responseId }: StoredResponseCall): string | null {
  return pathWord.test(responseId) ? `/responses/${responseId}` : null
}

/** As OpenAI's own clients write it: `include[]=…&stream=true&starting_after=3`. */
function queryOf({ stream, startingAfter, include }: RetrieveResponseCall): string {
  const query = new URLSearchParams(include.map((member) => ['include[]', member]))
  if (stream) query.set('stream', 'true')
  if (stream && startingAfter !== null) query.set('starting_after', String(startingAfter))
  return query.size === 0 ? '' : `?${query}`
}

const unsendable: DispatchOutcome = { ...noHeadFacts, firstByteMs: null, totalMs: 0, class: 'not_sent', cause: 'invalid_request' }

async function askSmall(
  parts: OpenAiProviderParts,
  call: StoredResponseCall,
  { method, below }: { method: ConfiguredRequest['method']; below: string },
): Promise<StoredResponseAnswer> {
  const path = pathOf(call)
  if (path === null) return { outcome: unsendable, body: null }
  const pieces: Buffer[] = []
  const sink: ReplySink = { sent() {}, begin() {}, data: (piece) => pieces.push(piece) > 0, end() {} }
  const request = requestTo(call, { method, path: path + below, accept: 'application/json', body: null })
  const outcome = await callUpstream(parts, request, call.key, sink, MAX_SMALL_ANSWER_BYTES)
  if (outcome.class !== 'ok') return { outcome, body: null }
  const body = parseObject(Buffer.concat(pieces))
  if (body) return { outcome, body }
  return { outcome: { ...outcome, class: 'bad_response', cause: 'not_json' }, body: null }
}

function parseObject(bytes: Buffer): JsonObject | null {
  try {
    const document: unknown = JSON.parse(bytes.toString())
    return isJsonObject(document) ? document : null
  } catch {
    return null
  }
}
