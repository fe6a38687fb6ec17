/** What the API adds to the prompt's own tokens on a generation (reported: 8 billed for a prompt of 2). */
const EXTRA_TOKENS = 6

/**
 * Text input tokens of one picture: the o200k_base count of the prompt, plus 6.
 * The vocabulary takes a third of a second and some 70 MB to load, so it is loaded by the first call that needs it.
 */
export async function textInputTokens(prompt: string): Promise<number> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  // Special tokens written out in a prompt are plain text to the API, never a reason to refuse.
  return countTokens(prompt, { disallowedSpecial: new Set() }) + EXTRA_TOKENS
}
