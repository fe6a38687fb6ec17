import type { Principal } from '../access/index.ts'
import type { Surface } from '../contract/image-request.ts'
import type { RouteCall } from '../routes/index.ts'
import type { LateEnd } from './book-late.ts'
import type { KeptInput } from './keep-inputs.ts'
import type { PricedRequest, PricedRoute } from './price-call.ts'
import type { RoutingPolicy } from './routing-policy.ts'

/** What a run knows of the job it is. */
export interface JobOfRun {
  /** How often the job has begun, this time included. */
  starts: number
  /** It does not begin again after that, milliseconds since 1970. */
  deadlineMs: number
}

/** One generation on its road: what was decided before the call. Made by `acceptGeneration`, carried through `runGeneration`. */
export interface GenerationRun extends Omit<PricedRequest, 'inputs' | 'plan'> {
  /** Its place on the route; to be given back whatever becomes of the call. */
  place: RouteCall
  /** Routes to turn to when it is proven that a call was not made. */
  others: readonly PricedRoute[]
  policy: RoutingPolicy
  /** The pictures of an edit, in the caller's order; kept in the store. */
  inputs: readonly KeptInput[]
  /** A rights note that holds for every input. */
  rights: string | null
  id: string
  attemptId: string
  /** Counts the calls of this generation, from 1. */
  attempt: number
  /** How often the same route was called again. */
  repeats: number
  /** The edge's id of the request, named in errors. */
  requestId: string
  /** Where it belongs in a trace, as a W3C `traceparent`; null where nobody said, absent where an earlier release kept the run. */
  traceParent?: string | null
  principal: Principal
  surface: Surface
  /** `provider` for real money, `sandbox` for play money. */
  book: 'provider' | 'sandbox'
  projectTag: string | null
  keepPartials: boolean
  timeoutMs: number
  /** How much longer than upstream's own time the gateway waits for the end of a call. */
  marginMs: number
  startedAtMs: number
  /** When the attempt began. */
  startedMonotonicMs: number
  /** When the caller's time for the whole call is over, all attempts together. */
  deadlineMonotonicMs: number
  /** Who settles it in place of the process that made the call, and what that ends. */
  bookedBy?: string
  /** Absent where somebody waits for the answer. */
  job?: JobOfRun
  late?: LateEnd
}
