import type { AdmissionLimits } from './admission-limits.ts'
import type { Waiter } from './waiter.ts'

/** What a request needs: a place for a call, or only room for its body. */
export type AdmissionKind = 'call' | 'body'

/** What one project has under way and waiting. Projects with neither are forgotten. */
export class ProjectLoad {
  readonly id: string
  /** Twice the weight, twice the share. */
  weight = 1
  calls = 0
  bytes = 0
  readonly lanes: Record<AdmissionKind, Waiter[]> = { call: [], body: [] }

  constructor(id: string) {
    this.id = id
  }

  get waiting(): number {
    return this.lanes.call.length + this.lanes.body.length
  }

  get isIdle(): boolean {
    return this.calls === 0 && this.bytes === 0 && this.waiting === 0
  }

  /** Its part of what it has most of, by its weight: who has least is served first. */
  share({ calls, bodyBytes }: AdmissionLimits): number {
    return Math.max(this.calls / calls, this.bytes / bodyBytes) / this.weight
  }
}
