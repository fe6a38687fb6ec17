import { type Failure, failure } from '../contract/failure.ts'
import type { Clock } from '../primitives/clock.ts'
import { type AdmissionLimits, defaultAdmissionLimits } from './admission-limits.ts'
import { MeanDuration } from './mean-duration.ts'
import { type AdmissionKind, ProjectLoad } from './project-load.ts'
import type { Waiter } from './waiter.ts'

/** A request that asks to be let in. */
export interface AdmissionAsk {
  projectId: string
  /** Of its project: twice the weight, twice the share. */
  weight: number
  kind: AdmissionKind
  /** Length of its body; null where it does not say, and then it claims its project's whole share. */
  bodyBytes: number | null
}

/** A place that was given; both are to be given back, each as soon as it can be, and may be given back again without harm. */
export interface Admitted {
  /** The body is in the store, or thrown away. */
  bodyTaken(): void
  /** All is done. */
  end(): void
}

/** What is let in and what waits, for metrics. */
export interface AdmissionLoad {
  calls: number
  bodyBytes: number
  waiting: number
}

/** The least a request claims of the room for bodies: what it costs in memory, however short its body. */
const SMALLEST_CLAIM_BYTES = 65_536
/** Bodies up to this do not queue behind a large one that waits for room. */
const SMALL_BODY_BYTES = 1_048_576
/** This part of the places is kept for projects that have less than their share. */
const KEPT_FREE = 0.25
/** A project that is not here yet counts with this weight: its share is kept free. */
const NEWCOMER_WEIGHT = 1
/** A request that would probably wait longer than this part of the bound is refused at once: waiting in vain helps nobody. */
const HOPEFUL = 0.5
const SOONEST_RETRY_MS = 1000
const LATEST_RETRY_MS = 30_000

