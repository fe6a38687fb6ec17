import type { PictureFinish } from './finish/picture-finish.ts'

/** A picture that came in with a request. Its hash stands for it in an order's identity. */
export interface SourcePicture {
  bytes: Uint8Array
  /** Hexadecimal. */
  sha256: string
}

/** What an edit works on. */
export interface EditBrief {
  /** At least one. The first is edited; the others are laid on it as small prints. */
  sources: readonly SourcePicture[]
  /** Repaint where its alpha is 0, leave every pixel where it is 255. Absent: a badge on the picture is painted. */
  mask: SourcePicture | null
  /** Drawn hints over the first source: without a mask, the badge is painted where they are. */
  markup: SourcePicture | null
}

/** How a picture is spoiled on a script's demand. All but `garble` need an edit, and concern what lies outside its mask. */
export interface PictureDamage {
  /** Noise on every pixel, at most so many of 255 levels up or down, at least one. */
  driftLevels?: number
  /** A warm cast: red so many levels up, blue as many down. */
  recolourLevels?: number
  /** The whole picture stands so many pixels further right and down. */
  shift?: { x: number; y: number }
  /** The whole picture is so many times as large, about its centre. */
  scale?: number
  /** Text is wrong: one letter of the title, or, on an edit, one spot of the source where text is likely. */
  garble?: boolean
  /** The repainted area reaches far beyond the mask. */
  ignoreMask?: boolean
}

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
  /** Edit pictures instead of making one up. */
  edit?: EditBrief
  damage?: PictureDamage
  /** What happens to the finished picture's file; previews go out as they are. */
  finish?: PictureFinish
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

/** What is to be done to the file of this order; null for a preview. */
export function finishOf({ finish, stage }: PictureOrder): PictureFinish | null {
  return finish === undefined || (stage !== undefined && stage < 1) ? null : finish
}

/** The identity of an order: two orders with the same key are the same picture, byte for byte. */
export function orderKey(whole: PictureOrder): string {
  const { edit, stage, flat, ...order } = whole
  const { prompt, width, height, format, compression, background, quality, model, seed, label, damage } = order
  const plain = [prompt, width, height, format, compression, background, quality, model, seed, label, stage ?? 1, flat === true]
  return JSON.stringify([...plain, damage ?? {}, edit ? briefKey(edit) : null, finishOf(whole)])
}

function briefKey({ sources, mask, markup }: EditBrief): (string | null)[] {
  return [mask?.sha256 ?? null, markup?.sha256 ?? null, ...sources.map(({ sha256 }) => sha256)]
}
