import type { ConfiguredRequest } from '../../outbound/index.ts'
import type { DispatchOutcome, ReplySink, RetrieveResponseCall, StoredResponseAnswer, StoredResponseCall } from '../image-provider.ts'
import { askSmall } from './ask-small.ts'
import { callUpstream, type OpenAiProviderParts, requestTo } from './call-upstream.ts'
import { inPath, unsendable } from './in-path.ts'

/** `GET /responses/{id}`, into the sink. */
export async function retrieveResponse(parts: OpenAiProviderParts, call: RetrieveResponseCall, sink: ReplySink): Promise<DispatchOutcome> {
  const path = pathOf(call)
  if (path === null) return unsendable
  const accept = call.stream ? 'text/event-stream' : 'application/json'
  return callUpstream(parts, requestTo(call, { method: 'GET', path: path + queryOf(call), accept, body: null }), { key: call.key }, sink)
}

/** `POST /responses/{id}/cancel`. */
export function cancelResponse(parts: OpenAiProviderParts, call: StoredResponseCall): Promise<StoredResponseAnswer> {
  return askAbout(parts, call, { method: 'POST', below: '/cancel' })
}

/** `DELETE /responses/{id}`. */
export function deleteResponse(parts: OpenAiProviderParts, call: StoredResponseCall): Promise<StoredResponseAnswer> {
  return askAbout(parts, call, { method: 'DELETE', below: '' })
}

function pathOf({ responseId }: StoredResponseCall): string | null {
  return inPath('/responses/', responseId)
}

/** As OpenAI's own clients write it: `include[]=…&stream=true&starting_after=3`. */
function queryOf({ stream, startingAfter, include }: RetrieveResponseCall): string {
  const query = new URLSearchParams(include.map((member) => ['include[]', member]))
  if (stream) query.set('stream', 'true')
  if (stream && startingAfter !== null) query.set('starting_after', String(startingAfter))
  return query.size === 0 ? '' : `?${query}`
}

async function askAbout(
  parts: OpenAiProviderParts,
  call: StoredResponseCall,
  { method, below }: { method: ConfiguredRequest['method']; below: string },
): Promise<StoredResponseAnswer> {
  const path = pathOf(call)
  if (path === null) return { outcome: unsendable, body: null }
  return askSmall(parts, call, { method, path: path + below })
}
