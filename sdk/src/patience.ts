import { AbortError, type DarkroomError, type ErrorFacts, TimeoutError } from './darkroom-error.ts'

/** How long a caller waits for a call: attempts and pauses together. */
export interface PatienceOptions {
  /** Ends the waiting at once. What was begun goes on at the gateway. */
  signal?: AbortSignal
  /** Null = as long as it takes. */
  timeoutMs: number | null
}

/** The patience of one caller with one call, from now on. */
export class Patience {
  /** Aborted when it is over, for whatever reason. */
  readonly signal: AbortSignal
  readonly #options: PatienceOptions
  readonly #endsAtMs: number

  constructor(options: PatienceOptions) {
    const { signal, timeoutMs } = options
    const signals = [...(signal ? [signal] : []), ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)])]
    this.signal = signals.length === 1 ? signals[0]! : AbortSignal.any(signals)
    this.#options = options
    this.#endsAtMs = timeoutMs === null ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs
  }

  /** Whether it will not be over by itself within so many milliseconds. */
  lasts(ms: number): boolean {
    return performance.now() + ms < this.#endsAtMs
  }

  /**
   * The error of what it ended.
   * @param goesOn what goes on without the caller, and may cost money, in a sentence; null where nothing does
   */
  error({ idempotencyKey, goesOn }: { idempotencyKey: string | null; goesOn: string | null }, cause?: unknown): DarkroomError {
    const { signal, timeoutMs } = this.#options
    const rest = goesOn === null ? '' : ` ${goesOn}`
    const facts: Omit<ErrorFacts, 'message'> = {
      status: null,
      outcome: goesOn === null ? 'not_charged' : 'unknown',
      nextAction: goesOn === null ? 'none' : 'retry',
      idempotencyKey,
    }
    if (signal?.aborted) return new AbortError({ ...facts, message: `The caller ended it.${rest}`, cause: signal.reason })
    return new TimeoutError({ ...facts, message: `No answer within ${timeoutMs} ms.${rest}`, cause: cause ?? this.signal.reason })
  }

  /** The same of a call. */
  callError(idempotencyKey: string | null, cause?: unknown): DarkroomError {
    return this.error({ idempotencyKey, goesOn: idempotencyKey === null ? null : callGoesOn }, cause)
  }
}

/** Of a call that may cost money and whose caller does not hear from it any more. */
export const callGoesOn = 'The call may go on; recover() with its key reads the answer and costs nothing.'

/** Waits. @returns false when the signal ended it. */
export function pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const done = (isWhole: boolean) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
      resolve(isWhole)
    }
    const leave = () => done(false)
    const timer = setTimeout(() => done(true), delayMs)
    signal.addEventListener('abort', leave)
  })
}
