export { type Comparison, compareWithRequest, type Evidence, type EvidenceSignal, type Finding, type ReportedFacts } from './evidence.ts'
export { type ImageFacts, type ImageFormat, mediaTypes } from './image-facts.ts'
export { inspectImageFile } from './inspect-image.ts'
