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

/** A question about the batches of an account. */
export interface BatchQuestion {
  baseUrl: string
  key: Secret | null
  /** Only batches made at this time or later. */
  sinceMs: number
}

/** One batch, as far as its end says what was charged. */
export interface BatchSummary {
  id: string
  /** `validating | failed | in_progress | finalizing | completed | expired | cancelling | cancelled`. */
  status: string
  /** The attempt it was made for, as its metadata name it; null when it was made by somebody else. */
  attemptId: string | null
  completed: number
  failed: number
  total: number
}

/** The batches, newest first, or why they could not be learned. */
export type BatchAnswer = { batches: readonly BatchSummary[] } | { unavailable: string }
