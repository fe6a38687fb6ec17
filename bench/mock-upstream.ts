/**
 * Process of the benches: an upstream that answers each image call at once with noise, 4 or 16 MiB of base64, and notes when calls arrive.
 * It does as little as a server can, so that the figures are those of what stands in front of it.
 */
import { createServer, type Socket } from 'node:net'
import { callNumberOf } from './support/bench-call.ts'
import { answerOrders } from './support/bench-process.ts'
import { NoiseAnswer } from './support/noise-answer.ts'

/** What the bench may ask. */
export interface MockUpstreamOrders {
  /** Starts to listen on a free port. */
  listen(): Promise<{ port: number; bodyBytes: Record<number, number>; imageBytes: Record<number, number> }>
  /** From now on each answer takes so long. */
  delay(ms: number): void
  /** When calls reached this process, by their number, on the clock of `process.hrtime`; forgets them. */
  takeArrivals(): Map<number, bigint>
}

const HEAD_END = Buffer.from('\r\n\r\n')
const answers: Readonly<Record<number, NoiseAnswer>> = { 1024: new NoiseAnswer(1024), 2048: new NoiseAnswer(2048) }
const perSide = (read: (answer: NoiseAnswer) => number) =>
  Object.fromEntries(Object.entries(answers).map(([side, answer]) => [Number(side), read(answer)]))

let serial = 0
let delayMs = 0
let arrivals = new Map<number, bigint>()

function serve(socket: Socket): void {
  let received: Buffer = Buffer.alloc(0)
  let arrivedNs = 0n
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (piece: Buffer) => {
    if (received.length === 0) arrivedNs = process.hrtime.bigint()
    received = received.length === 0 ? piece : Buffer.concat([received, piece])
    const request = wholeRequest(received)
    if (!request) return
    received = Buffer.alloc(0)
    arrivals.set(callNumberOf(request), arrivedNs)
    if (delayMs === 0) answer(socket, request)
    else setTimeout(() => answer(socket, request), delayMs)
  })
}

/** The request as text once its body is there; callers here never send the next one before they have the answer. */
function wholeRequest(received: Buffer): string | null {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const text = received.toString('latin1')
  const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0)
  return received.length >= headEnd + HEAD_END.length + length ? text : null
}

function answer(socket: Socket, request: string): void {
  const chosen = answers[request.includes('2048x2048') ? 2048 : 1024]!
  const copy = serial++
  const head = [
    'HTTP/1.1 200 OK',
    'content-type: application/json',
    `content-length: ${chosen.bodyBytes}`,
    `x-request-id: req_bench_${copy}`,
    'openai-processing-ms: 0',
  ]
  socket.cork()
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const piece of chosen.pieces(copy)) socket.write(piece)
  socket.uncork()
}

const server = createServer(serve)

answerOrders<MockUpstreamOrders>(
  {
    async listen() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.listen(0, '127.0.0.1', resolve)
      await promise
      const { port } = server.address() as { port: number }
      return { port, bodyBytes: perSide((made) => made.bodyBytes), imageBytes: perSide((made) => made.imageBytes) }
    },
    delay(ms) {
      delayMs = ms
    },
    takeArrivals() {
      const taken = arrivals
      arrivals = new Map()
      return taken
    },
  },
  () => process.exit(0),
)
