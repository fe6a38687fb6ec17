export { type ImageFacts, type ImageFormat, mediaTypes } from './image-facts.ts'
export { inspectImageFile } from './inspect-image.ts'
