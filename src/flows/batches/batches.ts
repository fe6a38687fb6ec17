import { findBatchOfJob, findBatchOfUpstream, findOpenBatches, lineWishes } from '../../batches/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { advanceBatch } from './advance-batch.ts'
import { BatchCollector } from './batch-collector.ts'
import type { EconomySettings } from './batch-work.ts'

/** How long nobody looks, where nothing is known to be due before. */
const LOOK_AT_LEAST_EVERY_MS = 5000
const LOOK_AT_MOST_EVERY_MS = 50
const GATHER_MS = 100

/**
 * The economy lane: makes batches of the jobs that wait, and takes each batch from its lines to its pictures. Where every batch stands is on
 * record; whatever stops this process, the next one goes on from there.
 */
export class Batches {
  readonly settings: EconomySettings
  readonly #collector: BatchCollector
  readonly #closing = new AbortController()
  readonly #underWay = new Map<string, Promise<void>>()
  /** Batches that are looked at although their time has not come. */
  readonly #hurried = new Set<string>()
  #parts: GatewayParts | null = null
  #sinceMs = 0
  #timer: NodeJS.Timeout | null = null
  #soon: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #isWoken = false

  constructor(settings: EconomySettings) {
    this.settings = settings
    this.#collector = new BatchCollector(settings)
  }

  /** Goes on with what earlier processes left. */
  async start(parts: GatewayParts): Promise<void> {
    this.#parts = parts
    this.#sinceMs = parts.clock.nowMs()
    parts.nodeLife.whenCaretaker(() => void this.#goOn(parts))
    await this.#goOn(parts)
  }

  async #goOn(parts: GatewayParts): Promise<void> {
    for (const { id } of await findOpenBatches(parts.database)) this.#hurried.add(id)
    this.wake()
  }

  /** Something may be due. */
  wake(): void {
    const parts = this.#parts
    if (parts === null || this.#closing.signal.aborted) return
    this.#isWoken = true
    this.#looking ??= this.#look(parts).finally(() => {
      this.#looking = null
    })
  }

  /** A job of the lane came. */
  added(): void {
    this.#parts?.signals.send('batches')
    this.#lookSoon()
  }

  /** Another process says that a job of the lane came, or (by its id) that a batch is to be looked at. */
  heard(batchId: string | null): void {
    if (batchId !== null) this.#hurried.add(batchId)
    this.#lookSoon()
  }

  /** What comes at the same time is looked at together. */
  #lookSoon(): void {
    if (this.#closing.signal.aborted || this.#soon !== null) return
    this.#soon = setTimeout(() => {
      this.#soon = null
      this.wake()
    }, GATHER_MS).unref()
  }

  /** Upstream told of a batch. @returns false where it is none of ours */
  async told(upstream: { routeId: string; upstreamId: string }): Promise<boolean> {
    const batch = this.#parts && (await findBatchOfUpstream(this.#parts.database, upstream))
    if (!batch) return false
    this.#hurry(batch.id)
    return true
  }

  /** Nobody wants a job any more: a batch of which nobody wants a picture is stopped. */
  async unwanted(jobId: string): Promise<void> {
    const parts = this.#parts
    const batchId = parts && (await findBatchOfJob(parts.database, jobId))
    if (!parts || !batchId) return
    const { open, unwanted } = await lineWishes(parts.database, batchId)
    if (open === unwanted) this.#hurry(batchId)
  }

  /** Begins nothing any more, breaks off what can be done again, and resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#closing.abort()
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#soon) clearTimeout(this.#soon)
    await this.#looking
    await Promise.all(this.#underWay.values())
  }

  #hurry(batchId: string): void {
    this.#hurried.add(batchId)
    this.#parts?.signals.send('batches', batchId)
    this.wake()
  }

  async #look(parts: GatewayParts): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    let next = parts.clock.nowMs() + LOOK_AT_LEAST_EVERY_MS
    while (this.#isWoken && this.#isOpen(parts)) {
      this.#isWoken = false
      next = await this.#lookOnce(parts)
    }
    if (!this.#isOpen(parts)) return
    const waitMs = Math.min(LOOK_AT_LEAST_EVERY_MS, Math.max(LOOK_AT_MOST_EVERY_MS, next - parts.clock.nowMs()))
    this.#timer = setTimeout(() => this.wake(), waitMs).unref()
  }

  #isOpen({ running, nodeLife }: GatewayParts): boolean {
    return !this.#closing.signal.aborted && !running.closing && nodeLife.isCaretaker
  }

  /** @returns when something will be due, milliseconds since 1970 */
  async #lookOnce(parts: GatewayParts): Promise<number> {
    const nowMs = parts.clock.nowMs()
    let next = nowMs + LOOK_AT_LEAST_EVERY_MS
    try {
      const collectAtMs = await this.#collector.collect(parts, this.#closing.signal)
      next = Math.min(next, collectAtMs ?? next)
      for (const { id, next_look_at_ms } of await findOpenBatches(parts.database)) {
        if (this.#underWay.has(id)) continue
        if (next_look_at_ms <= parts.clock.nowMs() || this.#hurried.has(id)) this.#advance(parts, id)
        else next = Math.min(next, next_look_at_ms)
      }
    } catch (error) {
      parts.logger.error({ err: error }, 'the economy lane could not be looked at; it is looked at again')
    }
    return next
  }

  #advance(parts: GatewayParts, batchId: string): void {
    this.#hurried.delete(batchId)
    const { settings } = this
    const done = advanceBatch({ parts, batchId, settings, sinceMs: this.#sinceMs, signal: this.#closing.signal }).finally(() => {
      this.#underWay.delete(batchId)
      this.wake()
    })
    this.#underWay.set(batchId, done)
  }
}
