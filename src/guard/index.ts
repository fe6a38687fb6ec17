export type {
  Alignment,
  Box,
  BoxDrift,
  ColourShift,
  Drift,
  DriftInput,
  DriftMeasurement,
  HeatMapFile,
  NotComparable,
  OutsideDrift,
} from './drift-measurement.ts'
export {
  dropHeatMaps,
  findDrift,
  heatMapsOf,
  type MeasuredDrift,
  pendingDrifts,
  recordDrift,
  recordDriftFailure,
  recordPendingDrift,
} from './drift-statements.ts'
export { type GuardFindings, type GuardReport, type JudgedText, judgePicture, type TextWords } from './judge/judge-picture.ts'
export { lookAt } from './judge/look.ts'
export type { LookFigures } from './judge/look-figures.ts'
export { measureDrift } from './measure-drift.ts'
export { type DriftSummary, type DriftSurroundings, presentDrift, summariseDrift } from './present-drift.ts'
export { type GuardSurroundings, presentGuard } from './present-guard.ts'
export { guardKey, openGuardTexts, openGuardWords, sealGuardTexts, sealGuardWords } from './sealed-words.ts'
export { drawSideBySide, markedBoxes } from './side-by-side.ts'
export { readerOptions, readTexts } from './text/read-texts.ts'
export type { DeclaredText, TextFigures } from './text/text-figures.ts'
export type { GuardOverall, RuleVerdict } from './verdict.ts'
export {
  claimVerdict,
  dropGuardTexts,
  dropSideBySides,
  findGuardReport,
  findGuardTexts,
  findGuardVerdicts,
  forgetGuardTexts,
  forgetGuardWords,
  type JudgedPicture,
  pendingVerdicts,
  recordGuardTexts,
  recordPendingVerdicts,
  recordVerdict,
  recordVerdictFailure,
  releaseVerdict,
  sideBySidesOf,
} from './verdict-statements.ts'
