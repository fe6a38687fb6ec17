import type { Failure } from '../contract/failure.ts'
import type { AdmissionKind, ProjectLoad } from './project-load.ts'

/** A request in front of the door. */
export interface Waiter {
  readonly project: ProjectLoad
  readonly kind: AdmissionKind
  /** What it claims of the room for bodies. */
  readonly bytes: number
  /** Counts arrivals. */
  readonly number: number
  grant(): void
  /** @param why absent = there is no room */
  refuse(why?: Failure): void
}
