/** Longest unbroken run that is counted in one go, in UTF-16 units. */
const longestRun = 256
/** How far one cut may move a count: 60,000 random runs in ten alphabets moved by -2 to +3 tokens. */
const tokensPerCut = 3
/** Runs the encoder may remember; its default of 100,000 would keep prompts in memory for hours. */
const rememberedRuns = 5_000

/** Tokens of a text. The two differ only where a run had to be counted in parts. */
export interface TextCount {
  expected: number
  largest: number
}

/** Counts o200k_base tokens; text that looks like a special token (`<|endoftext|>`) is counted as the plain text it is. */
export type CountText = (text: string) => TextCount

let loading: Promise<CountText> | undefined

/**
 * The o200k_base counter, loaded at the first call (some 70 MB and a tenth of a second or more: never at start) and shared after.
 * Call it ahead of traffic to warm it up.
 */
export function loadTokenizer(): Promise<CountText> {
  loading ??= load()
  return loading
}

async function load(): Promise<CountText> {
  const { countTokens, setMergeCacheSize } = await import('gpt-tokenizer/encoding/o200k_base')
  const { O200K_TOKEN_SPLIT_REGEX } = await import('gpt-tokenizer/encodingParams/constants')
  setMergeCacheSize(rememberedRuns)
  const nothingDisallowed = { disallowedSpecial: new Set<string>() }
  return (text) => countRuns(text, O200K_TOKEN_SPLIT_REGEX, (run) => countTokens(run, nothingDisallowed))
}

/**
 * Merging byte pairs takes time quadratic in the length of a run: 32,000 Chinese or Thai characters without a break hold the event
 * loop for 2 to 5 seconds. Cutting runs at 256 keeps that near 0.1 s; `largest` adds what the cuts may hide.
 */
function countRuns(text: string, runPattern: RegExp, countRun: (run: string) => number): TextCount {
  let expected = 0
  let cuts = 0
  for (const [run] of text.matchAll(runPattern)) {
    const parts = partsOf(run)
    for (const part of parts) expected += countRun(part)
    cuts += parts.length - 1
  }
  return { expected, largest: expected + tokensPerCut * cuts }
}

function partsOf(run: string): string[] {
  const parts: string[] = []
  for (let start = 0; start < run.length; ) {
    const end = start + longestRun
    const splitsPair = end < run.length && isHighSurrogate(run.charCodeAt(end - 1)) && isLowSurrogate(run.charCodeAt(end))
    parts.push(run.slice(start, splitsPair ? end - 1 : end))
    start = splitsPair ? end - 1 : end
  }
  return parts
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff
