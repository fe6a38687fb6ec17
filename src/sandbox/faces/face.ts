import type { Nanos } from '../../primitives/money.ts'
import type { FaultScript } from '../faults/fault-script.ts'

/**
 * A lasting behaviour of a whole provider, served under `/faces/<name>`: the ordinary API with these traits in every call. Prompt markers and
 * armed faults come on top of them and win.
 */
export interface Face {
  name: string
  /** What it plays, in one sentence. */
  plays: string
  /** What every call's script has unless something armed or a marker says otherwise. */
  script: FaultScript
  /** Ids of image models that nobody serves are taken all the same, and served by this model. */
  modelForAnyId?: string
  /** No answer, good or bad, has an `x-request-id`. */
  hidesRequestId?: true
  /** Price of a call, whatever was asked; absent = as the sandbox prices it. */
  nanosPerCall?: Nanos
  /** After so many charged calls another model does and bills the work. */
  swap?: { afterCalls: number; model: string }
}
