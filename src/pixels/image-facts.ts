/** Formats whose headers we read. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif'

/** What a picture's bytes say about it, read from its structure without decoding a pixel. */
export interface ImageFacts {
  format: ImageFormat
  /** Pixels; at least 1. */
  width: number
  height: number
  /** The end the format prescribes is there (PNG `IEND`, JPEG `EOI`, the length RIFF announces, the GIF trailer): the file was not cut off. */
  complete: boolean
  /** Bits per channel. */
  bitDepth: number
  /** The picture can hold transparency; null where the header alone does not say. */
  alpha: boolean | null
  /** A C2PA manifest store is embedded. It is found, not verified. */
  hasContentCredentials: boolean
  /** There, and true, when a PNG, JPEG or WebP holds more than one picture: an animation, or the frames of a multi-picture JPEG. */
  severalFrames?: true
}

/** Media type of each format. */
export const mediaTypes: Readonly<Record<ImageFormat, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
}
