/** A picture made here, in a file of its own that is flushed to the disk. It carries no metadata, credentials or profile of its origin. */
export interface RetouchedPicture {
  path: string
  /** Of the file's bytes, hex. */
  sha256: string
  bytes: number
  width: number
  height: number
  format: LosslessFormat
}

/** Formats that keep every pixel as it is. WebP is written lossless. */
export type LosslessFormat = 'png' | 'webp'
