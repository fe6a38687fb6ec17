const SECOND = 1000

/** Attempts at once in a lane whose last one succeeded, and in one whose last one failed. */
const MOST_AT_ONCE = { healthy: 8, ailing: 2 } as const
/** Failures in a row after which nothing is sent for a while. */
const OPENS_AFTER = 5
const SHORTEST_PAUSE_MS = 10 * SECOND
const LONGEST_PAUSE_MS = 60 * SECOND

/** What a failed attempt says of the next one in its lane. */
export interface LaneFailure {
  nowMs: number
  /** What the receiver asked for; null = nothing. */
  retryAfterMs: number | null
  /** A number from 0 to below 1. */
  chance: number
}

/**
 * What is sent to one receiver, kept apart from everything else: how much of it at once, and after failures in a row one attempt at a time
 * with pauses between them. It holds no messages, only when the next of them is due.
 */
export class Lane {
  readonly projectId: string
  /** When the earliest message that nobody is sending is due; null when there is none. */
  dueAtMs: number | null = null
  #underWay = 0
  #failures = 0
  #closedUntilMs = 0

  constructor(projectId: string) {
    this.projectId = projectId
  }

  /** True while failures in a row hold it up. */
  get isOpen(): boolean {
    return this.#failures >= OPENS_AFTER
  }

  /** True when nothing waits and nothing is under way. */
  get isIdle(): boolean {
    return this.dueAtMs === null && this.#underWay === 0
  }

  /** A message is due then. */
  due(atMs: number): void {
    this.dueAtMs = this.dueAtMs === null ? atMs : Math.min(this.dueAtMs, atMs)
  }

  /** When something may be sent; null when nothing waits, or there is no room before an attempt ends. */
  readyAtMs(): number | null {
    return this.dueAtMs === null || this.room() === 0 ? null : Math.max(this.dueAtMs, this.#closedUntilMs)
  }

  /** How many attempts may begin beside those under way. */
  room(): number {
    if (this.isOpen) return Math.max(0, 1 - this.#underWay)
    return Math.max(0, (this.#failures > 0 ? MOST_AT_ONCE.ailing : MOST_AT_ONCE.healthy) - this.#underWay)
  }

  begin(): void {
    this.#underWay += 1
  }

  succeeded(): void {
    this.#underWay -= 1
    this.reset()
  }

  /** Earlier failures count no more. */
  reset(): void {
    this.#failures = 0
    this.#closedUntilMs = 0
  }

  failed({ nowMs, retryAfterMs, chance }: LaneFailure): void {
    this.#underWay -= 1
    this.#failures += 1
    const longestMs = Math.min(SHORTEST_PAUSE_MS * 2 ** (this.#failures - OPENS_AFTER), LONGEST_PAUSE_MS)
    const pauseMs = this.isOpen ? longestMs * (0.5 + chance / 2) : 0
    this.#closedUntilMs = Math.max(this.#closedUntilMs, nowMs + Math.max(pauseMs, retryAfterMs ?? 0))
  }

  /** An attempt ended that says nothing of the receiver. */
  left(): void {
    this.#underWay -= 1
  }
}
