import type { Principal } from '../access/index.ts'
import type { Surface } from '../contract/image-request.ts'
import type { PricedRequest } from './price-generation.ts'

/** One generation on its road: what was decided before the call. Made by `acceptGeneration`, carried through `runGeneration`. */
export interface GenerationRun extends PricedRequest {
  id: string
  attemptId: string
  /** The edge's id of the request, named in errors. */
  requestId: string
  principal: Principal
  surface: Surface
  /** `provider` for real money, `sandbox` for play money. */
  book: 'provider' | 'sandbox'
  projectTag: string | null
  keepPartials: boolean
  timeoutMs: number
  startedAtMs: number
  startedMonotonicMs: number
}
