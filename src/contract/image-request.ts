import type { JsonObject } from '../primitives/json.ts'
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
  /** `safety_identifier`, else `user`: a tag for the ledger, never a secret. */
  endUser: string | null
  extension: DarkroomExtension
  /** The caller's body without `darkroom`, untouched otherwise: the bytes upstream are made from it with the model mapped. */
  wire: JsonObject
}

/** A remark that does not refuse the request. */
export interface ContractWarning {
  code: string
  param: string | null
  message: string
}
