import { type Nanos, sum } from '../primitives/money.ts'
import { chargeMainModel, type MainModelFlag } from './charge-main-model.ts'
import { chargeTool, type ToolFlag } from './charge-tool.ts'
import { totalOf } from './price-lines.ts'
import type { ResponseLine } from './response-call.ts'
import type { ChargeShare, ResponseChargeInput } from './response-charge-input.ts'

/** Remarks the record keeps beside the charge, see `MainModelFlag` and `ToolFlag`. */
export type ResponseChargeFlag = MainModelFlag | ToolFlag

/** What a Responses call cost, in the two books of one generation. No bucket has two lines. */
export interface ResponseCharge extends ChargeShare {
  /** One line per bucket that cost something: the main model's, then the image tool's. */
  lines: readonly ResponseLine[]
  /** Sum of the lines. */
  total: Nanos
  /** The main model's part of `total`, searches included. */
  mainModelNanos: Nanos
  /** The image tool's part of `total`. */
  toolNanos: Nanos
  /** What the previews cost at the card's rates: inside `toolNanos`, whether or not on a line of their own. */
  previewsNanos: Nanos
  flags: readonly ResponseChargeFlag[]
}

/**
 * Prices a Responses call after it was made. What upstream counted wins; what it did not count is estimated and flagged, never zero.
 * @throws Failure `price_not_configured` when the tool's usage is missing and cannot be counted; `estimateResponse` refused such a call
 * before it was made.
 */
export async function chargeResponse(input: ResponseChargeInput): Promise<ResponseCharge> {
  const [main, tool] = await Promise.all([chargeMainModel(input), chargeTool(input)])
  const mainModelNanos = totalOf(main.lines)
  const toolNanos = totalOf(tool.lines)
  return {
    lines: [...main.lines, ...tool.lines],
    total: mainModelNanos + toolNanos,
    mainModelNanos,
    toolNanos,
    previewsNanos: tool.previewsNanos,
    flags: [...main.flags, ...tool.flags],
    unpriced: [...main.unpriced, ...tool.unpriced],
    unpricedBound: sum([main.unpricedBound, tool.unpricedBound]),
  }
}
