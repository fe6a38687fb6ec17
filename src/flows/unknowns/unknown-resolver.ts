import type { UnknownEvidenceRow } from '../../db/index.ts'
import type { EvidenceStep, UnknownAttempt } from '../../generations/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What a resolver found out about one attempt. */
export interface Finding {
  attemptId: string
  /**
   * `undecided` is evidence that decides nothing. `brought_home`: the result itself came, and the resolver has booked it with its evidence.
   */
  outcome: 'charged' | 'not_charged' | 'presumed' | 'undecided' | 'brought_home'
  /** What it cost; absent = the estimate. */
  nanos?: Nanos
  evidence: JsonObject
}

/** One step of the ladder. It asks; it never repeats a purchase. */
export interface UnknownResolver {
  readonly step: EvidenceStep
  /** Whether it is time to ask about an attempt. `noted` is what this step has noted about it before, oldest first. */
  isDue(unknown: UnknownAttempt, noted: readonly UnknownEvidenceRow[], nowMs: number): boolean
  /** Asks about all that are due at once. What it could not learn it leaves out: it is asked again. */
  resolve(parts: GatewayParts, due: readonly UnknownAttempt[]): Promise<Finding[]>
}

const MINUTE_MS = 60_000
/** When a count is asked for after a call: soon, once it must have been counted, and once more. */
const ASK_AT_MS = [15 * MINUTE_MS, 60 * MINUTE_MS, 24 * 60 * MINUTE_MS]

/** Whether one of the times to ask has come since the attempt was last asked about. */
export function isTimeToAsk(unknown: UnknownAttempt, noted: readonly UnknownEvidenceRow[], nowMs: number): boolean {
  const ageAt = (atMs: number) => atMs - unknown.started_at_ms
  const last = noted.at(-1)
  const askedAtAge = last ? ageAt(last.at_ms) : 0
  return ASK_AT_MS.some((threshold) => threshold > askedAtAge && threshold <= ageAt(nowMs))
}
