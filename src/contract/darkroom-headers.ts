import { type Failure, failure } from './failure.ts'

/** What a request asks of Darkroom itself, by `x-darkroom-*` headers. Null or false where a header is absent. */
export interface DarkroomHeaders {
  /** Id of the only route that may serve the request. */
  route: string | null
  /** A label for the ledger. */
  projectTag: string | null
  /** The whole upstream call, milliseconds. */
  timeoutMs: number | null
  /** Previews of a stream are kept, not only counted. */
  partials: 'store' | null
  review: 'required' | 'none' | null
  /** The stored prompt that the request was made from. */
  prompt: { id: string; version: number } | null
  /** A rights note that holds for every input of the request. */
  rights: string | null
  /** What would be a warning is a refusal. */
  strict: boolean
  /** What other calls of the project may answer the request: one that is under way, one whose result is at most so old. Null = none. */
  cache: { ttlSeconds: number | null; coalesce: boolean } | null
  /** Pixels outside the mask are put back from the source; false = surely not, null = not said, so that a default may hold. */
  strictMask: boolean | null
  /** A source whose format does not fit the mask is converted to PNG. */
  convertMaskSource: boolean
  /** The flat background is made transparent after the call. */
  keyTransparency: boolean
  /** The span that the call belongs to, as a W3C `traceparent`; of the gateway's own making, or the caller's. */
  traceParent: string | null
}

/** Settings that were read, or every header that could not be used. */
export type DarkroomHeadersResult = { ok: true; settings: DarkroomHeaders } | { ok: false; refusals: Failure[] }

/** Shortest and longest time a request may give its upstream call; a synchronous call is bounded further by the gateway's own limit. */
export const timeoutHeaderBounds = { minMs: 1000, maxMs: 600_000 } as const

/** Oldest result that may stand in for a call: thirty days, as long as keys are remembered. */
const longestCacheSeconds = 30 * 24 * 60 * 60

const prefix = 'x-darkroom-'
/** What pages of the studio send with every call. A page of another origin cannot; it says who calls, and nothing of the call. */
export const CSRF_HEADER = 'x-darkroom-csrf'
const longestValue = 256
const routeId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const label = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/
const promptReference = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})@([1-9][0-9]{0,8})$/

/** How one header is read: what it expects, in words, and the settings a value stands for (null when it does not fit). */
interface HeaderReader {
  expected: string
  read: (value: string) => Partial<DarkroomHeaders> | null
}

function words(known: Readonly<Record<string, Partial<DarkroomHeaders>>>): HeaderReader {
  return {
    expected: `one of ${Object.keys(known).join(', ')}`,
    read: (value) => (Object.hasOwn(known, value) ? (known[value] ?? null) : null),
  }
}

const readers: Readonly<Record<string, HeaderReader>> = {
  route: {
    expected: 'a route id: up to 64 letters, digits, dots, dashes and underscores',
    read: (value) => (routeId.test(value) ? { route: value } : null),
  },
  'project-tag': {
    expected: 'a label of at most 64 printable ASCII characters',
    read: (value) => (label.test(value) && value.length <= 64 ? { projectTag: value } : null),
  },
  'timeout-ms': {
    expected: `whole milliseconds from ${timeoutHeaderBounds.minMs} to ${timeoutHeaderBounds.maxMs}`,
    read: readTimeout,
  },
  partials: words({ store: { partials: 'store' }, count: { partials: null } }),
  review: words({ required: { review: 'required' }, none: { review: 'none' } }),
  prompt: { expected: 'a stored prompt as id@version', read: readPromptReference },
  rights: {
    expected: 'printable ASCII',
    read: (value) => (label.test(value) ? { rights: value } : null),
  },
  strict: words({ true: { strict: true }, false: { strict: false } }),
  cache: { expected: `off, or coalesce and ttl=<1 to ${longestCacheSeconds} seconds>, one or both with a comma`, read: readCache },
  mask: words({ strict: { strictMask: true }, guide: { strictMask: false } }),
  'mask-source': words({ convert: { convertMaskSource: true }, keep: { convertMaskSource: false } }),
  transparency: words({ key: { keyTransparency: true }, none: { keyTransparency: false } }),
}

function readTimeout(value: string): Partial<DarkroomHeaders> | null {
  if (!/^[0-9]{1,9}$/.test(value)) return null
  const timeoutMs = Number(value)
  return timeoutMs >= timeoutHeaderBounds.minMs && timeoutMs <= timeoutHeaderBounds.maxMs ? { timeoutMs } : null
}

function readCache(value: string): Partial<DarkroomHeaders> | null {
  if (value === 'off') return { cache: null }
  const wishes = value.split(',').map((wish) => wish.trim())
  const ttls = wishes.flatMap((wish) => /^ttl=([1-9][0-9]{0,6})$/.exec(wish)?.[1] ?? [])
  const coalesce = wishes.includes('coalesce')
  const isKnown = ttls.length <= 1 && wishes.length === ttls.length + (coalesce ? 1 : 0)
  const ttlSeconds = ttls.length === 0 ? null : Number(ttls[0])
  return isKnown && (ttlSeconds ?? 0) <= longestCacheSeconds ? { cache: { ttlSeconds, coalesce } } : null
}

function readPromptReference(value: string): Partial<DarkroomHeaders> | null {
  const match = promptReference.exec(value)
  return match && { prompt: { id: match[1]!, version: Number(match[2]) } }
}

/** The settings of a request that names none. */
export function nothingAsked(): DarkroomHeaders {
  return {
    route: null,
    projectTag: null,
    timeoutMs: null,
    partials: null,
    review: null,
    prompt: null,
    rights: null,
    strict: false,
    cache: null,
    strictMask: null,
    convertMaskSource: false,
    keyTransparency: false,
    traceParent: null,
  }
}

/**
 * Reads the `x-darkroom-*` headers of a request. A name nobody knows is refused like a bad value:
 * a misspelt limit that is silently ignored would cost money.
 * @param headers as Node gives them, names in lower case.
 */
export function parseDarkroomHeaders(headers: Readonly<Record<string, string | readonly string[] | undefined>>): DarkroomHeadersResult {
  const settings = nothingAsked()
  const refusals: Failure[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(prefix) || name === CSRF_HEADER || value === undefined) continue
    const read = readHeader(name.slice(prefix.length), value)
    if (typeof read === 'string') refusals.push(refuse(name, read))
    else Object.assign(settings, read)
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, settings }
}

/** @returns the settings, or what was expected when the header does not fit. */
function readHeader(name: string, value: string | readonly string[]): Partial<DarkroomHeaders> | string {
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (!reader) return `a known name (${Object.keys(readers).join(', ')})`
  if (typeof value !== 'string') return 'one value'
  if (value.length > longestValue) return `at most ${longestValue} characters`
  return reader.read(value) ?? reader.expected
}

function refuse(name: string, expected: string): Failure {
  const shown = name.slice(0, 64)
  return failure('invalid_parameter_header', {
    param: shown,
    message: `The header ${shown} cannot be used: expected ${expected}. Nothing was sent or charged; correct or drop it.`,
  })
}
