import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Face } from '../faces/face.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { type BatchObject, enter, isOver } from './batch-object.ts'
import { type BatchEndpoint, type BatchLine, checkInput } from './check-input.ts'
import { makeLine } from './make-line.ts'
import { isCompleted, type LineResult, writeFiles } from './output-files.ts'

/** How far a batch may go: to a status, or to its end, which may be that it expires. */
export interface BatchGoal {
  to: 'validating' | 'in_progress' | 'finalizing' | 'ended' | 'expired'
  /** With `in_progress` and `expired`: how many lines are made before it stays, or expires. @default 0 */
  lines?: number
}

/** What a batch is run with. */
export interface BatchOrder {
  batch: BatchObject
  endpoint: BatchEndpoint
  /** Null = there is no such file that could be one, and this is why. */
  input: Buffer | { missing: string }
  goal: BatchGoal
  /** Fails when it is checked, with this code. */
  failCode: string | null
  outputLifetimeMs: number
  face: Face | null
  sandbox: SandboxState
}

/** Lines that are made at the same time. */
const HANDS = 4
const stages = ['validating', 'in_progress', 'finalizing', 'ended'] as const

/** A batch on its way: as far as it may go by itself, on when it is let, to an early end when it is cancelled or its time is over. */
export class BatchRun {
  readonly batch: BatchObject
  /** Resolves when nothing more becomes of it, or the sandbox closed. Never rejects. */
  readonly ended: Promise<void>
  readonly #order: BatchOrder
  readonly #closing = new AbortController()
  #goal: BatchGoal
  readonly #underWay = new Set<Promise<void>>()
  #begun = 0
  #changed = Promise.withResolvers<void>()
  #watchers: (() => void)[] = []
  #isExpired = false

