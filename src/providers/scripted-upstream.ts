import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A request as it came over the wire. */
export interface ReceivedCall {
  /** First line, e.g. `POST /v1/images/generations HTTP/1.1`. */
  requestLine: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
}

/** What the upstream does with the socket once a whole request is in. */
export type UpstreamScript = (socket: Socket, call: ReceivedCall) => void

/** An upstream for tests that leaves every byte of the answer to its script, broken HTTP included. */
export interface ScriptedUpstream {
  /** Origin, without a path. */
  origin: string
  /** Whole requests received so far. */
  calls: ReceivedCall[]
  /** Sockets that are open now. */
  sockets: ReadonlySet<Socket>
  close(): Promise<void>
}

/** Starts one on a free loopback port. */
export async function startScriptedUpstream(script: UpstreamScript): Promise<ScriptedUpstream> {
  const calls: ReceivedCall[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    readCalls(socket, (call) => {
      calls.push(call)
      script(socket, call)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function readCalls(socket: Socket, onCall: (call: ReceivedCall) => void): void {
  let bytes = Buffer.alloc(0)
  socket.on('data', (piece: Buffer) => {
    bytes = Buffer.concat([bytes, piece])
    const headEnd = bytes.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const [requestLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    )
    const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0)
    if (bytes.length < bodyEnd) return
    onCall({ requestLine, headers, body: bytes.subarray(headEnd + 4, bodyEnd) })
    bytes = bytes.subarray(bodyEnd)
  })
}

/** Bytes of a whole HTTP answer with its length announced. */
export function httpAnswer(status: number, headers: Record<string, string>, body: string | Buffer = ''): Buffer {
  return Buffer.concat([httpHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }), Buffer.from(body)])
}

/** Bytes of an answer's head alone. */
export function httpHead(status: number, headers: Record<string, string>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`, 'latin1')
}
