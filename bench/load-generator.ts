/**
 * Process of the benches: callers on raw sockets that read into one reused buffer and throw the bytes away, so that a caller costs next
 * to nothing beside what it calls.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { imageCall, type Target } from './support/bench-call.ts'
import { answerOrders } from './support/bench-process.ts'
import { ReplyMeter } from './support/reply-meter.ts'

/** What is called, and how. */
export interface Load {
  target: Target
  /** Edge of the square picture asked for. */
  side: number
  concurrency: number
  /** Calls in all. */
  calls: number
  /** Pause of each caller before its next call. */
  paceMs: number
  /** After this nothing new is called. */
  timeLimitMs: number
  /** Body bytes of a right answer. */
  bodyBytes: number
}

/** What came of it. */
export interface LoadResult {
  elapsedMs: number
  /** First byte of the request to last byte of the answer, one entry a call. */
  latenciesMs: number[]
  /** When each call was sent, by its number, on the clock of `process.hrtime`. */
  sentAtNs: Map<number, bigint>
}

/** What the bench may ask. */
export interface LoadGeneratorOrders {
  /** @throws Error when an answer is not what it should be: figures of wrong answers mean nothing. */
  run(load: Load): Promise<LoadResult>
}

const CALL_LIMIT_MS = 30_000
const shared = Buffer.allocUnsafeSlow(256 * 1024)
let callNumber = 0

/** One keep-alive connection. */
class Caller {
  readonly #socket: Socket
  readonly #meter = new ReplyMeter()
  readonly #opened: Promise<void>
  #reply: PromiseWithResolvers<void> | null = null

  constructor(port: number) {
    const opened = Promise.withResolvers<void>()
    this.#opened = opened.promise
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread: { buffer: shared, callback: (length) => this.#read(length) } })
    this.#socket.once('connect', opened.resolve)
    this.#socket.on('error', (error) => this.#fail(error, opened.reject))
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed within a call'), opened.reject))
    this.#socket.setTimeout(CALL_LIMIT_MS, () => this.#socket.destroy(new Error('an answer stalled')))
  }

  get opened(): Promise<void> {
    return this.#opened
  }

  async call(request: Buffer, bodyBytes: number): Promise<void> {
    this.#reply = Promise.withResolvers<void>()
    this.#meter.restart()
    this.#socket.write(request)
    await this.#reply.promise
    const { status, bodyBytes: found } = this.#meter
    if (status !== 200 || found !== bodyBytes) throw new Error(`expected 200 with ${bodyBytes} bytes, found ${status} with ${found}`)
  }

  close(): void {
    this.#reply = null
    this.#socket.destroy()
  }

  #read(length: number): boolean {
    if (this.#meter.feed(shared, length)) this.#reply?.resolve()
    return true
  }

  #fail(error: Error, reject: (error: Error) => void): void {
    reject(error)
    this.#reply?.reject(error)
  }
}

async function run(load: Load): Promise<LoadResult> {
  const callers = Array.from({ length: load.concurrency }, () => new Caller(load.target.port))
  await Promise.all(callers.map((caller) => caller.opened))
  const result: LoadResult = { elapsedMs: 0, latenciesMs: [], sentAtNs: new Map() }
  const startMs = performance.now()
  let left = load.calls
  const goOn = () => left-- > 0 && performance.now() - startMs < load.timeLimitMs
  await Promise.all(callers.map((caller) => keepCalling(caller, load, result, goOn)))
  result.elapsedMs = performance.now() - startMs
  for (const caller of callers) caller.close()
  return result
}

async function keepCalling(caller: Caller, load: Load, result: LoadResult, goOn: () => boolean): Promise<void> {
  while (goOn()) {
    const number = callNumber++
    const request = imageCall(load.target, load.side, number)
    const sentMs = performance.now()
    result.sentAtNs.set(number, process.hrtime.bigint())
    await caller.call(request, load.bodyBytes)
    result.latenciesMs.push(performance.now() - sentMs)
    if (load.paceMs > 0) await wait(load.paceMs)
  }
}

answerOrders<LoadGeneratorOrders>({ run })