  constructor(order: BatchOrder) {
    this.#order = order
    this.batch = order.batch
    this.#goal = order.goal
    this.ended = this.#work()
      .catch((error: unknown) => this.#failInside(error))
      .finally(() => this.#rest())
  }

  /** Lets it go on. Resolves when it has come as far as it may, or is over. */
  async advance(goal: BatchGoal): Promise<void> {
    if (isOver(this.batch)) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push(resolve)
    this.#goal = goal
    this.#change()
    await promise
  }

  /** No line is begun any more; those under way are finished. */
  cancel(): void {
    if (this.batch.status === 'cancelling') return
    enter(this.batch, 'cancelling', this.#nowMs())
    this.#change()
  }

  /** Looks at the clock: a batch expires at the end of its window, however far it may go. */
  look(): void {
    if (!isOver(this.batch) && this.#isLate()) this.#change()
  }

  /** Stops it where it is: the sandbox closes. */
  close(): Promise<void> {
    this.#closing.abort()
    this.#change()
    return this.ended
  }

  async #work(): Promise<void> {
    // Whoever made the batch is answered first.
    await nextTurn()
    await this.#until(() => this.#may('in_progress') || this.#isStopped())
    const lines = await this.#checkedLines()
    if (lines === null) return
    if (!this.#isStopped()) enter(this.batch, 'in_progress', this.#nowMs())
    const results = await this.#makeLines(lines)
    if (!this.#isStopped()) {
      await this.#until(() => this.#may('finalizing') || this.#isStopped())
      if (!this.#isStopped()) enter(this.batch, 'finalizing', this.#nowMs())
    }
    await this.#until(() => this.#may('ended') || this.#isExpired)
    this.#end(results)
  }

  /** @returns null when the batch failed */
  async #checkedLines(): Promise<BatchLine[] | null> {
    const { input, endpoint, sandbox, failCode } = this.#order
    const checked =
      failCode !== null
        ? { errors: [{ code: failCode, message: `${failCode} (scripted in the sandbox)`, param: null, line: null }] }
        : Buffer.isBuffer(input)
          ? await checkInput(input, endpoint, sandbox)
          : { errors: [{ code: 'invalid_request', message: input.missing, param: 'file_id', line: null }] }
    this.#closing.signal.throwIfAborted()
    if ('errors' in checked) {
      this.batch.errors = { object: 'list', data: checked.errors }
      enter(this.batch, 'failed', this.#nowMs())
      return null
    }
    this.batch.model = checked.model
    this.batch.request_counts.total = checked.lines.length
    return checked.lines
  }

  async #makeLines(lines: readonly BatchLine[]): Promise<LineResult[]> {
    const results: LineResult[] = lines.map((line) => ({ line, made: null }))
    for (;;) {
      this.#closing.signal.throwIfAborted()
      for (; this.#begun < lines.length && this.#underWay.size < HANDS && this.#mayMake(this.#begun); this.#begun += 1) {
        const making = this.#makeOne(results[this.#begun]!).finally(() => this.#underWay.delete(making))
        this.#underWay.add(making)
      }
      if (this.#underWay.size === 0 && (this.#begun === lines.length || this.#isStopped())) return results
      await this.#wait()
    }
  }

  async #makeOne(result: LineResult): Promise<void> {
    const { endpoint, face, sandbox } = this.#order
    const { signal } = this.#closing
    result.made = await makeLine(result.line, { batchId: this.batch.id, endpoint, face, sandbox, signal })
    const { request_counts: counts, usage } = this.batch
    counts[isCompleted(result) ? 'completed' : 'failed'] += 1
    if (!result.made.usage) return
    usage.input_tokens += result.made.usage.input_tokens
    usage.output_tokens += result.made.usage.output_tokens
    usage.total_tokens = usage.input_tokens + usage.output_tokens
  }

  /** Lines that were not made are failures, too: upstream does not say how it counts them. */
  #end(results: readonly LineResult[]): void {
    const { sandbox, outputLifetimeMs } = this.#order
    const nowMs = this.#nowMs()
    writeFiles(results, this.batch, { files: sandbox.files, nowMs, lifetimeMs: outputLifetimeMs })
    const { request_counts: counts } = this.batch
    counts.failed = counts.total - counts.completed
    enter(this.batch, this.batch.status === 'cancelling' ? 'cancelled' : this.#isExpired ? 'expired' : 'completed', nowMs)
  }

  #mayMake(index: number): boolean {
    if (this.#isStopped()) return false
    const { to, lines = 0 } = this.#goal
    return to === 'finalizing' || to === 'ended' || index < lines
  }

  #may(stage: (typeof stages)[number]): boolean {
    const { to } = this.#goal
    return stages.indexOf(to === 'expired' ? 'in_progress' : to) >= stages.indexOf(stage)
  }

  #isStopped(): boolean {
    if (this.batch.status === 'cancelling') return true
    if (this.#isLate() || this.#hasMadeEnough()) this.#isExpired = true
    return this.#isExpired
  }

  /** True when it is to expire after so many lines, and they are made. */
  #hasMadeEnough(): boolean {
    const { to, lines = 0 } = this.#goal
    return to === 'expired' && this.#underWay.size === 0 && this.#begun >= Math.min(lines, this.batch.request_counts.total)
  }

  #isLate(): boolean {
    return this.#nowMs() >= this.batch.expires_at * 1000
  }

  async #until(holds: () => boolean): Promise<void> {
    for (;;) {
      this.#closing.signal.throwIfAborted()
      if (holds()) return
      await this.#wait()
    }
  }

  /** Waits for a line, or to be let go on; with no line under way it rests. */
  async #wait(): Promise<void> {
    if (this.#underWay.size === 0) this.#rest()
    await Promise.race([...this.#underWay, this.#changed.promise])
  }

  #rest(): void {
    for (const watcher of this.#watchers.splice(0)) watcher()
  }

  #change(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers<void>()
    resolve()
  }

  /** A fault of the sandbox itself; one that closes leaves the batch as it stands. */
  #failInside(error: unknown): void {
    if (this.#closing.signal.aborted) return
    const message = `The sandbox failed inside: ${error instanceof Error ? error.message : String(error)}`
    this.batch.errors = { object: 'list', data: [{ code: 'sandbox_failed', message, param: null, line: null }] }
    enter(this.batch, 'failed', this.#nowMs())
  }

  #nowMs(): number {
    return this.#order.sandbox.settings.clock.nowMs()
  }
}
