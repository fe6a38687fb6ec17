import { Lane, type LaneFailure } from './lane.ts'

/** Attempts at once: in all, and for one project, so that a project with many dead receivers leaves room for the others. */
const MOST_AT_ONCE = { all: 128, project: 64 } as const

/** How an attempt ended, as far as its lane is concerned; `left` says nothing of the receiver. */
export type LaneOutcome = 'succeeded' | 'left' | LaneFailure

/** All lanes that something waits in or is under way in. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()
  readonly #underWay = new Map<string, number>()
  #allUnderWay = 0

  /** A message of a lane is due then. */
  due({ lane: name, projectId, atMs }: { lane: string; projectId: string; atMs: number }): void {
    const lane = this.#lanes.get(name) ?? new Lane(projectId)
    this.#lanes.set(name, lane)
    lane.due(atMs)
  }

  /** The same of a lane that something is under way in. */
  dueAgain(name: string, atMs: number): void {
    this.#lanes.get(name)!.due(atMs)
  }

  /** Whatever its receiver did before counts no more. */
  reset(name: string): void {
    this.#lanes.get(name)?.reset()
  }

  /** What was known of the next message of a lane is about to be found out anew. */
  forgetDue(name: string): void {
    const lane = this.#lanes.get(name)
    if (lane) lane.dueAtMs = null
  }

  /** Names of lanes that may send now, the longest waiting first. */
  ready(nowMs: number): string[] {
    const ready = [...this.#lanes].filter(([, lane]) => (lane.readyAtMs() ?? Number.POSITIVE_INFINITY) <= nowMs)
    return ready.toSorted(([, one], [, other]) => one.dueAtMs! - other.dueAtMs!).map(([name]) => name)
  }

  /** How many attempts may begin in a lane now. */
  room(name: string): number {
    const lane = this.#lanes.get(name)
    return lane === undefined ? 0 : Math.min(lane.room(), this.#roomOf(lane.projectId))
  }

  /** When the next attempt may begin; null when only the end of another one can tell. */
  nextAtMs(): number | null {
    let next: number | null = null
    for (const lane of this.#lanes.values()) {
      const atMs = this.#roomOf(lane.projectId) > 0 ? lane.readyAtMs() : null
      if (atMs !== null && (next === null || atMs < next)) next = atMs
    }
    return next
  }

  begin(name: string): void {
    const lane = this.#lanes.get(name)!
    lane.begin()
    this.#count(lane.projectId, 1)
  }

  end(name: string, outcome: LaneOutcome): void {
    const lane = this.#lanes.get(name)!
    if (outcome === 'succeeded') lane.succeeded()
    else if (outcome === 'left') lane.left()
    else lane.failed(outcome)
    this.#count(lane.projectId, -1)
  }

  /** Attempts under way. */
  get underWay(): number {
    return this.#allUnderWay
  }

  /** Lanes that failures in a row hold up. */
  get open(): number {
    return [...this.#lanes.values()].filter((lane) => lane.isOpen).length
  }

  /** Forgets lanes that nothing waits in any more. */
  tidy(): void {
    for (const [name, lane] of this.#lanes) if (lane.isIdle) this.#lanes.delete(name)
  }

  #roomOf(projectId: string): number {
    return Math.max(0, Math.min(MOST_AT_ONCE.project - (this.#underWay.get(projectId) ?? 0), MOST_AT_ONCE.all - this.#allUnderWay))
  }

  #count(projectId: string, change: number): void {
    const count = (this.#underWay.get(projectId) ?? 0) + change
    if (count === 0) this.#underWay.delete(projectId)
    else this.#underWay.set(projectId, count)
    this.#allUnderWay += change
  }
}
