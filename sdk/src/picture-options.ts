import type { CallOptions } from './transport.ts'

/** What a call for pictures may ask of Darkroom itself, beside the request. */
export interface PictureOptions extends CallOptions {
  /** Names the call for 30 days: whoever sends it again gets its answer. @default a new one, made once before the first attempt */
  idempotencyKey?: string
  /** Id of the only route that may serve it. */
  route?: string
  /** A label for the ledger. */
  projectTag?: string
  /** How long the upstream call may take. */
  upstreamTimeoutMs?: number
  /** Previews of a stream are kept, not only counted. */
  partials?: 'store' | 'count'
  review?: 'required' | 'none'
  /** The stored prompt that the request was made from: `id@version`. */
  prompt?: string
  /** A rights note that holds for every input. */
  rights?: string
  /** What would be a warning is a refusal. */
  strict?: boolean
  /** Lets an identical call answer: one that is under way, or a stored result that is at most so old. */
  cache?: { ttlSeconds?: number; coalesce?: boolean }
  /** `strict`: pixels outside the mask are put back from the source. */
  mask?: 'strict' | 'guide'
  /** `convert`: a source whose format does not fit the mask goes out as PNG. */
  maskSource?: 'convert' | 'keep'
  /** `key`: a flat background is made transparent after the call. */
  transparency?: 'key' | 'none'
}

/** Names of the headers that carry them. */
const headerNames = {
  route: 'route',
  projectTag: 'project-tag',
  upstreamTimeoutMs: 'timeout-ms',
  partials: 'partials',
  review: 'review',
  prompt: 'prompt',
  rights: 'rights',
  strict: 'strict',
  mask: 'mask',
  maskSource: 'mask-source',
  transparency: 'transparency',
} as const satisfies Partial<Record<keyof PictureOptions, string>>

/** The options as headers. */
export function darkroomHeaders(options: PictureOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [option, name] of Object.entries(headerNames) as [keyof typeof headerNames, string][]) {
    const value = options[option]
    if (value !== undefined) headers[`x-darkroom-${name}`] = String(value)
  }
  const { ttlSeconds, coalesce } = options.cache ?? {}
  const wishes = [...(ttlSeconds === undefined ? [] : [`ttl=${ttlSeconds}`]), ...(coalesce ? ['coalesce'] : [])]
  return wishes.length === 0 ? headers : { ...headers, 'x-darkroom-cache': wishes.join(', ') }
}

/** A key that nobody else has. Not `randomUUID`, which browsers keep to secure origins. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return `sdk-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
