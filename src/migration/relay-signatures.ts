/** A text that only code which uses somebody's ChatGPT session or a pool of accounts has a reason to hold. */
export interface RelaySignature {
  id: string
  pattern: RegExp
  /** The pattern counts only where this stands near it as well; absent for patterns that are clear alone. */
  context?: RegExp
  why: string
  source: string
  readOn: string
}

const readOn = '2026-11-21'
const webBackend = 'public clients of the ChatGPT web backend, e.g. https://github.com/fahrurozi/chat2api'
const openAiHosts = /chatgpt\.com|chat\.openai\.com|openai\.com\/backend|backend-api/i

/** Signatures of session relays, harvested tokens and account pools, in the order a report names them. */
export const relaySignatures: readonly RelaySignature[] = [
  {
    id: 'web-backend',
    pattern:
      /\bbackend-(?:api|anon)\/(?:conversation|f\/conversation|sentinel|files|codex|gizmos|images|me)\b|\b(?:chatgpt\.com|chat\.openai\.com)\/backend-/i,
    why: 'calls the backend of the ChatGPT web application, which is no API product',
    source: webBackend,
    readOn,
  },
  {
    id: 'session-cookie',
    pattern: /__Secure-next-auth\.session-token|\bnext-auth\.session-token\b/i,
    why: "sends a person's ChatGPT session cookie",
    source: 'public clients that ask for the cookie in their README, e.g. a ChatGPT extension for Raycast',
    readOn,
  },
  {
    id: 'token-harvest',
    pattern: /(?:chatgpt\.com|chat\.openai\.com)\/api\/auth\/session/i,
    why: "reads the access token out of a person's ChatGPT session",
    source: webBackend,
    readOn,
  },
  {
    id: 'clearance-cookie',
    pattern: /\bcf_clearance\b|\b__cf_bm\b|\b_puid\b/i,
    context: openAiHosts,
    why: 'carries a browser clearance cookie to pass for a person at ChatGPT',
    source: 'https://github.com/danepoirier0/OpenAIAuth',
    readOn,
  },
  {
    id: 'sentinel',
    pattern: /openai-sentinel-(?:chat-requirements|proof|turnstile|arkose)|sentinel\/chat-requirements|\boai-device-id\b/i,
    why: 'solves the checks that keep programs out of the ChatGPT web application',
    source: webBackend,
    readOn,
  },
  {
    id: 'access-token-list',
    pattern: /\baccess_tokens\.json\b|\b(?:CHATGPT|OPENAI)_(?:ACCESS|REFRESH|SESSION)_TOKENS?\b/i,
    why: 'works with access tokens of ChatGPT accounts instead of an API key',
    source: 'https://github.com/acheong08/ChatGPT-to-API',
    readOn,
  },
  {
    id: 'account-rotation',
    pattern: /\b(?:account|token|cookie|session)_?(?:pool|rotation|rotator)\b|\b(?:next|pick|rotate)_?(?:account|cookie|session)\b/i,
    context: /chatgpt|openai|gpt-image|dall-?e/i,
    why: 'takes turns between accounts',
    source: 'feature lists of chat2api and sub2api',
    readOn,
  },
  {
    id: 'relay-software',
    pattern:
      /\b(?:chat2api|sub2api|codex2api|chatgpt2api|ChatGPT-to-API|go-chatgpt-api|CLIProxyAPI|cli-proxy-api|CliRelay|codex-lb|revChatGPT|PandoraNext|gpt4free|ChatGPTUnofficialProxyAPI|ChatGPTBrowserClient)\b/i,
    why: 'runs or calls software that serves an API from signed-in ChatGPT accounts',
    source: 'https://github.com/router-for-me/CLIProxyAPI/issues/5762, https://github.com/Wei-Shaw/sub2api/issues/6120',
    readOn,
  },
]
