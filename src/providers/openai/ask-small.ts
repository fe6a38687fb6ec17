import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { DispatchOutcome, ReplySink, StoredResponseAnswer } from '../image-provider.ts'
import { type CallBasics, callUpstream, type OpenAiProviderParts, type RequestParts, requestTo } from './call-upstream.ts'

/** What is read of an answer that is held in memory. */
const MAX_SMALL_ANSWER_BYTES = 1_000_000

/** A request whose answer is small, and how much of it is read where that is more than a megabyte. */
export type SmallRequest = Pick<RequestParts, 'method' | 'path'> &
  Partial<Pick<RequestParts, 'contentType' | 'body'>> & { maxBytes?: number }

/** Makes a call whose answer is a small JSON object. Never throws for what upstream or the network does. */
export async function askSmall(
  parts: OpenAiProviderParts,
  call: CallBasics,
  { maxBytes = MAX_SMALL_ANSWER_BYTES, body: sent = null, ...asked }: SmallRequest,
): Promise<StoredResponseAnswer> {
  const pieces: Buffer[] = []
  const sink: ReplySink = { sent() {}, begin() {}, data: (piece) => pieces.push(piece) > 0, end() {} }
  const request = requestTo(call, { ...asked, accept: 'application/json', body: sent })
  const outcome = await callUpstream(parts, request, { key: call.key }, sink, maxBytes)
  if (outcome.class !== 'ok') return { outcome, body: null }
  const body = parseObject(Buffer.concat(pieces))
  if (body) return { outcome, body }
  return { outcome: { ...outcome, class: 'bad_response', cause: 'not_json' }, body: null }
}

/** Why a question was not answered, in one line for a record: class, cause and status, nothing of upstream's words. */
export function whyUnavailable(outcome: DispatchOutcome): string {
  const cause = 'cause' in outcome ? `: ${outcome.cause}` : ''
  return `${outcome.class}${cause}${outcome.httpStatus === null ? '' : ` (${outcome.httpStatus})`}`
}

function parseObject(bytes: Buffer): JsonObject | null {
  try {
    const document: unknown = JSON.parse(bytes.toString())
    return isJsonObject(document) ? document : null
  } catch {
    return null
  }
}
