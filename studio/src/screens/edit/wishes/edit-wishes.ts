import type { Box } from '../mask/mask-raster.ts'

/** A text that the picture must show when the edit is done. */
export interface WishedText {
  key: number
  text: string
  /** BCP 47. */
  lang: string
  /** Index of the protected box it stands in; null = anywhere. */
  box: number | null
}

/** What an edit is to be, beside its pictures and its mask. */
export interface EditWishes {
  prompt: string
  model: string
  /** `auto` or `WIDTHxHEIGHT`; `as_picture` = the size of exactly the picture's shape. */
  size: string
  quality: string
  format: 'png' | 'webp' | 'jpeg'
  n: number
  partials: number
  isStrict: boolean
  /** Whether a person must decide before it is public. */
  isReviewed: boolean
  /** Soft edge inside the mask, pixels of the picture. */
  featherPx: number
  /** In pixels of the picture that is edited. */
  protect: readonly Box[]
  texts: readonly WishedText[]
}

/** How a desk is found. */
export const firstWishes: EditWishes = {
  prompt: '',
  model: 'gpt-image-2',
  size: 'as_picture',
  quality: 'medium',
  format: 'png',
  n: 1,
  partials: 1,
  isStrict: true,
  isReviewed: true,
  featherPx: 8,
  protect: [],
  texts: [],
}

/** Widest soft edge, pixels. */
export const WIDEST_FEATHER = 64
