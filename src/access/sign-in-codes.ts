import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../primitives/clock.ts'
import { Secret } from '../primitives/secret.ts'

/** Long enough to open a page, short enough that a line in a log is worth nothing soon. */
export const SIGN_IN_CODE_MS = 10 * 60 * 1000
const CODE_BYTES = 24

/** The code of the link that start-up prints: it opens one session of the administrator, once, in the process that printed it. */
export class SignInCodes {
  readonly #clock: Clock
  #open: { digest: Buffer; untilMs: number } | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes the code; one made before is worth nothing from now on. */
  make(): Secret {
    const code = randomBytes(CODE_BYTES).toString('base64url')
    this.#open = { digest: digestOf(code), untilMs: this.#clock.monotonicMs() + SIGN_IN_CODE_MS }
    return new Secret(code)
  }

  /** Uses a code up. False for one that was never made, was used or is too old. */
  take(code: string): boolean {
    const open = this.#open
    if (!open || this.#clock.monotonicMs() >= open.untilMs || !timingSafeEqual(open.digest, digestOf(code))) return false
    this.#open = null
    return true
  }
}

const digestOf = (code: string) => createHash('sha256').update(code).digest()
