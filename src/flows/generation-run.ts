import type { Principal } from '../access/index.ts'
import type { Surface } from '../contract/image-request.ts'
import type { KeptInput } from './keep-inputs.ts'
import type { PricedRequest } from './price-call.ts'

/** One generation on its road: what was decided before the call. Made by `acceptGeneration`, carried through `runGeneration`. */
export interface GenerationRun extends Omit<PricedRequest, 'inputs'> {
  /** The pictures of an edit, in the caller's order; kept in the store. */
  inputs: readonly KeptInput[]
  /** A rights note that holds for every input. */
  rights: string | null
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
