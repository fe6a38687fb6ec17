import type { ImageProvider } from '../image-provider.ts'
import type { ApiframeProviderParts } from './apiframe-parts.ts'
import { runJob } from './run-job.ts'

/**
 * The unified job API (Apiframe v2) as an upstream: a job is submitted, looked at until it is over, and its pictures are fetched from where
 * they lie, so that a caller who waits for OpenAI's answer gets it. Generations only: the API names input pictures by public addresses, one
 * text, and takes no mask, so the bytes of an edit could only reach it by being put on the open net first.
 * `ProviderCall.baseUrl` is the origin, e.g. `https://api.apiframe.ai`; `idleTimeoutMs` bounds silence inside the answer to the submission.
 */
export function createApiframeProvider(parts: ApiframeProviderParts): ImageProvider {
  return {
    contract: 1,
    protocol: 'apiframe',
    operations: ['generate'],
    carries: { sizes: false, unknownKeys: false },
    imageKeys: ['b64_json'],
    shapeOf: () => 'images',
    async dispatch(call, sink) {
      if (call.operation !== 'generate') throw new TypeError(`the apiframe protocol does not serve ${call.operation}`)
      return runJob(parts, call, sink)
    },
  }
}
