import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type ReadUsage, readUsage } from './usage.ts'

/** Tokens of the main model of a Responses call, the image tool's apart. Whole numbers, never negative. */
export interface MainModelUsage {
  /** All input, cached or not. */
  inputTokens: number
  /** Of the input; null = upstream does not say, which is not zero. */
  cachedTokens: number | null
  /** Of the input, put into upstream's cache by this call; null = upstream does not say. */
  cacheWriteTokens: number | null
  /** All output, reasoning included. */
  outputTokens: number
  /** Of the output; null = upstream does not say. */
  reasoningTokens: number | null
}

/** Tokens of all calls of the image tool in one response, added up by upstream. */
export interface ImageToolUsage extends ReadUsage {
  /** False when upstream does not say how much of which input was cached: all of it then stands in the fresh buckets. */
  cachedKnown: boolean
}

/** What a response says of its own cost: two books, and what stands beside them. */
export interface ResponseUsage {
  /** Null when missing or contradicting itself. */
  main: MainModelUsage | null
  /**
   * Null when missing or contradicting itself. All zero = upstream recorded none, which with pictures in the response means
   * that it lost count (openai 7.55.0 types: calls without usage records may be skipped).
   */
  imageGen: ImageToolUsage | null
  /** Billable web searches; null when upstream does not say. */
  webSearchRequests: number | null
  /** The tier that served the main model, as answered; null when upstream does not say. */
  serviceTier: string | null
}

/**
 * Reads `usage`, `tool_usage` and `service_tier` of a finished response: the JSON answer, or `response` of the last event of a stream.
 * Image input and output that no detail splits counts as image tokens, the dearer kind. Never throws: what is not a response is all null.
 */
export function readResponseUsage(response: JsonObject): ResponseUsage {
  const tools = objectOf(response['tool_usage'])
  const tier = response['service_tier']
  return {
    main: readMainModel(response['usage']),
    imageGen: readImageTool(tools['image_gen']),
    webSearchRequests: count(objectOf(tools['web_search'])['num_requests']) ?? null,
    serviceTier: typeof tier === 'string' ? tier : null,
  }
}

function readMainModel(raw: JsonValue | undefined): MainModelUsage | null {
  if (!isJsonObject(raw)) return null
  const input = objectOf(raw['input_tokens_details'])
  const output = objectOf(raw['output_tokens_details'])
  const read = {
    inputTokens: count(raw['input_tokens']),
    cachedTokens: countOrNull(input['cached_tokens']),
    cacheWriteTokens: countOrNull(input['cache_write_tokens']),
    outputTokens: count(raw['output_tokens']),
    reasoningTokens: countOrNull(output['reasoning_tokens']),
  }
  return isReadable(read) && isConsistent(read, raw) ? read : null
}

/** The same members, of which some may have been no token counts. */
type Tried<Read> = { [Name in keyof Read]: Read[Name] | undefined }

function isReadable(read: Tried<MainModelUsage>): read is MainModelUsage {
  return Object.values(read).every((member) => member !== undefined)
}

function isConsistent({ inputTokens, cachedTokens, outputTokens, reasoningTokens }: MainModelUsage, raw: JsonObject): boolean {
  return (cachedTokens ?? 0) <= inputTokens && (reasoningTokens ?? 0) <= outputTokens && addsUp(raw)
}

function readImageTool(raw: JsonValue | undefined): ImageToolUsage | null {
  if (!isJsonObject(raw) || !addsUp(raw)) return null
  // Whether the tool read a picture cannot be seen here: 1 makes undetailed input count as image tokens.
  const read = readUsage(raw, 0, 1)
  const cached = countOrNull(raw['cached_tokens'])
  if (!read || cached === undefined) return null
  const { text_cached_in, image_cached_in } = read.usage
  if (!isJsonObject(raw['cached_tokens_details'])) return { ...read, cachedKnown: cached === 0 }
  return cached !== null && cached !== text_cached_in + image_cached_in ? null : { ...read, cachedKnown: true }
}

/** A total that is given is the sum of its two sides. */
function addsUp(raw: JsonObject): boolean {
  const total = countOrNull(raw['total_tokens'])
  return total === null || total === (count(raw['input_tokens']) ?? 0) + (count(raw['output_tokens']) ?? 0)
}

const objectOf = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {})

/** No call comes near it; a count above is a fault of the sender. */
const absurdCount = 1_000_000_000

/** Undefined = no whole number of a size that occurs. */
function count(value: JsonValue | undefined): number | undefined {
  const whole = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= absurdCount
  return whole ? value : undefined
}

const countOrNull = (value: JsonValue | undefined) => (value === undefined || value === null ? null : count(value))
