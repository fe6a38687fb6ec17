import type { Operation } from '../../contract/image-request.ts'
import type { ConfiguredRequest } from '../../outbound/index.ts'
import type { ImageProvider, ProviderCall } from '../image-provider.ts'
import { callUpstream, type OpenAiProviderParts, requestTo } from './call-upstream.ts'
import { countCosts } from './count-costs.ts'
import { countUsage } from './count-usage.ts'
import { editForm } from './edit-form.ts'
import { examineAccount } from './examine-account.ts'
import { jsonBodyWithInputs } from './json-body.ts'
import { multipartBody } from './multipart-body.ts'
import { openAiBatches } from './openai-batches.ts'
import { readEvent } from './read-event.ts'
import { cancelResponse, deleteResponse, retrieveResponse } from './stored-responses.ts'

/** Where each operation is asked, below the base URL. */
const paths: Record<Operation, string> = { generate: '/images/generations', edit: '/images/edits', respond: '/responses' }

/**
 * OpenAI's Image API and Responses API, and every provider that speaks them. The body of a generation goes out as the JSON it was given as,
 * an edit always as a form with the inputs' bytes untouched: every provider reads the form, few read edits in JSON. A response is JSON with
 * the inputs as data URLs. The answer's bytes come in exactly as sent; one call of a method is at most one request on the wire.
 */
export function createOpenAiProvider(parts: OpenAiProviderParts): ImageProvider {
  return {
    contract: 1,
    protocol: 'openai',
    operations: ['generate', 'edit', 'respond'],
    carries: { sizes: true, unknownKeys: true },
    imageKeys: ['b64_json'],
    shapeOf: (operation) => (operation === 'respond' ? 'responses' : 'images'),
    examine: (question) => examineAccount(parts.outbound, question),
    countUsage: (question) => countUsage(parts, question),
    countCosts: (question) => countCosts(parts, question),
    batches: openAiBatches(parts),
    readEvent,
    retrieveResponse: (call, sink) => retrieveResponse(parts, call, sink),
    cancelResponse: (call) => cancelResponse(parts, call),
    deleteResponse: (call) => deleteResponse(parts, call),
    async dispatch(call, sink) {
      const accept = call.stream ? 'text/event-stream' : 'application/json'
      const request = requestTo(call, { method: 'POST', path: paths[call.operation], accept, ...bodyOf(call) })
      return callUpstream(parts, request, call, sink)
    },
  }
}

function bodyOf(call: ProviderCall): { contentType: string; body: ConfiguredRequest['body'] } {
  if (call.operation === 'edit') return multipartBody(editForm(call))
  const inputs = call.operation === 'respond' ? call.inputs : []
  return { contentType: 'application/json', body: jsonBodyWithInputs(call.body, inputs) }
}
