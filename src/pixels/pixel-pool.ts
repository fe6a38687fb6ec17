import { PixelChild, type TaskLimits } from './pixel-child.ts'
import type { PixelTask } from './pixel-task.ts'
import { PixelTaskError } from './pixel-task-error.ts'

/** How many processes there are and what each may use. Every one has a default. */
export interface PixelPoolOptions {
  /** Processes at most, 2. They are started when there is work. */
  children?: number
  /** Tasks after which a process is replaced, 500: what a decoder leaks does not pile up. */
  recycleAfter?: number
  /** How long a process without work is kept, 30,000. */
  idleMs?: number
  /** How long one task may take from the moment a process has it, 10,000. */
  timeoutMs?: number
  /** Resident memory of a process above which it is killed, 512 MiB. */
  maxRssBytes?: number
}

/** Runs pixel tasks in child processes, in the order in which they were given. `await using` it, or dispose of it: it ends every process. */
export interface PixelPool extends AsyncDisposable {
  /**
   * Runs a task as soon as a process is free.
   * @param limits for this task alone. Waiting for a free process does not count.
   * @throws PixelTaskError
   */
  run<Input, Output>(task: PixelTask<Input, Output>, input: Input, limits?: Partial<TaskLimits>): Promise<Output>
}

const defaults = { children: 2, timeoutMs: 10_000, recycleAfter: 500, idleMs: 30_000, maxRssBytes: 512 * 1024 * 1024 }

const closedWords = 'the pool of pixel processes is closed'

/** Opens a pool. It costs nothing before its first task. */
export function openPixelPool(options: PixelPoolOptions = {}): PixelPool {
  return new ForkedPool({ ...defaults, ...options })
}

interface Waiting {
  begin(child: PixelChild): Promise<unknown>
  refuse(error: PixelTaskError): void
}

class ForkedPool implements PixelPool {
  readonly #options: Required<PixelPoolOptions>
  readonly #waiting: Waiting[] = []
  readonly #children = new Set<PixelChild>()
  readonly #idleTimers = new Map<PixelChild, NodeJS.Timeout>()
  #isClosed = false

  constructor(options: Required<PixelPoolOptions>) {
    this.#options = options
  }

  run<Input, Output>(task: PixelTask<Input, Output>, input: Input, own: Partial<TaskLimits> = {}): Promise<Output> {
    const limits = { timeoutMs: this.#options.timeoutMs, maxRssBytes: this.#options.maxRssBytes, ...own }
    const { promise, resolve, reject } = Promise.withResolvers<Output>()
    this.#waiting.push({ begin: (child) => child.run(task, input, limits).then(resolve, reject), refuse: reject })
    if (this.#isClosed) this.#refuseWaiting('pool_closed', closedWords)
    else this.#handOut()
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    this.#refuseWaiting('pool_closed', closedWords)
    for (const child of this.#children) child.end()
    await Promise.all([...this.#children].map((child) => child.gone))
  }

  #refuseWaiting(code: 'pool_closed' | 'not_started', message: string): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(new PixelTaskError('failed', code, message))
  }

  #handOut(): void {
    try {
      while (this.#waiting.length > 0) {
        const child = this.#freeChild()
        if (!child) return
        void this.#work(child, this.#waiting.shift()!)
      }
    } catch (error) {
      this.#refuseWaiting('not_started', `no pixel process could be started: ${(error as Error).message}`)
    }
  }

  /** One without work, else a new one; undefined while as many as allowed are at work or not yet gone. */
  #freeChild(): PixelChild | undefined {
    const idle = [...this.#children].find((child) => child.isIdle)
    return idle ?? (this.#children.size < this.#options.children ? this.#start() : undefined)
  }

  #start(): PixelChild {
    const child = new PixelChild((after) => this.#isSpent(after))
    this.#children.add(child)
    void child.gone.then(() => {
      clearTimeout(this.#idleTimers.get(child))
      this.#idleTimers.delete(child)
      this.#children.delete(child)
      if (!this.#isClosed) this.#handOut()
    })
    return child
  }

  /** It has leaked what it would, or holds so much memory that the next task would have too little. */
  #isSpent({ tasks, heldBytes }: PixelChild): boolean {
    return tasks >= this.#options.recycleAfter || heldBytes > this.#options.maxRssBytes / 2
  }

  async #work(child: PixelChild, { begin }: Waiting): Promise<void> {
    clearTimeout(this.#idleTimers.get(child))
    await begin(child)
    if (this.#isClosed || !child.isIdle) return
    this.#idleTimers.set(child, setTimeout(() => child.end(), this.#options.idleMs).unref())
    this.#handOut()
  }
}
