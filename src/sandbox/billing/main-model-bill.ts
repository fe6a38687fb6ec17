import type { ReasoningEffort } from '../../contract/response-request.ts'
import type { Nanos } from '../../primitives/money.ts'
import { countText } from './text-tokens.ts'

/** What a main model is charged by. All arithmetic here is the sandbox's own: upstream publishes none of it. */
export interface MainModelWork {
  model: string
  /** What this call brings in words: instructions and input. */
  text: string
  /** Pixels of the pictures that the main model looks at. */
  pictures: readonly { width: number; height: number }[]
  hasImageTool: boolean
  effort: ReasoningEffort | null
  /** What it writes: the prompts for its tool, and its sentence. */
  written: readonly string[]
  /** The turn this one goes on from; null when it begins afresh. */
  previous: MainModelTurn | null
  /** A script says that all input is cached. */
  allCached: boolean
}

/** What a later turn must know of an earlier one. */
export interface MainModelTurn {
  model: string
  inputTokens: number
  outputTokens: number
}

/** Tokens and price of the main model of one call. */
export interface MainModelBill extends MainModelTurn {
  cachedTokens: number
  reasoningTokens: number
  nanos: Nanos
}

/** Every call begins with upstream's own words, and the image tool brings its manual: enough that a second turn finds a cached prefix. */
const SYSTEM_TOKENS = 64
const IMAGE_TOOL_TOKENS = 2_048
/** Prompt caching upstream works on prefixes of 1,024 tokens or more, in steps of 128 (prompt caching guide). */
const CACHE_STEP_TOKENS = 128
const LEAST_CACHED_TOKENS = 1_024
const PATCH_PIXELS = 32
const MOST_PATCHES = 1_536

const REASONING_TOKENS: Readonly<Record<ReasoningEffort, number>> = {
  none: 0,
  minimal: 32,
  low: 64,
  medium: 128,
  high: 256,
  xhigh: 512,
  max: 1_024,
}

/** Nano-USD per token. */
interface Rates {
  fresh: Nanos
  cached: Nanos
  out: Nanos
}

/** Rates as third-party price pages had them in April and June 2026. */
const RATES: Readonly<Record<string, Rates>> = {
  'gpt-5.4': { fresh: 2_500n, cached: 250n, out: 15_000n },
  'gpt-5.4-mini': { fresh: 750n, cached: 75n, out: 4_500n },
  'gpt-5.4-nano': { fresh: 200n, cached: 20n, out: 1_250n },
  'gpt-5.5': { fresh: 5_000n, cached: 500n, out: 30_000n },
}
/** Of the others no price was found: they cost what gpt-5.5 costs, which is invented. */
const INVENTED = RATES['gpt-5.5']!

/** Counts and prices what the main model reads and writes. */
export async function billMainModel(work: MainModelWork): Promise<MainModelBill> {
  const { previous } = work
  const before = previous ? previous.inputTokens + previous.outputTokens : SYSTEM_TOKENS + (work.hasImageTool ? IMAGE_TOOL_TOKENS : 0)
  const seen = work.pictures.reduce((sum, picture) => sum + patchesOf(picture), 0)
  const inputTokens = before + seen + (await countText(work.text))
  const reasoningTokens = REASONING_TOKENS[work.effort ?? 'medium']
  const writtenTokens = await Promise.all(work.written.map(countText))
  const outputTokens = writtenTokens.reduce((sum, tokens) => sum + tokens, reasoningTokens)
  const cachedTokens = work.allCached ? inputTokens : previous?.model === work.model ? cachedPrefix(previous.inputTokens) : 0
  const rates = RATES[work.model] ?? INVENTED
  const nanos = BigInt(inputTokens - cachedTokens) * rates.fresh + BigInt(cachedTokens) * rates.cached + BigInt(outputTokens) * rates.out
  return { model: work.model, inputTokens, cachedTokens, outputTokens, reasoningTokens, nanos }
}

function cachedPrefix(tokens: number): number {
  return tokens < LEAST_CACHED_TOKENS ? 0 : tokens - (tokens % CACHE_STEP_TOKENS)
}

function patchesOf({ width, height }: { width: number; height: number }): number {
  return Math.min(MOST_PATCHES, Math.ceil(width / PATCH_PIXELS) * Math.ceil(height / PATCH_PIXELS))
}
