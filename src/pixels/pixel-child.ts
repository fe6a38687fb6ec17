import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { threadEnvironment } from '../primitives/thread-environment.ts'
import { type Order, outOfMemoryWords, readAnswer } from './child/orders.ts'
import type { PixelTask } from './pixel-task.ts'
import { PixelTaskError } from './pixel-task-error.ts'

const program = fileURLToPath(new URL('./child/main.ts', import.meta.url))
/**
 * JavaScript's own heap is small: pixels lie outside of it and count as resident memory. Network, further processes and WASI are closed to
 * JavaScript; the addon is sharp.
 */
const nodeArguments = [
  '--max-old-space-size=192',
  '--permission',
  '--allow-fs-read=*',
  '--allow-fs-write=*',
  '--allow-worker',
  '--allow-addons',
  '--disable-warning=SecurityWarning',
]
const LAST_WORDS_CHARACTERS = 2000

/** What one task may use. */
export interface TaskLimits {
  /** From the moment a process has it. */
  timeoutMs: number
  /** Resident memory of its process, above which that is killed. */
  maxRssBytes: number
}

/** The task a child is at. */
interface Running {
  name: string
  settled: PromiseWithResolvers<unknown>
}

/** One process that runs tasks, one at a time, seen from the gateway. While it is idle it does not keep the gateway alive. */
export class PixelChild {
  /** Resolves when the process is gone, and with it its memory. */
  readonly gone: Promise<unknown>
  /** Tasks begun. */
  tasks = 0
  /** Resident memory it still held after its last task. */
  heldBytes = 0
  readonly #isSpent: (child: PixelChild) => boolean
  readonly #process: ChildProcess
  #running: Running | null = null
  #isEnding = false
  #lastWords = ''

  /** Starts the process. @param isSpent asked after every task: whether it shall have no other, and end @throws Error when the system refuses */
  constructor(isSpent: (child: PixelChild) => boolean) {
    this.#isSpent = isSpent
    this.#process = fork(program, [], {
      execArgv: nodeArguments,
      // glibc gives every thread its own arena and keeps what decoders free in it; with two, memory goes back.
      env: { ...threadEnvironment(), MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.gone = once(this.#process, 'close').catch(() => undefined)
    this.#process.on('message', (message: unknown) => this.#take(message))
    this.#process.on('error', (error) => this.#giveUp(new PixelTaskError('failed', 'not_started', error.message)))
    this.#process.on('close', (code, signal) => this.#giveUp(this.#errorOfEnd(code, signal)))
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS_CHARACTERS)
    })
    this.#holdGateway(false)
  }

  /** It can take a task now. */
  get isIdle(): boolean {
    return this.#running === null && !this.#isEnding
  }

  /** Runs one task. @throws PixelTaskError, after which the child is of use only if it `isIdle`; TypeError when the input is no JSON */
  async run<Input, Output>(task: PixelTask<Input, Output>, input: Input, { timeoutMs, maxRssBytes }: TaskLimits): Promise<Output> {
    const settled = Promise.withResolvers<unknown>()
    this.#running = { name: task.name, settled }
    this.tasks++
    this.#holdGateway(true)
    const timer = setTimeout(() => this.#giveUp(new PixelTaskError('timeout', 'timeout', `was stopped after ${timeoutMs} ms`)), timeoutMs)
    try {
      this.#send({ module: task.module, input, maxRssBytes })
      return (await settled.promise) as Output
    } finally {
      clearTimeout(timer)
      this.#running = null
      if (this.#isSpent(this)) this.end()
      if (!this.#isEnding) this.#holdGateway(false)
    }
  }

  /** Kills the process; a running task fails. The gateway stays until it is gone. */
  end(): void {
    this.#giveUp(new PixelTaskError('failed', 'pool_closed', 'was stopped because the pool was closed'))
  }

  #send(order: Order): void {
    this.#process.send(order, (error) => {
      if (error) this.#giveUp(new PixelTaskError('failed', 'not_started', error.message))
    })
  }

  #take(message: unknown): void {
    const { outcome, rssBytes } = readAnswer(message)
    this.heldBytes = rssBytes
    if (outcome.ended === 'done') this.#running?.settled.resolve(outcome.output)
    else if (outcome.ended === 'refused') this.#reject(new PixelTaskError('refused', outcome.code, outcome.message))
    else this.#reject(new PixelTaskError('failed', 'task_threw', `${this.#running?.name}: ${outcome.message}`))
  }

  #errorOfEnd(code: number | null, signal: string | null): PixelTaskError {
    if (this.#lastWords.includes(outOfMemoryWords)) return new PixelTaskError('crashed', 'out_of_memory', 'held too much memory')
    return new PixelTaskError('crashed', 'crashed', `ended its process with ${signal ?? code}: ${this.#lastWords.trim()}`)
  }

  #giveUp({ kind, code, message }: PixelTaskError): void {
    this.#isEnding = true
    this.#holdGateway(true)
    this.#process.kill('SIGKILL')
    this.#reject(new PixelTaskError(kind, code, `${this.#running?.name}: ${message}`))
  }

  #reject(error: PixelTaskError): void {
    this.#running?.settled.reject(error)
  }

  #holdGateway(hold: boolean): void {
    const { channel, stderr } = this.#process
    const handles = [this.#process, channel, stderr] as ({ ref?(): void; unref?(): void } | null | undefined)[]
    for (const handle of handles) {
      if (hold) handle?.ref?.()
      else handle?.unref?.()
    }
  }
}
