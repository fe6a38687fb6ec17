import type { ContractWarning } from '../contract/image-request.ts'
import type { Charge } from '../pricing/index.ts'
import type { GenerationRun } from './generation-run.ts'
import type { KeptImage } from './keep-images.ts'

/** Remarks of the check, then what the pictures and the bill show, each once. */
export function recordWarnings(run: GenerationRun, images: readonly KeptImage[], flags: Charge['flags']): ContractWarning[] {
  const fewer =
    images.length < run.request.n
      ? [{ code: 'fewer_images', param: 'n', message: `Asked ${run.request.n} pictures, got ${images.length}.` }]
      : []
  const lost = images.some((image) => image.object === null)
    ? [{ code: 'not_stored', param: null, message: 'A picture could not be stored; the copy in the answer is the only one.' }]
    : []
  const bill = flags.flatMap((flag) => billRemarks[flag] ?? [])
  const all = [...run.warnings, ...fewer, ...lost, ...images.flatMap((image) => image.evidence.warnings), ...bill]
  return [...new Map(all.map((warning) => [`${warning.code} ${warning.message}`, warning])).values()]
}

/** Usage without details is no remark: streams never have them, and `usage.source` of the record says so. */
const billRemarks: Partial<Record<Charge['flags'][number], ContractWarning>> = {
  usage_estimated: {
    code: 'usage_estimated',
    param: null,
    message: 'Upstream reported no usage that can be used; the cost was counted by the formula.',
  },
  unpriced_tokens: {
    code: 'unpriced_tokens',
    param: null,
    message: 'Upstream reported tokens that the price card has no rate for; they are booked at the dearest rate of the card.',
  },
  no_output_tokens: { code: 'no_output_tokens', param: null, message: 'Upstream reported no output tokens although a picture came.' },
  no_images: { code: 'no_images', param: null, message: 'The call brought no picture.' },
}
