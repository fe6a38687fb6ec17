import type { JobLane } from '../../jobs/index.ts'
import type { Lane } from '../../pricing/index.ts'

/** By which column of a price card the jobs of a lane are priced. */
export const lanePrices = { standard: 'standard', economy: 'batch' } as const satisfies Record<JobLane, Lane>
