/** Formats that upstream reads as inputs. */
export type InputFormat = 'png' | 'jpeg' | 'webp'

/** What an input is for: a reference to draw from, the mask of the first one, or hints drawn over it. */
export type InputRole = 'image' | 'mask' | 'markup'

/**
 * What the numbers of a picture's pixels mean. `srgb` and `grey` carry no embedded profile or one that says sRGB (or plain grey);
 * `other` is any other profile or space, Display P3 for example.
 */
export type ColourSpace = 'srgb' | 'grey' | 'cmyk' | 'other'

/** Where an input's bytes come from. `upload` = a file part, `image` = a picture this gateway made, `file` = a file of `/v1/files`. */
export type InputSource = 'upload' | 'data_url' | 'url' | 'file' | 'image'

/**
 * One input as a request names it. `param` is its place in the caller's own form (`image`, `image[1]`, `images[0].image_url`, `mask`),
 * so that a refusal can point at it; no two inputs of a request share one.
 */
export interface InputReference {
  role: InputRole
  param: string
  /** `bytes` = they came along with the request (file part or data URL); `url` and `file_id` must be fetched. */
  from:
    | { kind: 'bytes'; source: 'upload' | 'data_url'; byteLength: number }
    | { kind: 'url'; url: string }
    | { kind: 'file_id'; id: string }
}

/** What decoding an input showed. Only a picture that was decoded whole has these facts. */
export interface InputPicture {
  role: InputRole
  param: string
  format: InputFormat
  bytes: number
  /** Pixels as the file holds them, before any orientation tag is applied. */
  width: number
  height: number
  /** EXIF orientation, 1..8; 1 where the file says nothing. */
  orientation: number
  /** Bits per channel as the file holds them: 1, 2, 4, 8 or 16. */
  bitDepth: number
  colourSpace: ColourSpace
  /** Pictures in the file: above 1 for animations and for multi-picture JPEGs (MPO). */
  frames: number
  /** The file has an alpha channel. */
  alpha: boolean
  /** Share of pixels that are fully transparent, and fully opaque, 0..1. Without an alpha channel 0 and 1. */
  transparentShare: number
  opaqueShare: number
}
