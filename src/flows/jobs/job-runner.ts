import { noSignals, type Signals, type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import {
  type Blocks,
  findOverdue,
  findWaiting,
  type JobQueue,
  noteHeartbeat,
  type Priority,
  priorities,
  type WaitingJob,
} from '../../jobs/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { endOverdue } from './end-in-queue.ts'
import { type JobStart, startJob } from './start-job.ts'

const HEARTBEAT_EVERY_MS = 10_000
/** How long a job whose routes or project have no room is left alone, where nobody says for how long. */
const LOOK_AGAIN_MS = 1000
const LONGEST_TIMER_MS = 60_000
/** How often a queue that processes share is looked into, should nobody say that there is something in it. */
const LOOK_INTO_SHARED_MS = 2_000
/** What a shared queue lost is found by the record. */
const REFILL_EVERY_MS = 60_000
const AT_A_TIME = 500
/** This part of the places is left to projects that have less than their share. */
const KEPT_FREE = 0.25

/** A job that was put on record, as whoever did so knows it. */
export interface AddedJob extends Omit<WaitingJob, 'priority' | 'routes'> {
  priority: Priority
  routes: readonly string[]
}

/** A job as the queue knows it. */
function waitingOf({ priority, routes, ...job }: AddedJob): WaitingJob {
  return { ...job, priority: priorities[priority], routes: routes.join(',') }
}

/** Something that has no room now. `soft`: nobody said until when, so that the end of any job is worth another look. */
interface Block {
  untilMs: number
  soft: boolean
}

/**
 * Makes the jobs that wait: as many at once as there are places, fair between projects, none before its time. What it knows of them it reads
 * from the record at its start; whatever stops it, the next one goes on.
 */
export class JobRunner {
  /** Jobs of one project that may wait at the same time. */
  readonly mostWaiting: number
  readonly #places: number
  readonly #signals: Signals
  /** Where jobs wait. */
  readonly queue: JobQueue
  readonly #underWay = new Map<string, { projectId: string; done: Promise<void> }>()
  readonly #blockedRoutes = new Map<string, Block>()
  readonly #blockedProjects = new Map<string, Block>()
  #parts: GatewayParts | null = null
  /** Of projects with jobs, by id. */
  readonly #weights = new Map<string, number>()
  #heartbeat: NodeJS.Timeout | null = null
  #refill: NodeJS.Timeout | null = null
  #timer: NodeJS.Timeout | null = null
  #closed = false
  #lookedAfterAtMs = 0

  constructor(options: { places: number; mostWaiting: number; queue: JobQueue; signals?: Signals }) {
    this.#places = options.places
    this.mostWaiting = options.mostWaiting
    this.queue = options.queue
    this.#signals = options.signals ?? noSignals
  }

  /** How many wait, and how many are under way. */
  get load(): { waiting: number; running: number } {
    return { waiting: this.queue.size, running: this.#underWay.size }
  }

  /** Begins with what earlier processes left. */
  async start(parts: GatewayParts): Promise<void> {
    this.#parts = parts
    if (parts.database.dialect === 'sqlite') await this.#fill(parts)
    else this.#share(parts)
    this.#heartbeat = setInterval(() => void this.#beat(parts), HEARTBEAT_EVERY_MS).unref()
    this.#look()
  }

  /** What the record is the only one to know of, as the queue of a single process begins with it. */
  async #fill(parts: GatewayParts): Promise<void> {
    for (const job of await findWaiting(parts.database)) {
      this.queue.added(job)
      await this.#weigh(job.projectId)
    }
  }

  /** Takes from the queue that processes share; whoever takes care for all sees to it that it forgets nothing and that nothing waits too long. */
  #share(parts: GatewayParts): void {
    this.queue.onArrival(() => this.#look())
    parts.signals.on('waiting', () => this.#look())
    this.#refill = setInterval(() => void this.#keep(parts), REFILL_EVERY_MS).unref()
    parts.nodeLife.whenCaretaker(() => void this.#keep(parts))
  }

  async #keep(parts: GatewayParts): Promise<void> {
    if (!parts.nodeLife.isCaretaker || this.#closed) return
    try {
      await this.queue.refill(parts.clock.nowMs() - REFILL_EVERY_MS, AT_A_TIME)
    } catch (error) {
      parts.logger.error({ err: error }, 'what the queue lost could not be enqueued again; it is looked for again')
    }
  }

  /** What the transaction must write that accepts a job, or puts one back. Jobs of the economy lane wait on record alone. */
  async enqueue(context: StatementContext, job: AddedJob): Promise<Statement[]> {
    return job.lane === 'standard' ? this.queue.enqueue(context, waitingOf(job)) : []
  }

  /** A job was put on record, or put back. */
  added(job: AddedJob): void {
    this.queue.added(waitingOf(job))
    // Known by the time its turn comes.
    this.#weightOf(job.projectId)
    if (job.lane === 'economy') this.#parts?.batches.added()
    else this.#tellOthers()
    this.#look()
  }

  /** A job was cancelled. */
  removed(jobId: string): void {
    this.queue.remove(jobId)
  }

  /** Begins nothing any more; what is under way is waited for elsewhere. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#heartbeat) clearInterval(this.#heartbeat)
    if (this.#refill) clearInterval(this.#refill)
    if (this.#timer) clearTimeout(this.#timer)
    await Promise.allSettled([...this.#underWay.values()].map(({ done }) => done))
  }

  /** Begins what may begin, and sees to it that it looks again when something changes by itself. */
  #look(): void {
    const parts = this.#parts
    if (parts === null || this.#closed || parts.running.closing) return
    const nowMs = parts.clock.nowMs()
    for (const job of this.queue.takeOverdue(nowMs)) void endOverdue(parts, job.id)
    this.#lookAfterShared(parts, nowMs)
    this.#lift(nowMs)
    // As many again at hand, so that there is a choice between projects.
    const isAsking = this.#underWay.size < this.#places && this.queue.want(2 * this.#places - this.#underWay.size)
    while (!isAsking && this.#underWay.size < this.#places) {
      const job = this.queue.next(this.#blocks(nowMs))
      if (job === null) break
      this.#begin(parts, job)
    }
    this.#sleep(nowMs)
  }

  #blocks(nowMs: number): Blocks {
    const running = new Map<string, number>()
    for (const { projectId } of this.#underWay.values()) running.set(projectId, (running.get(projectId) ?? 0) + 1)
    const mostOfOne = Math.max(1, Math.ceil(this.#places * (1 - KEPT_FREE)))
    return {
      running,
      nowMs,
      weightOf: (projectId) => this.#weightOf(projectId),
      isBlocked: ({ lane, projectId, routes }) =>
        lane !== 'standard' ||
        this.#blockedRoutes.has(routes) ||
        this.#blockedProjects.has(projectId) ||
        (running.get(projectId) ?? 0) >= mostOfOne,
    }
  }

  /** One that is not known yet counts as any other, and is looked up: its job may have been put on record by another process. */
  #weightOf(projectId: string): number {
    const known = this.#weights.get(projectId)
    if (known === undefined) this.#weigh(projectId).catch(() => this.#weights.delete(projectId))
    return known ?? 1
  }

  /** Weights are configured by the names of projects. */
  async #weigh(projectId: string): Promise<void> {
    const parts = this.#parts
    if (parts === null || parts.weights.size === 0 || this.#weights.has(projectId)) return
    this.#weights.set(projectId, 1)
    const { name } = await parts.access.projects.settingsOf(projectId)
    this.#weights.set(projectId, parts.weights.get(name) ?? 1)
  }

  #begin(parts: GatewayParts, job: WaitingJob): void {
    const done = this.#make(parts, job).finally(() => {
      this.#underWay.delete(job.id)
      for (const blocks of [this.#blockedRoutes, this.#blockedProjects])
        for (const [name, { soft }] of blocks) if (soft) blocks.delete(name)
      this.#look()
    })
    this.#underWay.set(job.id, { projectId: job.projectId, done })
  }

  async #make(parts: GatewayParts, job: WaitingJob): Promise<void> {
    const begun = await startJob(parts, job.id).catch((error: unknown): JobStart => {
      parts.logger.error({ generation_id: job.id, err: error }, 'a job could not be begun; it is tried again')
      return { kind: 'no_room', of: 'routes', retryAfterMs: LOOK_AGAIN_MS, fault: error }
    })
    if (begun.kind === 'begun') await begun.done
    if (begun.kind !== 'no_room') return this.queue.done(job.id)
    const retryAfterMs = begun.retryAfterMs ?? LOOK_AGAIN_MS
    const block = { untilMs: parts.clock.nowMs() + retryAfterMs, soft: begun.retryAfterMs === null }
    if (begun.fault === undefined) this.queue.postponed(job, block.untilMs)
    else this.queue.failed(job, begun.fault)
    if (begun.of === 'project') this.#blockedProjects.set(job.projectId, block)
    else this.#blockedRoutes.set(job.routes, block)
  }

  #lift(nowMs: number): void {
    for (const blocks of [this.#blockedRoutes, this.#blockedProjects])
      for (const [name, { untilMs }] of blocks) if (untilMs <= nowMs) blocks.delete(name)
  }

  #sleep(nowMs: number): void {
    if (this.#timer) clearTimeout(this.#timer)
    const blocks = [...this.#blockedRoutes.values(), ...this.#blockedProjects.values()].map(({ untilMs }) => untilMs)
    const changes = [this.queue.nextChangeAtMs(nowMs) ?? Number.POSITIVE_INFINITY, ...blocks]
    const longestMs = this.#parts!.database.dialect === 'sqlite' ? LONGEST_TIMER_MS : LOOK_INTO_SHARED_MS
    const waitMs = Math.min(longestMs, Math.max(1, Math.min(...changes) - nowMs))
    this.#timer = setTimeout(() => this.#look(), waitMs).unref()
  }

  /** Where processes share a queue one of them sees to it that nothing waits in vain: for a time that is over, or for a process that is dead. */
  #lookAfterShared(parts: GatewayParts, nowMs: number): void {
    const { database, nodeLife, logger } = parts
    if (database.dialect === 'sqlite' || !nodeLife.isCaretaker || nowMs - this.#lookedAfterAtMs < LOOK_INTO_SHARED_MS) return
    this.#lookedAfterAtMs = nowMs
    findOverdue(database, { nowMs, limit: AT_A_TIME }).then(
      (ids) => ids.forEach((id) => void endOverdue(parts, id)),
      (error: unknown) => logger.error({ err: error }, 'jobs that are overdue could not be looked for'),
    )
    this.queue.takeBack().then(
      (count) => count > 0 && logger.warn({ count }, 'jobs that a silent process had at hand are handed out again'),
      (error: unknown) => logger.error({ err: error }, 'jobs that silent processes have at hand could not be looked for'),
    )
  }

  /** A shared queue may be emptied by any process that makes jobs. */
  #tellOthers(): void {
    this.#signals.send('waiting')
  }

  async #beat(parts: GatewayParts): Promise<void> {
    const ids = [...this.#underWay.keys()]
    if (ids.length === 0) return
    const context = statementContext(parts.database, parts.clock, parts.newId)
    await parts.database.transact([noteHeartbeat(context, ids)]).catch(() => undefined)
  }
}
