import { RecentEnds } from './recent-ends.ts'
import type { RouteVerdict } from './route-call.ts'

const WINDOW_MS = 10_000
const UNHEALTHY_TO_OPEN = 5
const HEALTHY_TO_CLOSE = 3
const FIRST_OPEN_MS = 10_000
const LONGEST_OPEN_MS = 60_000
/** Only ever added: shorter than its ten seconds it could open more than six times a minute. */
const JITTER = 0.1
/** Nobody knows when the probe that is out will end; a guess of when to ask again. */
const PROBE_IS_OUT_MS = 1_000

export type BreakerState = 'closed' | 'open' | 'half_open'

/**
 * Stops calls to a route that fails. Opens when at least 5 of the calls that ended within 10 s, and at least half of them, were unhealthy;
 * stays open for 10 s, twice as long with each time in a row, 60 s at most; then lets one call at a time through, of which three healthy
 * ones close it and an unhealthy one opens it again. Times are of the monotonic clock.
 */
export class Breaker {
  readonly #chance: () => number
  readonly #ends = new RecentEnds(WINDOW_MS)
  #state: BreakerState = 'closed'
  /** Grows with each change of state: an end says nothing about another state than the one its call began in. */
  #era = 0
  #openUntilMs = 0
  #opensForMs = FIRST_OPEN_MS
  #healthyProbes = 0
  #probeIsOut = false

  /** @param chance a number from 0 to below 1 */
  constructor(chance: () => number) {
    this.#chance = chance
  }

  /** The state as calls have left it: half open from the first probe on. */
  get state(): BreakerState {
    return this.#state
  }

  /** When the next probe may go; means something while open. */
  get openUntilMs(): number {
    return this.#openUntilMs
  }

  /** Milliseconds until a call may be worth trying; 0 when it may go now. */
  waitMs(nowMs: number): number {
    if (this.#state === 'open') return Math.max(0, this.#openUntilMs - nowMs)
    return this.#probeIsOut ? PROBE_IS_OUT_MS : 0
  }

  /**
   * Lets a call through for which `waitMs` was 0.
   * @returns the pass to hand in with its end
   */
  begin(): number {
    if (this.#state === 'open') this.#enter('half_open')
    this.#probeIsOut = this.#state === 'half_open'
    return this.#era
  }

  end(pass: number, verdict: RouteVerdict, nowMs: number): void {
    if (pass !== this.#era) return
    if (this.#state === 'half_open') this.#endProbe(verdict, nowMs)
    else if (verdict === 'healthy') this.#ends.add(false, nowMs)
    else if (verdict === 'unhealthy') this.#endUnhealthy(nowMs)
  }

  /** Unhealthy ends within the last ten seconds. */
  unhealthyEnds(nowMs: number): number {
    return this.#ends.count(nowMs).unhealthy
  }

  #endUnhealthy(nowMs: number): void {
    this.#ends.add(true, nowMs)
    const { ended, unhealthy } = this.#ends.count(nowMs)
    if (unhealthy >= UNHEALTHY_TO_OPEN && unhealthy * 2 >= ended) this.#open(FIRST_OPEN_MS, nowMs)
  }

  /** A refusal proves that the route answers. A probe of which nothing is known only makes room for the next. */
  #endProbe(verdict: RouteVerdict, nowMs: number): void {
    this.#probeIsOut = false
    if (verdict === 'unhealthy') this.#open(Math.min(this.#opensForMs * 2, LONGEST_OPEN_MS), nowMs)
    else if (verdict === 'healthy' || verdict === 'refused') this.#endHealthyProbe()
  }

  #endHealthyProbe(): void {
    this.#healthyProbes += 1
    if (this.#healthyProbes < HEALTHY_TO_CLOSE) return
    this.#enter('closed')
    this.#ends.clear()
  }

  #open(forMs: number, nowMs: number): void {
    this.#enter('open')
    this.#opensForMs = forMs
    this.#openUntilMs = nowMs + Math.round(forMs * (1 + JITTER * this.#chance()))
  }

  #enter(state: BreakerState): void {
    this.#state = state
    this.#era += 1
    this.#healthyProbes = 0
  }
}
