import { Worker } from 'node:worker_threads'

/** What a thread of the pool posts back for a task: its result, or the words of its failure. */
export type ThreadReply<Result> = { result: Result } | { failure: string }

/** How a pool is made. */
export interface ThreadPoolOptions {
  /** The module every thread runs. It answers each message with one `ThreadReply`. */
  script: URL
  /** At most so many threads, at least 1. */
  threads: number
  /** A thread that had nothing to do for so long ends and gives its memory back. */
  idleMs: number
  /** The environment of the threads; nothing else of the process's environment reaches them. */
  env: NodeJS.ProcessEnv
}

interface Job<Task, Result> {
  task: Task
  resolve(result: Result): void
  reject(error: Error): void
}

interface Thread<Task, Result> {
  worker: Worker
  job: Job<Task, Result> | undefined
  idleTimer: NodeJS.Timeout | undefined
  /** What the thread died of, when it said so. */
  cause: unknown
}

/**
 * Runs tasks on worker threads, one at a time on each. Threads start with the first tasks and end when idle; an idle thread does not
 * keep the process alive. A thread that dies fails its task and no other: the next waiting task gets a new thread.
 */
export class ThreadPool<Task, Result> {
  readonly #options: ThreadPoolOptions
  readonly #threads = new Set<Thread<Task, Result>>()
  readonly #waiting: Job<Task, Result>[] = []
  #closed = false

  constructor(options: ThreadPoolOptions) {
    this.#options = options
  }

  /** Threads that live now. */
  get size(): number {
    return this.#threads.size
  }

  /**
   * Runs a task as soon as a thread is free, in order of arrival.
   * @throws Error (rejection) when the task fails, cannot be sent, its thread dies, or the pool is closed.
   */
  run(task: Task): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    if (this.#closed) reject(closedError())
    else {
      this.#waiting.push({ task, resolve, reject })
      this.#dispatch()
    }
    return promise
  }

  /** Fails what waits or runs and ends every thread; resolves when none is left. */
  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.reject(closedError())
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread()
      if (!thread) return
      this.#assign(thread, this.#waiting.shift()!)
    }
  }

  #freeThread(): Thread<Task, Result> | undefined {
    for (const thread of this.#threads) if (!thread.job) return thread
    return this.#threads.size < this.#options.threads ? this.#start() : undefined
  }

  #start(): Thread<Task, Result> {
    // No inherited flags: a parent run with `--input-type` or a loader of its own would keep the thread from starting.
    const worker = new Worker(this.#options.script, { env: this.#options.env, execArgv: [] })
    const thread: Thread<Task, Result> = { worker, job: undefined, idleTimer: undefined, cause: undefined }
    this.#threads.add(thread)
    worker.on('message', (reply: ThreadReply<Result>) => this.#finish(thread, reply))
    worker.on('messageerror', (error) => this.#finish(thread, { failure: `its answer could not be read: ${error.message}` }))
    worker.on('error', (error) => {
      thread.cause = error
    })
    worker.on('exit', (code) => this.#bury(thread, code))
    return thread
  }

  #assign(thread: Thread<Task, Result>, job: Job<Task, Result>): void {
    clearTimeout(thread.idleTimer)
    thread.job = job
    thread.worker.ref()
    try {
      thread.worker.postMessage(job.task)
    } catch (error) {
      this.#rest(thread)
      job.reject(new Error('the task could not be sent to its thread', { cause: error }))
    }
  }

  #finish(thread: Thread<Task, Result>, reply: ThreadReply<Result>): void {
    const job = thread.job
    this.#rest(thread)
    if ('result' in reply) job?.resolve(reply.result)
    else job?.reject(new Error(reply.failure))
    this.#dispatch()
  }

  #rest(thread: Thread<Task, Result>): void {
    thread.job = undefined
    thread.worker.unref()
    thread.idleTimer = setTimeout(() => void thread.worker.terminate(), this.#options.idleMs).unref()
  }

  #bury(thread: Thread<Task, Result>, code: number): void {
    clearTimeout(thread.idleTimer)
    this.#threads.delete(thread)
    thread.job?.reject(this.#closed ? closedError() : new Error(`the thread of the task ended with code ${code}`, { cause: thread.cause }))
    if (!this.#closed) this.#dispatch()
  }
}

function closedError(): Error {
  return new Error('the thread pool is closed')
}
