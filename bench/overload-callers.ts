/**
 * Process of the overload bench: callers that keep calling, each on a connection of its own. One that is refused comes again after a while,
 * as Retry-After asks it to; one that is served calls again at once.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { imageCall, type Target } from './support/bench-call.ts'
import { answerOrders } from './support/bench-process.ts'
import { ReplyMeter } from './support/reply-meter.ts'

/** Who calls, how many of them, and for how long. */
export interface Crowd {
  name: string
  target: Target
  callers: number
}

/** What came of a crowd's calls. */
export interface CrowdResult {
  name: string
  /** Milliseconds from request to whole answer. */
  servedMs: number[]
  refusedMs: number[]
  /** Answers that are neither, by status; 0 = a connection that broke. */
  others: Record<number, number>
}

/** What the bench may ask. */
export interface OverloadCallerOrders {
  /** Lets the crowds call for a time, and for the calls under way to end. */
  run(crowds: readonly Crowd[], forMs: number): Promise<CrowdResult[]>
}

const SIDE = 1024
const COME_AGAIN_MS = 1000
const shared = Buffer.allocUnsafeSlow(256 * 1024)
let callNumber = 0

/** One keep-alive connection, opened anew where it broke. */
class Caller {
  readonly #port: number
  readonly #meter = new ReplyMeter()
  #socket: Socket | null = null
  #reply: PromiseWithResolvers<number> | null = null

  constructor(port: number) {
    this.#port = port
  }

  /** @returns the status; 0 when the connection broke */
  call(request: Buffer): Promise<number> {
    this.#reply = Promise.withResolvers<number>()
    this.#meter.restart()
    this.#socket ??= this.#open()
    this.#socket.write(request)
    return this.#reply.promise
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          if (this.#meter.feed(shared, length)) this.#reply?.resolve(this.#meter.status)
          return true
        },
      },
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#socket = null
      this.#reply?.resolve(0)
    })
    return socket
  }
}

async function run(crowds: readonly Crowd[], forMs: number): Promise<CrowdResult[]> {
  const endMs = performance.now() + forMs
  return Promise.all(
    crowds.map(async (crowd) => {
      const result: CrowdResult = { name: crowd.name, servedMs: [], refusedMs: [], others: {} }
      await Promise.all(Array.from({ length: crowd.callers }, () => keepCalling(crowd, result, endMs)))
      return result
    }),
  )
}

async function keepCalling({ target }: Crowd, result: CrowdResult, endMs: number): Promise<void> {
  const caller = new Caller(target.port)
  // Nobody starts at the same moment as everybody else.
  await wait(Math.random() * COME_AGAIN_MS)
  while (performance.now() < endMs) {
    const sentMs = performance.now()
    const status = await caller.call(imageCall(target, SIDE, callNumber++))
    const tookMs = performance.now() - sentMs
    if (status === 200) result.servedMs.push(tookMs)
    else if (status === 429 || status === 503) result.refusedMs.push(tookMs)
    else result.others[status] = (result.others[status] ?? 0) + 1
    if (status !== 200) await wait(COME_AGAIN_MS * (1 + Math.random()))
  }
  caller.close()
}

answerOrders<OverloadCallerOrders>({ run })
