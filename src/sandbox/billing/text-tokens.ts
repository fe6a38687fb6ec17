/** What the API adds to the prompt's own tokens on a generation (reported: 8 billed for a prompt of 2). */
const EXTRA_TOKENS = 6

/** Text input tokens of one picture: the count of the prompt, plus 6. */
export async function textInputTokens(prompt: string): Promise<number> {
  return EXTRA_TOKENS + (await countText(prompt))
}

/**
 * The o200k_base count of a text.
 * The vocabulary takes a third of a second and some 70 MB to load, so it is loaded by the first call that needs it.
 */
export async function countText(text: string): Promise<number> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  // Special tokens written out in a prompt are plain text to the API, never a reason to refuse.
  let tokens = 0
  for (const part of countableParts(text)) tokens += countTokens(part, { disallowedSpecial: new Set() })
  return tokens
}

/** The tokenizer's time grows with the square of a run without a break (seconds for 32,000 characters): longer runs are counted in parts. */
const LONGEST_RUN = 256
const longRuns = new RegExp(`\\S{${LONGEST_RUN + 1},}`, 'g')
const isSecondHalf = (code: number) => code >= 0xdc00 && code <= 0xdfff

function* countableParts(prompt: string): Generator<string> {
  let from = 0
  for (const { index, 0: run } of prompt.matchAll(longRuns)) {
    while (index + run.length - from > LONGEST_RUN) {
      const cut = Math.max(from, index) + LONGEST_RUN
      const end = isSecondHalf(prompt.charCodeAt(cut)) ? cut + 1 : cut
      yield prompt.slice(from, end)
      from = end
    }
  }
  yield prompt.slice(from)
}
