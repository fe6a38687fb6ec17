import type { PixelSize } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import type { ResponseUsage } from '../contract/response-usage.ts'
import type { Nanos } from '../primitives/money.ts'
import type { ResponseCall, ResponseCards, ResponseLine } from './response-call.ts'

/** A call of the image tool that brought a picture. */
export interface ToolItem {
  /** As echoed; null = the item echoes none. */
  quality: Quality | null
  /** Pixels of the picture, as measured, else as echoed; null = neither is known. */
  size: PixelSize | null
  /** The prompt the main model wrote; null = the item shows none. */
  revisedPrompt: string | null
}

/** What the charge of a Responses call is made from. */
export interface ResponseChargeInput {
  /** As `readResponseUsage` read it from the answer; all null when none came. */
  usage: ResponseUsage
  call: ResponseCall
  /** The cards frozen when the call was made. */
  cards: ResponseCards
  /** What the project holds for one Responses call. */
  ceiling: Nanos
  /** The calls of the image tool that brought a picture, in their order. */
  imagesCompleted: readonly ToolItem[]
  /** The calls of the image tool that ended without one. */
  imagesFailed: number
  /** Previews that came, of all pictures together. */
  partials: number
  /**
   * The answer broke off, so that nobody can say what was drawn: without usage or a picture, one picture counts as it was asked. A bill is
   * never low because an answer broke off.
   * @default false
   */
  brokeOff?: boolean
  /** What the project reads quality `auto` as, where the answer does not echo one. */
  autoQuality: Quality | null
}

/** What each book brings to a charge. */
export interface ChargeShare {
  lines: readonly ResponseLine[]
  /** What has no rate: in no line, not in the total. Tokens, or searches on `web_search`. */
  unpriced: readonly { bucket: ResponseLine['bucket']; tokens: number }[]
  /** What `unpriced`, and the failed items nobody metered, cost at most: to be held as unknown, not booked. */
  unpricedBound: Nanos
}
