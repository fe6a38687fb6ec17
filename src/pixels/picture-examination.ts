import type { ImageFormat } from './image-facts.ts'

/** What a picture's pixels show. It was decoded whole: nothing of it is missing or damaged. */
export interface ExaminedPicture {
  format: Exclude<ImageFormat, 'gif'>
  /** Bytes of the file. */
  bytes: number
  /** Pixels as stored, before any orientation tag is applied. */
  width: number
  height: number
  /** EXIF orientation 1..8; 1 where the file says nothing, or nothing that exists. */
  orientation: number
  /** Bits per channel; a picture with more than 8 is refused. */
  bitDepth: number
  /** Channels as stored, an alpha channel included; a palette counts as the channels its colours have. */
  channels: number
  colourSpace: 'srgb' | 'grey'
  /** Whose numbers the colours are: none embedded, one that says it is sRGB, or another (Display P3, Adobe RGB …). */
  profile: 'none' | 'srgb' | 'other'
  /** It has an alpha channel. */
  alpha: boolean
  /** Share of pixels that are fully transparent, and fully opaque, 0..1. Without an alpha channel 0 and 1. */
  transparentShare: number
  opaqueShare: number
  /** A C2PA manifest store is embedded. It is found, not verified. */
  hasContentCredentials: boolean
}

/**
 * Why a file is no input picture. `too_many_pixels`: more than are ever decoded. `truncated`: its end is missing. `animated`,
 * `multi_frame_jpeg`: it holds several pictures. `sixteen_bit`: more than 8 bits a channel. `unreadable`: its decoder gave up, or took too
 * long or too much memory.
 */
export type PictureProblem =
  | 'empty'
  | 'not_an_image'
  | 'unsupported_format'
  | 'too_many_pixels'
  | 'truncated'
  | 'animated'
  | 'multi_frame_jpeg'
  | 'sixteen_bit'
  | 'cmyk'
  | 'unreadable'

/** The verdict on a file. `found` says in one sentence what was found, without a path or name. */
export type PictureExamination = { ok: true; picture: ExaminedPicture } | { ok: false; problem: PictureProblem; found: string }
