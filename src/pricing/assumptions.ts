import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import { outputTokenCandidates, partialImageTokens } from './output-tokens.ts'
import type { Lane, TokenPriceCard } from './price-card.ts'
import type { CountedRequest, RequestTokens } from './request-tokens.ts'
import { unknownFormulaGuardPercent } from './unknown-formula.ts'

const sizeText = ({ width, height }: PixelSize) => `${width}x${height}`

/** What an estimate by tokens takes for granted, in sentences for the caller. */
export function assumptionsOf(input: CountedRequest, tokens: RequestTokens, card: TokenPriceCard, lane: Lane): string[] {
  return [
    ...outputAssumptions(input.request),
    ...autoAssumptions(input, tokens),
    ...inputAssumptions(input),
    ...cardAssumptions(card, lane),
  ]
}

function outputAssumptions(request: ImageRequest): string[] {
  const { model, n, partialImages } = request
  const tie = tieOf(request)
  return said([
    model.tokenFormula === 'unknown' &&
      `No token formula is known for ${model.id}: gpt-image-2.5 counts with margins; ${unknownFormulaGuardPercent} % more is held.`,
    model.tokenFormula === 'gpt-image-1' &&
      `${model.id} writes text before it draws, about 320 tokens a picture; the reservation holds 640 at the image rate.`,
    tie && `Size ${sizeText(tie.size)} is a rounding tie: ${tie.smallest} or ${tie.largest} tokens; the reservation holds the larger.`,
    partialImages > 0 && `Each preview adds ${partialImageTokens} output tokens; ${n * partialImages} are counted and fewer may arrive.`,
    request.complexity !== null && 'What complexity does to the token count is not known; it is not counted.',
    request.operation === 'respond' && 'Only the image tool is counted; the main model is billed beside it.',
  ])
}

function tieOf({ model, quality, size, n }: ImageRequest): { size: PixelSize; smallest: number; largest: number } | false {
  if (model.tokenFormula === 'unknown' || quality === 'auto' || size === 'auto') return false
  const { smallest, largest } = outputTokenCandidates(model.tokenFormula, quality, size, n)
  return smallest !== largest && { size, smallest, largest }
}

function autoAssumptions({ request }: CountedRequest, { sizes, qualities }: RequestTokens): string[] {
  const reserved = qualities.reserved.length === 1 ? qualities.reserved[0] : `the dearest of ${qualities.reserved.join(', ')}`
  const expected = qualities.expected.length === 1 ? qualities.expected[0] : 'the dearest'
  return said([
    request.size === 'auto' &&
      `Size auto is read as ${sizeText(sizes.expected)}; ${sizes.guarded ? 'a tenth more than ' : ''}the dearest it may be is held.`,
    request.quality === 'auto' && `Quality auto is read as ${expected}; the reservation holds ${reserved}.`,
    request.quality === 'auto' &&
      qualities.reserved.length < qualities.possible.length &&
      'The project chose what is held for quality auto; a dearer answer is charged in full.',
  ])
}

function inputAssumptions({ request, inputImages, maskImages = [] }: CountedRequest): string[] {
  return said([
    request.n > 1 &&
      `Upstream counts the prompt${inputImages.length > 0 ? ' and the input images' : ''} once per picture: ${request.n} times.`,
    inputImages.length > 0 && 'Input image tokens follow a measured rule that is not official.',
    maskImages.length > 0 && 'Whether a mask is billed is not known; the high bound and the reservation count it as an input image.',
  ])
}

function cardAssumptions(card: TokenPriceCard, lane: Lane): string[] {
  const confidence = lane === 'batch' ? card.batchConfidence : card.confidence
  return said([
    confidence !== null && confidence !== 'confirmed' && `The ${lane} prices of card ${card.id} are ${confidence}, not confirmed.`,
    card.markupBasisPoints !== 0 && `The owner adds ${card.markupBasisPoints / 100} % to the listed rates.`,
    card.book === 'sandbox' && 'The sandbox charges play money.',
  ])
}

const said = (sentences: readonly (string | false)[]): string[] => sentences.filter((sentence) => sentence !== false)
