export { type Comparison, compareWithRequest, type Evidence, type EvidenceSignal, type Finding, type ReportedFacts } from './evidence.ts'
