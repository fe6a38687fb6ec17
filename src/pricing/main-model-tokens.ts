import type { PixelSize } from '../contract/image-request.ts'
import { ceilQuotient } from './output-tokens.ts'
import type { ResponseCall } from './response-call.ts'
import { loadTokenizer } from './tokenizer.ts'

/** Tokens of the main model in one reading. None is taken for cached. */
export interface MainModelTokens {
  main_in: number
  main_out: number
}

/**
 * Input that upstream adds to a call with the image tool: its instructions, and what is read again after the picture. A recorded call
 * with a prompt of one sentence reported 2,941 input tokens (September 2025); `largest` is a guess with room.
 */
const hiddenInput = { expected: 2_900, largest: 8_000 }

/** Output around one picture. The recorded call reported 1,249, of which 1,024 reasoning; the bounds are guesses. */
export const mainModelOutput = { smallest: 16, expected: 1_250, largest: 16_000 }

/** The main model may read all of its input once before and once after the picture. */
const readingsOfInput = 2

/** Counts the main model's side of a call: what is known of its input, and its output as far as it is bounded. */
export async function countMainModel(call: ResponseCall): Promise<Record<'low' | 'expected' | 'high', MainModelTokens>> {
  const countText = await loadTokenizer()
  const texts = call.texts.map(countText)
  const images = call.inputImages.map(mainModelImageTokens)
  const known = total(texts.map((text) => text.expected)) + total(images.map((image) => image.expected))
  const largest = total(texts.map((text) => text.largest)) + total(images.map((image) => image.largest))
  const bounded = (tokens: number) => Math.min(tokens, call.maxOutputTokens ?? tokens)
  return {
    low: { main_in: known, main_out: bounded(mainModelOutput.smallest) },
    expected: { main_in: known + hiddenInput.expected, main_out: bounded(mainModelOutput.expected) },
    high: { main_in: readingsOfInput * largest + hiddenInput.largest, main_out: call.maxOutputTokens ?? mainModelOutput.largest },
  }
}

/**
 * How main models count a picture they read is not published for each of them. Counted in patches of 32 pixels: up to 1,536 are expected;
 * the dear reading takes 10,000 and the largest published factor, 1.62.
 */
function mainModelImageTokens({ width, height }: PixelSize): { expected: number; largest: number } {
  const patches = ceilQuotient(width, 32) * ceilQuotient(height, 32)
  return { expected: Math.min(patches, 1_536), largest: ceilQuotient(Math.min(patches, 10_000) * 162, 100) }
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
