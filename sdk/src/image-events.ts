import type { ImagesReply } from './api-types.ts'

interface ImageEventFacts {
  b64_json: string
  /** Unix seconds. */
  created_at: number
  size: string
  quality: string
  background: string
  output_format: string
}

/** A preview, as the wire has it. */
export interface WirePartialEvent extends ImageEventFacts {
  type: 'image_generation.partial_image' | 'image_edit.partial_image'
  partial_image_index: number
}

/** A finished picture, as the wire has it. */
export interface WireCompletedEvent extends ImageEventFacts {
  type: 'image_generation.completed' | 'image_edit.completed'
  usage?: ImagesReply['usage']
}

/** Every event of a streamed call, as the wire has it. */
export type WireImageEvent = WirePartialEvent | WireCompletedEvent
