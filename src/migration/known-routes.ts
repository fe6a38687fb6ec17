import type { RouteClass } from './call-site.ts'

/** An owner or software that an address can be recognised by. Facts, no judgement: the gate judges. */
export interface KnownRoute {
  class: RouteClass
  name: string
  /** A host that equals one of these or ends in `.` and one of these. */
  hosts: readonly string[]
  /** Name of the software as it stands in host names, images and packages, where hosts are everybody's own. */
  software?: RegExp
  preset: string | null
  fact: string | null
  /** Where it was read. */
  source: string
  /** Day it was read, `YYYY-MM-DD`. */
  readOn: string
}

const readOn = '2026-11-21'

/** Addresses that say who serves. First match wins. */
export const knownRoutes: readonly KnownRoute[] = [
  {
    class: 'official',
    name: 'OpenAI',
    hosts: ['api.openai.com'],
    preset: 'openai',
    fact: null,
    source: 'openai 7.55.0, client.js',
    readOn,
  },
  {
    class: 'relay',
    name: 'ChatGPT web session',
    hosts: ['chatgpt.com', 'chat.openai.com', 'auth.openai.com', 'auth0.openai.com'],
    preset: null,
    fact: 'The web application and its backend serve signed-in people; they are no API product.',
    source: 'public clients of the web backend, e.g. fahrurozi/chat2api',
    readOn,
  },
  {
    class: 'provider',
    name: 'laozhang.ai',
    hosts: ['api.laozhang.ai'],
    preset: 'laozhang-per-call',
    fact: 'The token group of the key, not the request, decides which route serves gpt-image-2; size and quality are not supported in its default group.',
    source: 'https://docs.laozhang.ai/en/api-capabilities/gpt-image-2',
    readOn,
  },
  {
    class: 'provider',
    name: 'Apiframe',
    hosts: ['api.apiframe.ai'],
    preset: 'apiframe',
    fact: 'Asynchronous jobs priced in credits; aspect ratios 1:1, 3:2 and 2:3; no mask.',
    source: 'https://docs-v2.apiframe.ai/docs/images/gpt-image-2',
    readOn,
  },
  {
    class: 'provider',
    name: 'Azure OpenAI',
    hosts: ['openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'],
    preset: 'azure-openai',
    fact: 'A contract of its own: deployment names instead of model ids, an api-version in every address.',
    source: 'https://docs.openclaw.ai/providers/openai/azure',
    readOn,
  },
  {
    class: 'provider',
    name: 'APIYI',
    hosts: ['api.apiyi.com'],
    preset: 'openai-compatible',
    fact: 'Offers gpt-image-2 under several names and through chat completions.',
    source: 'https://docs.apiyi.com/en/api-capabilities/gpt-image-2-vip/chat-completions',
    readOn,
  },
  {
    class: 'provider',
    name: 'OpenRouter',
    hosts: ['openrouter.ai'],
    preset: 'openai-compatible',
    fact: 'Pictures come through chat completions with modalities.',
    source: 'https://www.openrouter.ai/docs/features/multimodal/image-generation',
    readOn,
  },
  {
    class: 'provider',
    name: 'fal',
    hosts: ['fal.run', 'queue.fal.run', 'api.fal.ai'],
    preset: null,
    fact: 'A queue with a protocol and parameter names of its own.',
    source: 'https://gptimage2api.com/docs, which calls queue.fal.run',
    readOn,
  },
  {
    class: 'provider',
    name: 'Replicate',
    hosts: ['api.replicate.com'],
    preset: null,
    fact: 'Predictions with a protocol of its own; aspect ratios instead of sizes.',
    source: 'https://replicate.com/openai/gpt-image-2',
    readOn,
  },
  {
    class: 'provider',
    name: 'Cloudflare AI Gateway',
    hosts: ['gateway.ai.cloudflare.com'],
    preset: 'openai-compatible',
    fact: 'Passes calls on to the provider named in the path; the key may be stored there.',
    source: 'https://developers.cloudflare.com/ai-gateway/providers/openai/',
    readOn,
  },
  {
    class: 'provider',
    name: 'Helicone',
    hosts: ['oai.helicone.ai', 'ai-gateway.helicone.ai'],
    preset: 'openai-compatible',
    fact: 'Passes calls on to a provider and observes them.',
    source: 'https://docs.helicone.ai/',
    readOn,
  },
  {
    class: 'provider',
    name: 'Portkey',
    hosts: ['api.portkey.ai'],
    preset: 'openai-compatible',
    fact: 'Passes calls on to one of many providers.',
    source: 'https://github.com/Portkey-AI/gateway',
    readOn,
  },
  {
    class: 'relay',
    name: 'ChatGPT session or account-pool software',
    hosts: [],
    software:
      /\b(?:chat2api|sub2api|codex2api|chatgpt2api|chatgpt-to-api|go-chatgpt-api|cliproxyapi|cli-proxy-api|clirelay|codex-lb|revchatgpt|pandora-next|pandoranext|gpt4free|freegpt|chatgpt-reverse-proxy|ninja-chatgpt)\b/i,
    preset: null,
    fact: 'Serves an API from signed-in ChatGPT accounts.',
    source: 'https://github.com/Wei-Shaw/sub2api/issues/6120 and https://github.com/fahrurozi/chat2api',
    readOn,
  },
  {
    class: 'self-hosted',
    name: 'LiteLLM, One API, New API or a like gateway',
    hosts: [],
    software: /\b(?:litellm|one-api|oneapi|new-api|newapi|onehub|one-hub|bifrost|portkey-gateway|localai|uni-api)\b/i,
    preset: 'openai-compatible',
    fact: 'What stands behind it is its configuration: the address proves nothing.',
    source: 'https://docs.litellm.ai and the issue threads of QuantumNous/new-api',
    readOn,
  },
]
