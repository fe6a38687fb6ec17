import { type Failure, failure } from '../contract/failure.ts'

/**
 * The refusal of a call that has no price: told before any upstream byte, and never answered with zero.
 * @param what the sentence that names the missing price, e.g. `No price card of acme covers gpt-image-2.`
 * @param param the request's parameter that leads to it, null when none does
 */
export function unpriced(what: string, param: string | null = null): Failure {
  return failure('price_not_configured', {
    message: `${what} Nothing was sent or charged; add a price card to darkroom.yaml or change the request.`,
    param,
  })
}
