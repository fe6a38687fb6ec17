import type { ContractWarning } from '../../contract/image-request.ts'
import type { ResponseCharge, ResponseChargeFlag } from '../../pricing/index.ts'
import type { KeptImage } from '../keep-images.ts'
import type { ImageItem } from './response-items.ts'
import type { ResponseRun } from './response-run.ts'

/** What came of a Responses call, as far as remarks go. */
interface CameOfIt {
  images: readonly KeptImage[]
  items: readonly ImageItem[]
  charge: ResponseCharge
  /** The reservation is held: no remark on a bill belongs to it. */
  held: boolean
}

/** Remarks of the check, then what the pictures and the two bills show, each once. */
export function responseWarnings(run: ResponseRun, { images, items, charge, held }: CameOfIt): ContractWarning[] {
  const lost = images.some(({ object }) => object === null)
    ? [{ code: 'not_stored', param: null, message: 'A picture could not be stored; the copy in the answer is the only one.' }]
    : []
  const failed = items
    .filter(({ image }) => image === null)
    .map(({ id }) => ({ code: 'failed_image_item', param: null, message: `The image call ${id} ended without a picture.` }))
  const bill = held ? [] : charge.flags.flatMap((flag) => billRemarks[flag] ?? [])
  const all = [...run.warnings, ...lost, ...failed, ...images.flatMap(({ evidence }) => evidence.warnings), ...bill]
  return [...new Map(all.map((warning) => [`${warning.code} ${warning.message}`, warning])).values()]
}

const remark = (code: string, message: string): ContractWarning => ({ code, param: null, message })

/** Flags without a line here are said by `usage.source` or by another remark. */
const billRemarks: Partial<Record<ResponseChargeFlag, ContractWarning>> = {
  unpriced_main_model: remark(
    'unpriced_main_model',
    'The main model has no price here; its part is booked at the ceiling of one Responses call.',
  ),
  main_cached_unknown: remark(
    'cached_unknown',
    "Upstream did not say what of the main model's input was cached; all of it is booked at the full rate.",
  ),
  main_usage_estimated: remark('usage_estimated', 'Upstream did not say what the main model used; it was counted.'),
  usage_estimated: remark('usage_estimated', 'Upstream did not say what the image tool used; it was counted by the formula.'),
  tool_usage_incomplete: remark('tool_usage_incomplete', 'Upstream counted fewer image tokens than the pictures that came must have cost.'),
  failed_items_unmetered: remark(
    'failed_items_unmetered',
    'Image calls failed and nobody says what they cost; what they may have cost is booked.',
  ),
  other_service_tier: remark('other_service_tier', 'The service tier is not the standard one; what it does to the price is not known.'),
  unpriced_web_search: remark('unpriced_web_search', 'Web searches have no rate on this price card.'),
  web_search_unknown: remark('web_search_unknown', 'Upstream did not say how many web searches it made.'),
  context_beyond_card: remark('context_beyond_card', 'The input is longer than the price card covers.'),
  unpriced_tokens: remark(
    'unpriced_tokens',
    'Upstream reported tokens that the price card has no rate for; they are booked at the dearest rate of the card.',
  ),
}
