export { type Comparison, compareWithRequest, type Evidence, type EvidenceSignal, type Finding, type ReportedFacts } from './evidence.ts'
export { dropThumbnails, type FoundThumbnail, findThumbnail, recordThumbnail, thumbnailsOf } from './thumbnail-statements.ts'
export { uploadedEvidence, type WantedByHand } from './uploaded-evidence.ts'
