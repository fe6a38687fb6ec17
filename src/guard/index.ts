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
