import { AbortError, ConnectionError, DarkroomError, OutcomeUnknownError, TimeoutError } from './darkroom-error.ts'
import { type Patience, pause } from './patience.ts'

/** How often and how fast a call is repeated. */
export interface RetrySettings {
  /** Calls in all, the first included. @default 5 */
  maxAttempts: number
  /** Pause before the second call; each further one is twice as long. Half of it is left to chance. @default 500 */
  firstDelayMs: number
  /** @default 8000 */
  longestDelayMs: number
}

export const defaultRetries: RetrySettings = { maxAttempts: 5, firstDelayMs: 500, longestDelayMs: 8000 }

/**
 * When a call may be sent again: `always` = it changes nothing, or carries a key under which it is made once; `unless-taken` = only when it
 * surely was not taken.
 */
export type Repeatable = 'always' | 'unless-taken'

/**
 * Whether a failed call may be sent again as it was. What the gateway says (`x-should-retry`, `outcome`) decides; a call that was charged, or of which it
 * does not know, never is. Where nobody of Darkroom spoke (a connection that broke, a page of a proxy) the key of the call makes it safe to ask again.
 */
export function mayRepeat(error: unknown, repeatable: Repeatable): boolean {
  if (!(error instanceof DarkroomError) || error instanceof AbortError || error instanceof TimeoutError) return false
  const isTold = error.docs !== null
  if (isTold && error.outcome !== 'not_charged') return false
  if (error.shouldRetry !== null) return error.shouldRetry
  if (error.status === 429 || error.status === 503) return true
  if (isTold || repeatable === 'unless-taken') return false
  return error instanceof ConnectionError || error.status === 408 || (error.status ?? 0) >= 500
}

/** Milliseconds before attempt number `attempt` (2 = the first repetition): what the answer asked for, or longer each time with a part left to chance. */
export function delayBefore(attempt: number, error: DarkroomError, settings: RetrySettings, chance: number): number {
  const doubled = Math.min(settings.firstDelayMs * 2 ** (attempt - 2), settings.longestDelayMs)
  return Math.max(error.retryAfterMs ?? 0, doubled * (0.5 + chance / 2))
}

/** The attempts of one call, until it is over or its time is. */
export class Attempts {
  readonly #settings: RetrySettings
  readonly #repeatable: Repeatable
  readonly #patience: Patience
  #made = 1
  #lost = false

  constructor(settings: RetrySettings, repeatable: Repeatable, patience: Patience) {
    this.#settings = settings
    this.#repeatable = repeatable
    this.#patience = patience
  }

  /**
   * Waits until the next attempt is due.
   * @throws the error, when there is none or it would come too late.
   */
  async next(error: unknown): Promise<void> {
    if (!(error instanceof DarkroomError)) throw error
    const isLast = !mayRepeat(error, this.#repeatable) || this.#made >= this.#settings.maxAttempts
    const delayMs = delayBefore(this.#made + 1, error, this.#settings, Math.random())
    if (isLast || !this.#patience.lasts(delayMs)) throw this.#asKnown(error)
    this.#made += 1
    this.#lost ||= error.outcome === 'unknown'
    if (!(await pause(delayMs, this.#patience.signal))) throw this.#patience.callError(error.idempotencyKey, error)
  }

  /** A door that is shut says nothing of an earlier attempt that was lost on the way: that one may have been taken. */
  #asKnown(error: DarkroomError): DarkroomError {
    const isAnswered = error.status !== null && answersForTheKey.has(error.status)
    if (!this.#lost || error.outcome !== 'not_charged' || isAnswered) return error
    const Known = error instanceof ConnectionError ? ConnectionError : OutcomeUnknownError
    const message = `${error.message} An earlier attempt of the same call was lost and may have been made; its key reads its answer.`
    return new Known({ ...error, message, outcome: 'unknown', nextAction: 'retry', cause: error })
  }
}

/** Refusals that come only after the key was looked up, or that the first attempt would have had as well. */
const answersForTheKey: ReadonlySet<number> = new Set([400, 402, 404, 409, 410, 413, 422])
