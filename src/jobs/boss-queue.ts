import { randomBytes } from 'node:crypto'
import type { PgBoss } from 'pg-boss'
import { type Database, rawQuery, type Statement, type StatementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Secret } from '../primitives/secret.ts'
import { type WaitingJob, type WaitingJobRow, waitingJobOf } from './find-jobs.ts'
import type { Blocks, DeadLetter, JobQueue } from './job-queue.ts'
import { priorities } from './job-statements.ts'
import { MemoryQueue } from './memory-queue.ts'
import { DEAD, QUEUE, SCHEMA, startBoss } from './start-boss.ts'

/** What a queue that processes share is opened with. */
export interface BossQueueOptions {
  db: Database
  clock: Clock
  url: Secret
  /** True for a process that makes jobs: it also looks after the queue's own tables. */
  works: boolean
  /** Jobs of one project that all processes together have at once, those included that wait at hand. */
  mostOfProject: () => number
  onFault: (error: unknown) => void
}

/** How often a process says that it still has what it took. */
const TOUCH_EVERY_MS = 3_000
/** What nobody said this of for so long is handed out again, unless it has begun: its process is dead, or too slow. */
const ABANDONED_AFTER_S = 10
const MOST_AT_ONCE = 100
/** What is blocked here goes back, for whoever has room for it. */
const GIVEN_BACK_FOR_S = 1

/** Taken from the queue: the id it has there, and what it is. */
interface Taken {
  bossId: string
  job: WaitingJob
}

/**
 * The queue of processes that share a PostgreSQL database, on pg-boss: a job is enqueued in the transaction that records it, and handed to one process at a
 * time, by priority and age, with a bound on what one project has at once. Who makes a job is decided by the record all the same: what is handed out twice does no
 * harm. What a process took and has not begun is held in memory, in the order that a single process would have. When a job may begin is told as a pause from
 * now, which the database counts: a process whose clock is off begins and hands out nothing late.
 * @see https://pgboss.io
 */
export class BossQueue implements JobQueue {
  readonly #options: BossQueueOptions
  readonly #boss: PgBoss
  readonly #held = new MemoryQueue()
  readonly #taken = new Map<string, Taken>()
  readonly #timer: NodeJS.Timeout
  readonly #underWay = new Set<Promise<unknown>>()
  #arrived: () => void = () => undefined
  #fetching = false
  #fetchAgain = false
  #closed = false
  /** What is at hand was fetched just now: whoever looks may take from it. */
  #isFresh = false

  /**
   * Opens the queue, making its tables where they are not there.
   * @throws ConfigurationError when the tables are missing or old and this role may not make them; what pg-boss throws when the server is away
   */
  static async open(options: BossQueueOptions): Promise<BossQueue> {
    const boss = await startBoss({ url: options.url, supervises: options.works, onFault: options.onFault })
    return new BossQueue(options, boss)
  }

  private constructor(options: BossQueueOptions, boss: PgBoss) {
    this.#options = options
    this.#boss = boss
    this.#timer = setInterval(() => this.#touch(), TOUCH_EVERY_MS).unref()
  }

  get size(): number {
    return this.#held.size
  }

  onArrival(arrived: () => void): void {
    this.#arrived = arrived
  }

  /** The statement with which pg-boss would enqueue the job itself. */
  async enqueue(_context: StatementContext, job: WaitingJob): Promise<Statement[]> {
    const statements: Statement[] = []
    const capturing = {
      executeSql: async (text: string, values: unknown[] = []) => {
        statements.push({ query: rawQuery(text, values) })
        return { rows: [{ id: job.id }] }
      },
    }
    await this.#boss.send(QUEUE, job, { ...this.#wishes(job), db: capturing })
    return statements
  }

  #wishes(job: WaitingJob) {
    const { id, priority, projectId, readyAtMs } = job
    return { id: bossIdOf(job), priority, startAfter: this.#secondsUntil(readyAtMs), singletonKey: id, group: { id: projectId } }
  }

