import { type PixelPool, pixelTask } from '../pixels/index.ts'
import type { DriftInput, DriftMeasurement } from './drift-measurement.ts'

const measureDriftTask = pixelTask<DriftInput, DriftMeasurement>('measure drift', new URL('./measure-drift-task.ts', import.meta.url).href)

/** A 33-megapixel PNG takes about a second to decode; a busy machine takes several times that. */
const TIME_LIMIT_MS = 30_000

/**
 * Measures what an edit changed, in a child process; the heat map is written by it. Source, result and mask are only read.
 * @throws PixelTaskError, `refused` with `unreadable` when one of the files is no whole picture
 */
export function measureDrift(pool: PixelPool, input: DriftInput): Promise<DriftMeasurement> {
  return pool.run(measureDriftTask, input, { timeoutMs: TIME_LIMIT_MS })
}
