import type { Outbound } from '../../outbound/index.ts'
import type { Clock } from '../../primitives/clock.ts'

/** What the protocol is built from. */
export interface ApiframeProviderParts {
  outbound: Outbound
  clock: Clock
  /** Waits between two looks at a job; rejects when the signal fires. @default the system's timer */
  pause?: (ms: number, signal?: AbortSignal) => Promise<unknown>
  /** Largest picture that is fetched. @default 134_217_728, what the relay takes of one picture */
  maxPictureBytes?: number
}
