import type { CallOperation } from './call-site.ts'

/** A call of a client library, recognised by the text that ends in its opening bracket. */
export interface LibraryCall {
  pattern: RegExp
  operation: CallOperation
  library: 'openai' | 'ai-sdk' | 'litellm' | 'langchain' | 'fal' | 'replicate'
  /** The call is one for pictures only when this stands in its arguments. */
  requires?: RegExp
}

/** Model ids that draw, as far as a text shows them. */
export const imageModelPattern =
  /\b(?:gpt-image-[\w.-]*\w|gpt-image|chatgpt-image-[\w.-]*\w|dall-e-[23]|gpt-5(?:\.\d)?-image(?:-mini)?|gpt-4o-image(?:-vip)?|sora_image)\b/i

const imageTool = /["']?image_generation["']?/

/**
 * Calls of client libraries. The official ones from openai 7.55.0 (JavaScript) and the 1.x and 0.x Python packages; read 2026-11-21.
 * A receiver may stand before each; the bracket that opens the arguments is the end of the match.
 */
export const libraryCalls: readonly LibraryCall[] = [
  { pattern: /\.images\s*\.\s*(?:with_(?:raw|streaming)_response\s*\.\s*)?generate\s*\(/g, operation: 'generation', library: 'openai' },
  { pattern: /\.images\s*\.\s*(?:with_(?:raw|streaming)_response\s*\.\s*)?edit\s*\(/g, operation: 'edit', library: 'openai' },
  { pattern: /\.images\s*\.\s*(?:createVariation|create_variation)\s*\(/g, operation: 'variation', library: 'openai' },
  { pattern: /\.responses\s*\.\s*(?:create|stream|parse)\s*\(/g, operation: 'responses', library: 'openai', requires: imageTool },
  { pattern: /\.chat\s*\.\s*completions\s*\.\s*(?:create|stream)\s*\(/g, operation: 'chat-image', library: 'openai' },
  { pattern: /\bopenai\s*\.\s*Image\s*\.\s*a?create\s*\(/g, operation: 'generation', library: 'openai' },
  { pattern: /\bopenai\s*\.\s*Image\s*\.\s*a?create_edit\s*\(/g, operation: 'edit', library: 'openai' },
  { pattern: /\bopenai\s*\.\s*Image\s*\.\s*a?create_variation\s*\(/g, operation: 'variation', library: 'openai' },
  { pattern: /\.createImage\s*\(/g, operation: 'generation', library: 'openai' },
  { pattern: /\.createImageEdit\s*\(/g, operation: 'edit', library: 'openai' },
  { pattern: /\.createImageVariation\s*\(/g, operation: 'variation', library: 'openai' },
  { pattern: /\b(?:experimental_)?generateImage\s*\(/g, operation: 'generation', library: 'ai-sdk', requires: /\.image\s*\(/ },
  { pattern: /\blitellm\s*\.\s*a?image_generation\s*\(/g, operation: 'generation', library: 'litellm' },
  { pattern: /\blitellm\s*\.\s*a?image_edit\s*\(/g, operation: 'edit', library: 'litellm' },
  { pattern: /\bDallEAPIWrapper\s*\(/g, operation: 'generation', library: 'langchain' },
  {
    pattern: /\bfal(?:_client)?\s*\.\s*(?:queue\s*\.\s*)?(?:subscribe|run|submit)(?:_async)?\s*\(/g,
    operation: 'generation',
    library: 'fal',
    requires: imageModelPattern,
  },
  {
    pattern: /\breplicate\s*\.\s*(?:a?run|predictions\s*\.\s*create)\s*\(/g,
    operation: 'generation',
    library: 'replicate',
    requires: imageModelPattern,
  },
]

/** A path of an image endpoint inside an address. */
export interface EndpointPath {
  pattern: RegExp
  operation: CallOperation
  /** As in `LibraryCall`. */
  requires?: RegExp
}

/** Paths of image endpoints: OpenAI's, the unified job API's, fal's and Replicate's. Order matters: the first that fits names the operation. */
export const endpointPaths: readonly EndpointPath[] = [
  { pattern: /\/images\/generations\b/g, operation: 'generation' },
  { pattern: /\/images\/edits\b/g, operation: 'edit' },
  { pattern: /\/images\/variations\b/g, operation: 'variation' },
  { pattern: /\/v2\/images\/generate\b/g, operation: 'generation' },
  { pattern: /\bfal\.run\/[\w/-]*gpt-image[\w./-]*/g, operation: 'generation' },
  { pattern: /\bapi\.replicate\.com\/v1\/models\/openai\/gpt-image[\w./-]*/g, operation: 'generation' },
  { pattern: /\/v1\/responses\b/g, operation: 'responses', requires: imageTool },
  { pattern: /\/chat\/completions\b/g, operation: 'chat-image' },
]

/** Constructors whose arguments may hold the address of all calls made with them. */
export const clientConstructors =
  /\bnew\s+(?:OpenAI|OpenAIApi|Configuration|AzureOpenAI|OpenAIClient|Portkey)\s*\(|\b(?:openai\s*\.\s*)?(?:Async)?(?:Azure)?OpenAI\s*\(|\bcreate(?:OpenAI|Azure)(?:Compatible)?\s*\(|\baxios\s*\.\s*create\s*\(|\bhttpx\s*\.\s*(?:Async)?Client\s*\(|\b(?:ky|got)\s*\.\s*(?:create|extend)\s*\(|\baiohttp\s*\.\s*ClientSession\s*\(/g

/** Names a constructor's address goes by. */
export const addressFields = ['baseURL', 'base_url', 'basePath', 'azure_endpoint', 'endpoint', 'api_base', 'prefixUrl', 'baseUrl'] as const

/** Text worth a closer look: a file without it holds no image call. Cheap on purpose, it runs over every file. */
export const worthReading =
  /images?\s*\.\s*(?:generate|edit|create)|createImage|create_variation|image_generation|\/images\/|gpt-image|dall-?e-[23]|DallEAPIWrapper|generateImage|chatgpt-image|backend-(?:api|anon)|session-token|cf_clearance|chat2api|sub2api|codex2api|chatgpt2api|ChatGPT-to-API|go-chatgpt-api|CLIProxyAPI|cli-proxy-api|CliRelay|codex-lb|revChatGPT|PandoraNext|gpt4free|ChatGPTUnofficialProxyAPI|ChatGPTBrowserClient|openai-sentinel|oai-device-id|access_tokens\.json|(?:ACCESS|REFRESH|SESSION)_TOKEN|api\/auth\/session|OpenAI\s*\(|createOpenAI|OPENAI_|api\.openai\.com|laozhang|apiframe|apiyi|openrouter|litellm|one-api|new-api/i