  #secondsUntil(atMs: number): number {
    return Math.max(0, atMs - this.#options.clock.nowMs()) / 1000
  }

  added(): void {
    this.#arrived()
  }

  remove(jobId: string): void {
    this.#held.remove(jobId)
    this.done(jobId)
  }

  next(blocks: Blocks): WaitingJob | null {
    const job = this.#held.next(blocks)
    if (job === null) this.#giveBackReady(blocks.nowMs)
    return job
  }

  nextChangeAtMs(nowMs: number): number | null {
    return this.#held.nextChangeAtMs(nowMs)
  }

  takeOverdue(nowMs: number): WaitingJob[] {
    return this.#held.takeOverdue(nowMs)
  }

  want(count: number): boolean {
    if (!this.#options.works || count <= 0 || this.#closed) return false
    if (this.#fetching) {
      this.#fetchAgain = true
      return true
    }
    if (this.#isFresh) {
      this.#isFresh = false
      return false
    }
    const which = this.#whichToFetch(count)
    if (which === null) return false
    this.#fetching = true
    this.#track(
      this.#take(which).finally(() => {
        this.#fetching = false
        this.#isFresh = !this.#fetchAgain
        this.#fetchAgain = false
        this.#arrived()
      }),
    )
    return true
  }

  /** As many as there is room for; where there is none, what comes before all that is at hand. */
  #whichToFetch(count: number): { batchSize: number; minPriority?: number } | null {
    const room = count - this.#held.size
    if (room > 0) return { batchSize: Math.min(room, MOST_AT_ONCE) }
    const lowest = Math.min(...this.#heldJobs().map(({ priority }) => priority))
    return lowest < priorities.high && this.#held.size < 2 * count ? { batchSize: 1, minPriority: lowest + 1 } : null
  }

  postponed(job: WaitingJob, untilMs: number): void {
    this.#giveBack(job.id, this.#secondsUntil(untilMs))
  }

  done(jobId: string): void {
    const taken = this.#taken.get(jobId)
    if (!taken) return
    this.#taken.delete(jobId)
    this.#track(this.#boss.complete(QUEUE, taken.bossId))
  }

  failed(job: WaitingJob, error: unknown): void {
    const taken = this.#taken.get(job.id)
    if (!taken) return
    this.#taken.delete(job.id)
    this.#track(this.#boss.fail(QUEUE, taken.bossId, { message: error instanceof Error ? error.message : String(error) }))
  }

  async deadLetters(limit: number): Promise<DeadLetter[]> {
    const rows = await this.#options.db.read(
      rawQuery<{ id: string; data: string; output: string | null; at_ms: number }>(
        `select d.id::text as id, d.data::text as data, (extract(epoch from d.created_on) * 1000)::bigint as at_ms,
           (select f.output::text from ${SCHEMA}.job f where f.name = $1 and f.state = 'failed' and f.data->>'id' = d.data->>'id'
            order by f.completed_on desc limit 1) as output
         from ${SCHEMA}.job d where d.name = $2 and d.state < 'completed' order by d.created_on limit $3`,
        [QUEUE, DEAD, limit],
      ),
    )
    return rows.map(({ id, data, output, at_ms }) => ({ id, job: JSON.parse(data) as WaitingJob, why: whyOf(output), atMs: at_ms }))
  }

  async redrive(ids: readonly string[] | null): Promise<number> {
    const moved = await this.#boss.redrive(DEAD, ids === null ? {} : { ids: [...ids] })
    if (moved > 0) this.#arrived()
    return moved
  }

  /** Jobs on record that the queue does not know: what it lost is enqueued anew. */
  async refill(nowMs: number, limit: number): Promise<number> {
    const lost = await this.#options.db.read(
      rawQuery<WaitingJobRow>(
        `select j.id, j.project_id, j.lane, j.priority, j.routes, j.ready_at_ms, j.deadline_ms from generations g join jobs j on j.id = g.id
         where g.status = 'queued' and j.lane = 'standard' and j.ready_at_ms < $1
         and not exists (select from ${SCHEMA}.job b where b.name in ('${QUEUE}', '${DEAD}') and b.state < 'completed' and b.singleton_key = j.id)
         order by j.id limit $2`,
        [nowMs, limit],
      ),
    )
    for (const row of lost) {
      const job = waitingJobOf(row)
      await this.#boss.send(QUEUE, job, this.#wishes(job))
    }
    if (lost.length > 0) this.#arrived()
    return lost.length
  }

  /** By the database's clock, which is the same for all. What has begun is its record's business. */
  async takeBack(): Promise<number> {
    const abandoned = await this.#options.db.read(
      rawQuery<{ id: string }>(
        `select b.id::text as id from ${SCHEMA}.job b join generations g on g.id = b.data->>'id' and g.status = 'queued'
         where b.name = $1 and b.state = 'active' and b.group_id is not null and b.heartbeat_on < now() - make_interval(secs => $2)`,
        [QUEUE, ABANDONED_AFTER_S],
      ),
    )
    if (abandoned.length === 0) return 0
    await this.#boss.fail(
      QUEUE,
      abandoned.map(({ id }) => id),
      { message: 'the process that had it is silent' },
    )
    this.#arrived()
    return abandoned.length
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#closed = true
    // What is on its way here goes back as well.
    await Promise.allSettled(this.#underWay)
    for (const { id } of this.#heldJobs()) this.#giveBack(id, 0)
    await Promise.allSettled(this.#underWay)
    await this.#boss.stop({ graceful: false })
  }

  #heldJobs(): WaitingJob[] {
    return [...this.#taken.values()].flatMap(({ job }) => (this.#held.has(job.id) ? [job] : []))
  }

  /** What may begin by its time and cannot here goes back. */
  #giveBackReady(nowMs: number): void {
    for (const job of this.#heldJobs()) if (job.readyAtMs <= nowMs) this.#giveBack(job.id, GIVEN_BACK_FOR_S)
  }

  /** Enqueued anew before it is completed: a process that dies in between leaves it there twice, never not at all. */
  #giveBack(jobId: string, afterS: number): void {
    const taken = this.#taken.get(jobId)
    if (!taken) return
    this.#held.remove(jobId)
    this.#taken.delete(jobId)
    const { job, bossId } = taken
    this.#track(this.#boss.send(QUEUE, job, { ...this.#wishes(job), startAfter: afterS }).then(() => this.#boss.complete(QUEUE, bossId)))
  }

  async #take(which: { batchSize: number; minPriority?: number }): Promise<void> {
    const found = await this.#boss.fetch<WaitingJob>(QUEUE, { ...which, groupConcurrency: this.#options.mostOfProject() })
    for (const { id: bossId, data: job } of found) {
      // Handed out before: one of the two is enough.
      if (this.#taken.has(job.id)) this.#track(this.#boss.complete(QUEUE, bossId))
      else {
        // The database has waited for its time already.
        const ready = { ...job, readyAtMs: Math.min(job.readyAtMs, this.#options.clock.nowMs()) }
        this.#taken.set(job.id, { bossId, job: ready })
        this.#held.added(ready)
      }
    }
  }

  #touch(): void {
    const ids = [...this.#taken.values()].map(({ bossId }) => bossId)
    if (ids.length > 0) this.#track(this.#boss.touch(QUEUE, ids))
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.catch(this.#options.onFault).finally(() => this.#underWay.delete(tracked))
    this.#underWay.add(tracked)
  }
}

/**
 * A new name for a job in the queue. Where a project has more that could begin than it may have, pg-boss takes those whose names come first: so names sort by
 * priority, then by age.
 */
function bossIdOf({ id, priority }: WaitingJob): string {
  const time = id.slice(id.indexOf('_') + 1).slice(0, 12)
  const name = `${priorities.high - priority}${time}${randomBytes(10).toString('hex')}`
  return name.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function whyOf(output: string | null): string | null {
  const message = output === null ? null : (JSON.parse(output) as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message : null
}
