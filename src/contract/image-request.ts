import type { JsonObject } from '../primitives/json.ts'
import type { InputReference } from './input-picture.ts'
import type { ModelRow, OutputFormat, Quality } from './model-row.ts'

/** What was asked for: one operation of one request. */
export type Operation = 'generate' | 'edit' | 'respond'
/** Where the picture is asked for. */
export type Surface = 'images' | 'responses' | 'provider' | 'chatgpt'

/** Pixels of a result, width first. */
export interface PixelSize {
  width: number
  height: number
}

/** Structures that travel in the reserved body key `darkroom`; taken off before the contract check. */
export type DarkroomExtension = JsonObject

/**
 * What Darkroom itself shall do with a request's pictures: `x-darkroom-*` headers, the key `darkroom` and the project's defaults
 * taken together. A wish that does not apply to the request (a strict mask by default, without a mask) is off here.
 */
export interface RetouchSettings {
  /** Outside the mask the result gets the pixels of the first image back. */
  strictMask: boolean
  /** Width of the soft edge inside a strict mask, pixels of the source; 0 = a hard edge. */
  featherPx: number
  /** What of the mask file says where to draw: transparency, or brightness (Darkroom makes an alpha mask of it). */
  maskMode: 'alpha' | 'luminance'
  /** A first image that is no PNG under a mask: refused, or converted to PNG here. */
  maskSource: 'refuse' | 'convert'
  /**
   * The model refuses the transparent background that was asked, and the caller wants it all the same: draw opaque, on a flat colour,
   * and take the colour out afterwards. `wire` still says `background: transparent`; whoever calls upstream must replace it.
   */
  keyTransparency: boolean
}

/** A request that the contract accepted. Defaults are filled in; `wire` is what goes upstream. */
export interface ImageRequest {
  operation: Operation
  model: ModelRow
  /** The id as the caller wrote it (alias or id). */
  modelAsked: string
  prompt: string
  n: number
  size: 'auto' | PixelSize
  quality: 'auto' | Quality
  background: 'auto' | 'opaque' | 'transparent'
  outputFormat: OutputFormat
  /** 0..100; null when not given. */
  outputCompression: number | null
  moderation: 'auto' | 'low'
  stream: boolean
  /** Previews asked for; 0 unless streaming. */
  partialImages: number
  complexity: 'low' | 'medium' | 'high' | null
  /** How closely input images are read; null where the model decides, and for generations. */
  inputFidelity: 'high' | 'low' | null
  /** The pictures an edit brings, in the caller's order: images, then the mask or the markup. Empty for generations. */
  references: readonly InputReference[]
  retouch: RetouchSettings
  /** `safety_identifier`, else `user`: a tag for the ledger, never a secret. */
  endUser: string | null
  extension: DarkroomExtension
  /**
   * What goes upstream beside the pictures, with the model still as asked. Generations: the caller's body without `darkroom`, untouched
   * otherwise. Edits: the scalar fields alone, as form fields carry them, without nulls.
   */
  wire: JsonObject
}

/** A remark that does not refuse the request. */
export interface ContractWarning {
  code: string
  param: string | null
  message: string
}
