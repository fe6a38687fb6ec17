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
export { measureDrift } from './measure-drift.ts'
export { type DriftSummary, type DriftSurroundings, presentDrift, summariseDrift } from './present-drift.ts'
export type { GuardOverall, RuleVerdict } from './verdict.ts'
export {
  claimVerdict,
  dropSideBySides,
  findGuardReport,
  findGuardTexts,
  findGuardVerdict,
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