/**
 * The door in front of everything that costs memory or money: so many calls at once, so many bytes of bodies, so many that wait, and fair
 * between projects by their weights. Who has least of its share is next; a project that has its share leaves a quarter of the places to those
 * that do not; where the queue is full, the newest of whoever crowds it most makes room. Refusals are immediate wherever waiting would
 * probably be in vain. Nothing here reads a body or knows money.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #clock: Clock
  readonly #chance: () => number
  readonly #onChange: (load: AdmissionLoad) => void
  readonly #projects = new Map<string, ProjectLoad>()
  readonly #durations = new MeanDuration()
  #calls = 0
  #bytes = 0
  #waiting = 0
  #arrivals = 0

  /** @param options.chance a number from 0 to below 1, which spreads the times at which refused requests come again */
  constructor(options: {
    limits?: AdmissionLimits
    clock: Clock
    chance: () => number
    onChange?: (load: AdmissionLoad) => void
  }) {
    this.#limits = options.limits ?? defaultAdmissionLimits
    this.#clock = options.clock
    this.#chance = options.chance
    this.#onChange = options.onChange ?? (() => undefined)
  }

  get load(): AdmissionLoad {
    return { calls: this.#calls, bodyBytes: this.#bytes, waiting: this.#waiting }
  }

  /**
   * Lets a request in, now or when there is room.
   * @param gone aborted when the caller leaves: it waits no longer, and nobody is told
   * @throws Failure `overloaded` with the time to come again; nothing is held then
   */
  enter(ask: AdmissionAsk, gone: AbortSignal): Promise<Admitted> {
    const { promise, resolve, reject } = Promise.withResolvers<Admitted>()
    const project = this.#projectOf(ask)
    const timer = setTimeout(() => leave(), this.#limits.waitMs)
    const waiter: Waiter = {
      project,
      kind: ask.kind,
      bytes: claimOf(ask, this.#limits),
      number: this.#arrivals++,
      grant: () => {
        this.#stopWaiting(waiter, timer, leave, gone)
        resolve(this.#take(waiter))
      },
      refuse: (why) => {
        this.#stopWaiting(waiter, timer, leave, gone)
        reject(why ?? this.#refusal(waiter))
      },
    }
    const leave = () => {
      waiter.refuse()
      // Room may have been kept for it.
      this.#letIn()
      this.#changed()
    }
    project.lanes[ask.kind].push(waiter)
    this.#waiting += 1
    if (gone.aborted) leave()
    gone.addEventListener('abort', leave)
    this.#letIn()
    if (project.lanes[ask.kind].includes(waiter)) this.#makeRoom(waiter)
    this.#changed()
    return promise
  }

  /** Sends away everybody who waits: nothing is let in any more. @param why each of them is told */
  sendAway(why: Failure): void {
    for (const { lanes } of this.#projects.values()) for (const waiter of [...lanes.call, ...lanes.body]) waiter.refuse(why)
    this.#changed()
  }

  #projectOf({ projectId, weight }: AdmissionAsk): ProjectLoad {
    const project = this.#projects.get(projectId) ?? new ProjectLoad(projectId)
    project.weight = weight
    this.#projects.set(projectId, project)
    return project
  }

  #stopWaiting(waiter: Waiter, timer: NodeJS.Timeout, leave: () => void, gone: AbortSignal): void {
    clearTimeout(timer)
    gone.removeEventListener('abort', leave)
    const lane = waiter.project.lanes[waiter.kind]
    const place = lane.indexOf(waiter)
    if (place < 0) return
    lane.splice(place, 1)
    this.#waiting -= 1
  }

  #take({ project, kind, bytes }: Waiter): Admitted {
    const sinceMs = this.#clock.monotonicMs()
    const held = { calls: kind === 'call' ? 1 : 0, bytes }
    this.#calls += held.calls
    this.#bytes += held.bytes
    project.calls += held.calls
    project.bytes += held.bytes
    const giveBack = (what: 'calls' | 'bytes') => {
      project[what] -= held[what]
      if (what === 'calls') this.#calls -= held.calls
      else this.#bytes -= held.bytes
      held[what] = 0
    }
    return {
      bodyTaken: () => {
        if (held.bytes === 0) return
        giveBack('bytes')
        this.#letIn()
        this.#changed()
      },
      end: () => {
        if (held.calls === 0 && held.bytes === 0) return
        if (held.calls > 0) this.#durations.note(this.#clock.monotonicMs() - sinceMs)
        giveBack('bytes')
        giveBack('calls')
        this.#letIn()
        this.#changed()
      },
    }
  }

  /** Lets in who is next and fits, until nobody does. */
  #letIn(): void {
    while (this.#waiting > 0) {
      const next = this.#next()
      if (next === null) return
      next.grant()
    }
  }

  /** Who is first in one of the lanes and fits; the project with the least of its share goes first. */
  #next(): Waiter | null {
    const heads = [...this.#projects.values()].flatMap(({ lanes }) => [lanes.call, lanes.body].flatMap((lane) => lane.slice(0, 1)))
    const shareOf = new Map(heads.map(({ project }) => [project, project.share(this.#limits)]))
    heads.sort((a, b) => shareOf.get(a.project)! - shareOf.get(b.project)! || a.number - b.number)
    let isKeptForLarger = false
    for (const head of heads) {
      const fits = this.#hasPlace(head) && this.#hasShareOfBytes(head) && this.#hasBytes(head)
      if (fits && (!isKeptForLarger || head.bytes <= SMALL_BODY_BYTES)) return head
      // What becomes free is not to be taken away, piece by piece, from under a body that needs more at once.
      if (this.#hasPlace(head) && this.#hasShareOfBytes(head) && !this.#hasBytes(head)) isKeptForLarger = true
    }
    return null
  }

  #hasPlace({ project, kind }: Waiter): boolean {
    if (kind === 'body') return true
    const { calls } = this.#limits
    if (this.#calls >= calls) return false
    return project.calls < this.#fairShare(project) || this.#calls < calls - Math.floor(calls * KEPT_FREE)
  }

  /** Places that a project may have whatever others want, as long as there are any. */
  #fairShare(project: ProjectLoad): number {
    const active = [...this.#projects.values()].filter((each) => each.calls > 0 || each.lanes.call.length > 0)
    const weights = active.reduce((sum, { weight }) => sum + weight, NEWCOMER_WEIGHT)
    return Math.max(1, Math.floor((this.#limits.calls * project.weight) / weights))
  }

  #hasShareOfBytes({ project, bytes }: Waiter): boolean {
    return project.bytes === 0 || project.bytes + bytes <= this.#limits.bodyBytesPerProject
  }

  #hasBytes({ bytes }: Waiter): boolean {
    return this.#bytes === 0 || this.#bytes + bytes <= this.#limits.bodyBytes
  }

  /** Who has to wait may be refused at once, or push out somebody of a project that crowds the queue. */
  #makeRoom(waiter: Waiter): void {
    if (this.#isHopeless(waiter)) waiter.refuse()
    if (this.#waiting <= this.#limits.waiting) return
    const crowding = (project: ProjectLoad) => project.waiting / project.weight
    const worst = [...this.#projects.values()].reduce((a, b) => (crowding(b) > crowding(a) ? b : a))
    const isOwn = crowding(waiter.project) >= crowding(worst)
    const newest = [...worst.lanes.call, ...worst.lanes.body].reduce((a, b) => (b.number > a.number ? b : a))
    if (isOwn) waiter.refuse()
    else newest.refuse()
  }

  #isHopeless(waiter: Waiter): boolean {
    const expectedMs = this.#hasPlace(waiter) ? null : this.#expectedWaitMs(waiter)
    return expectedMs !== null && expectedMs > this.#limits.waitMs * HOPEFUL
  }

  /**
   * Of calls alone: how long bodies take, nobody knows. Places become free as fast as calls end, and projects that wait are served in turns.
   * Null while no call has ended.
   */
  #expectedWaitMs({ project, kind }: Waiter): number | null {
    const { ms } = this.#durations
    if (kind === 'body' || ms === null) return null
    const rivals = [...this.#projects.values()].filter(({ lanes }) => lanes.call.length > 0).length
    const before = Math.min(this.#waiting, project.lanes.call.length * Math.max(1, rivals))
    return (ms * before) / Math.max(1, this.#calls)
  }

  #refusal(waiter: Waiter): Failure {
    const expectedMs = Math.min(LATEST_RETRY_MS, Math.max(SOONEST_RETRY_MS, this.#expectedWaitMs(waiter) ?? SOONEST_RETRY_MS))
    return failure('overloaded', { retryAfterMs: Math.min(LATEST_RETRY_MS, expectedMs * (1 + this.#chance())) })
  }

  #changed(): void {
    for (const project of this.#projects.values()) if (project.isIdle) this.#projects.delete(project.id)
    this.#onChange(this.load)
  }
}

/** A body larger than its project's share claims the whole of it, so that it can come in at all; so does one that does not say its length. */
function claimOf({ bodyBytes }: AdmissionAsk, { bodyBytesPerProject }: AdmissionLimits): number {
  return Math.max(Math.min(SMALLEST_CLAIM_BYTES, bodyBytesPerProject), Math.min(bodyBytes ?? bodyBytesPerProject, bodyBytesPerProject))
}
