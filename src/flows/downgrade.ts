import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'

/** What may be given up: a tier of quality, or the previews of a stream. */
export type Downgrade = 'quality' | 'partials'

/** A request that asks for less, and what is said of it. */
export interface Downgraded {
  request: ImageRequest
  warning: ContractWarning
}

/**
 * The smallest step down from a request that a policy allows: without previews, then one tier of quality lower. Null when there is none; a
 * quality that was left to the model is no promise and is not lowered.
 */
export function downgraded(request: ImageRequest, allowed: readonly Downgrade[]): Downgraded | null {
  return (allowed.includes('partials') ? withoutPreviews(request) : null) ?? (allowed.includes('quality') ? oneTierLower(request) : null)
}

/** One tier of quality lower; null where there is none. */
export function oneTierLower(request: ImageRequest): Downgraded | null {
  const { quality, model } = request
  const lower = quality === 'auto' ? undefined : model.qualities[model.qualities.indexOf(quality) - 1]
  if (lower === undefined) return null
  return {
    request: { ...request, quality: lower, wire: { ...request.wire, quality: lower } },
    warning: downgrade(
      'quality',
      `Asked for quality ${quality}, served ${lower}: the project allows it where a call cannot be served otherwise.`,
    ),
  }
}

function withoutPreviews(request: ImageRequest): Downgraded | null {
  if (request.partialImages === 0) return null
  return {
    request: { ...request, partialImages: 0, wire: { ...request.wire, partial_images: 0 } },
    warning: downgrade('partial_images', 'Served without previews: the project allows it where a call cannot be served otherwise.'),
  }
}

const downgrade = (param: string, message: string): ContractWarning => ({ code: 'downgraded', param, message })
