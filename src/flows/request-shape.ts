import { createHash } from 'node:crypto'
import type { ImageRequest } from '../contract/image-request.ts'
import { formatSize } from '../contract/size-rules.ts'

/**
 * The loggable form of a request: enough to explain cost, latency and differences, without the prompt's words.
 * Names are those of the production log record.
 */
export function requestShape(request: ImageRequest) {
  return {
    prompt_sha256: createHash('sha256').update(request.prompt).digest('hex'),
    prompt_version: null,
    input_image_count: 0,
    input_images: [],
    mask_sha256: null,
    size: request.size === 'auto' ? 'auto' : formatSize(request.size),
    quality: request.quality,
    output_format: request.outputFormat,
    output_compression: request.outputCompression,
    background: request.background,
    moderation: request.moderation,
    n: request.n,
    partial_images: request.partialImages,
    stream: request.stream,
  }
}
