/** What the picture press is asked for. Equal orders give equal bytes. */
export interface PictureOrder {
  /** The words of the request; set as the picture's title, shortened when they do not fit. Any text is safe, also an empty one. */
  prompt: string
  /** Pixels, whole, 1..16,384. The picture has exactly this size. */
  width: number
  /** Pixels, whole, 1..16,384. */
  height: number
  format: 'png' | 'jpeg' | 'webp'
  /** 0..100 as in `output_compression`: 100 is the best picture (lossless for webp); png ignores it. */
  compression: number
  /** `transparent` gives a cut-out with real alpha; jpeg has no alpha and stays opaque. */
  background: 'opaque' | 'transparent'
  /** The request's quality. `low` draws fewer things, `high` and above more; an unknown word draws like `medium`. */
  quality: string
  /** The model that is asked for; part of an order's identity, not drawn (put it into `label` to show it). */
  model: string
  /** Hash text that makes the composition: another seed is another picture, the same seed the same one at every size. */
  seed: string
  /** Parameter lines for the corner, e.g. `gpt-image-2 · 1024x1024 · high`. The first four are shown. */
  label: string[]
  /** How finished the picture is, 0..1; previews below 1 are drawn coarser and softer. Absent means finished. */
  stage?: number
  /** Draws two plain colours and the word SANDBOX instead of a composition: for storms, where only real bytes matter. */
  flat?: boolean
}

/** Formats a picture comes in. */
export type PictureFormat = PictureOrder['format']

const MAX_EDGE_PIXELS = 16_384

/**
 * Checks what would otherwise fail deep inside the graphics library.
 * @throws RangeError when an edge is not a whole number of 1..16,384 pixels or the compression is outside 0..100.
 */
export function assertDrawable(order: PictureOrder): void {
  for (const edge of ['width', 'height'] as const) {
    const pixels = order[edge]
    if (!Number.isInteger(pixels) || pixels < 1 || pixels > MAX_EDGE_PIXELS)
      throw new RangeError(`expected ${edge} as whole pixels from 1 to ${MAX_EDGE_PIXELS}, found ${pixels}`)
  }
  if (!(order.compression >= 0 && order.compression <= 100))
    throw new RangeError(`expected compression from 0 to 100, found ${order.compression}`)
}

/** The identity of an order: two orders with the same key are the same picture, byte for byte. */
export function orderKey(order: PictureOrder): string {
  const { prompt, width, height, format, compression, background, quality, model, seed, label, stage, flat } = order
  return JSON.stringify([prompt, width, height, format, compression, background, quality, model, seed, label, stage ?? 1, flat === true])
}
