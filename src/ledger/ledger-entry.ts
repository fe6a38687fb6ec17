import type { Nanos } from '../primitives/money.ts'

/** `provider` = money somebody is billed for, `sandbox` = play money. Never added together. */
export type LedgerBook = 'provider' | 'sandbox'

/**
 * What an entry says. The amounts are never negative; the kind says which way they count:
 * - `reserve` sets aside what the call may cost at most,
 * - `release` gives it back; every end of an attempt begins with one, so an attempt can end only once,
 * - `settle` is what the call cost, a line for each price bucket,
 * - `hold_unknown` is what it may have cost: it was sent and nobody knows,
 * - `loss` is what it cost without giving a picture,
 * - `resolve_charged`, `resolve_free` and `presume` end a hold: each begins with a line of bucket `hold` that closes it; what the call
 *   turned out to cost, or is taken to have cost, follows,
 * - `adjust` corrects what a hold ended with, upwards or downwards as its bucket says.
 */
export type LedgerKind =
  | 'reserve'
  | 'release'
  | 'settle'
  | 'hold_unknown'
  | 'loss'
  | 'resolve_charged'
  | 'resolve_free'
  | 'presume'
  | 'adjust'

/** The bucket of a line that closes a hold. No price bucket has its name. */
export const HOLD_BUCKET = 'hold'

/** What a reservation is for. Kept in every entry, so that reports need no other table and survive the erasure of all of them. */
export interface LedgerCall {
  attemptId: string
  generationId: string
  projectId: string
  /** Null when the admin token asked. */
  keyId: string | null
  routeId: string
  /** Who bills for the route: reports never mix two owners. */
  routeOwner: string
  /** Catalogue id of the model. */
  model: string
  /** The caller's own tag; empty counts as none. */
  projectTag: string | null
  book: LedgerBook
  /** Price card the amounts were computed with. */
  priceCard: string
  /** Who caused the entry: a key's id, `admin`, `boot-sweep`. */
  actor: string
}

/** A part of what a call cost, under the price bucket that names it (`image_out`, `per_call` …). */
export interface LedgerLine {
  bucket: string
  nanos: Nanos
}

/** The ledger refused: the attempt has no reservation, has one already, or has ended before. Nothing of the transaction was done. */
export class LedgerConflict extends Error {
  readonly attemptId: string

  constructor(attemptId: string, what: string) {
    super(`${what} (attempt ${attemptId}); nothing was booked`)
    this.name = 'LedgerConflict'
    this.attemptId = attemptId
  }
}
