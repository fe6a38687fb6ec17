import type { Nanos } from '../primitives/money.ts'
import type { Secret } from '../primitives/secret.ts'

/** A question about how much was used of an account in a span of time. */
export interface UsageQuestion {
  baseUrl: string
  /** A key that may read usage; keys that make pictures mostly may not. */
  key: Secret
  /** Counts this upstream key alone; null = everything the account used. */
  apiKeyId: string | null
  /** Whole minutes, the end exclusive. */
  fromMs: number
  toMs: number
}

/** What the upstream counted of one kind of call in one minute. */
export interface UsageCount {
  /** First moment of the minute. */
  fromMs: number
  /** As the upstream names it; null where it does not say. */
  model: string | null
  size: string | null
  source: string | null
  requests: number
  images: number
}

/** What was counted, or why that could not be learned. */
export type UsageAnswer = { counts: readonly UsageCount[] } | { unavailable: string }

/** What an account was billed in the whole days that were asked about, or why that could not be learned. */
export type CostAnswer = { nanos: Nanos } | { unavailable: string }
