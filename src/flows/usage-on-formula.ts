import type { PixelSize } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import type { ReadUsage } from '../contract/usage.ts'
import { outputTokenCandidates, partialImageTokens } from '../pricing/index.ts'
import type { GenerationRun } from './generation-run.ts'

/**
 * Says whether reported output tokens are what the model's formula gives for the pictures that came, with or without the previews:
 * nobody knows which of the two upstream counts.
 * @returns null when there is nothing to compare: usage was estimated, the formula is not known, or quality or pixels are not.
 */
export function usageOnFormula(
  run: GenerationRun,
  { usage, source }: ReadUsage,
  came: { quality: string | null; size: PixelSize | null; images: number },
): boolean | null {
  const { tokenFormula, qualities } = run.request.model
  const quality = qualities.find((tier) => tier === came.quality)
  if (source === 'estimated' || (tokenFormula !== 'gpt-image-2' && tokenFormula !== 'gpt-image-2.5')) return null
  if (!quality || !came.size || came.images === 0) return null
  const { smallest, largest } = outputTokenCandidates(tokenFormula, quality as Quality, came.size, came.images)
  const within = (tokens: number) => tokens >= smallest && tokens <= largest
  return within(usage.image_out) || within(usage.image_out - usage.partial_images * partialImageTokens)
}
