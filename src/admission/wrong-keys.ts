import type { Clock } from '../primitives/clock.ts'

/** Wrong keys of one address that are answered as such at once, and how many more each minute. A fleet with an old key stays below it. */
const AT_ONCE = 60
const A_MINUTE = 60
const MINUTE_MS = 60_000
/** Addresses that are remembered; a flood from more of them forgets the one that has been quiet longest. */
const ADDRESSES = 10_000

interface Account {
  left: number
  countedAtMs: number
}

/**
 * Counts wrong keys by address, in constant memory: who tries too many is told to slow down. Good keys from the same address are not touched,
 * since a key is looked up before anything is counted.
 */
export class WrongKeys {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Least recently seen first. */
  readonly #accounts = new Map<string, Account>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Addresses that are remembered now. */
  get size(): number {
    return this.#accounts.size
  }

  /**
   * Notes a wrong key.
   * @returns null when it may be answered as a wrong key, else milliseconds until the next may be
   */
  note(address: string): number | null {
    const name = networkOf(address)
    const account = this.#refilled(name)
    this.#accounts.delete(name)
    this.#accounts.set(name, account)
    if (this.#accounts.size > ADDRESSES) this.#accounts.delete(this.#accounts.keys().next().value!)
    if (account.left >= 1) {
      account.left -= 1
      return null
    }
    return Math.ceil(((1 - account.left) * MINUTE_MS) / A_MINUTE)
  }

  #refilled(name: string): Account {
    const nowMs = this.#clock.monotonicMs()
    const known = this.#accounts.get(name) ?? { left: AT_ONCE, countedAtMs: nowMs }
    const left = Math.min(AT_ONCE, known.left + ((nowMs - known.countedAtMs) * A_MINUTE) / MINUTE_MS)
    return { left, countedAtMs: nowMs }
  }
}

/** Whoever has one IPv6 address has its whole /64. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address.slice(0, 64)
  const [head = '', tail] = address.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':').slice(0, 64)
}
