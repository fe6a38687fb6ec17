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

/** What the upstream does before a whole request is in. */
export interface UpstreamListeners {
  /** Told when a head is in, before anything of its body, which is empty here: the place to answer early, to pause or to break off. */
  onHead?(socket: Socket, call: ReceivedCall): void
  /** Takes the pieces of bodies as they come, so that long ones need not be kept: `ReceivedCall.body` then stays empty. */
  onBody?(piece: Buffer): void
}

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
export async function startScriptedUpstream(script: UpstreamScript, listeners: UpstreamListeners = {}): Promise<ScriptedUpstream> {
  const calls: ReceivedCall[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    const read = callReader({
      onHead: (call) => listeners.onHead?.(socket, call),
      onBody: listeners.onBody,
      onCall: (call) => {
        calls.push(call)
        script(socket, call)
      },
    })
    socket.on('data', read)
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

/** Reads requests off the bytes of one socket, each with the length it announces. */
function callReader(told: {
  onHead(call: ReceivedCall): void
  onBody: ((piece: Buffer) => void) | undefined
  onCall(call: ReceivedCall): void
}): (piece: Buffer) => void {
  let head: Buffer = Buffer.alloc(0)
  let open: { call: ReceivedCall; pieces: Buffer[]; missingBytes: number } | null = null

  function readHead(piece: Buffer): Buffer | null {
    head = Buffer.concat([head, piece])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return null
    const rest = head.subarray(end + 4)
    const call: ReceivedCall = { ...parseHead(head.subarray(0, end)), body: Buffer.alloc(0) }
    head = Buffer.alloc(0)
    open = { call, pieces: [], missingBytes: Number(call.headers['content-length'] ?? 0) }
    told.onHead(call)
    return rest
  }

  return function read(piece) {
    const rest = open ? piece : readHead(piece)
    if (!open || !rest) return
    const body = rest.subarray(0, open.missingBytes)
    if (told.onBody) told.onBody(body)
    else open.pieces.push(body)
    open.missingBytes -= body.length
    if (open.missingBytes > 0) return
    const { call, pieces } = open
    open = null
    told.onCall({ ...call, body: Buffer.concat(pieces) })
    if (body.length < rest.length) read(rest.subarray(body.length))
  }
}

function parseHead(bytes: Buffer): Pick<ReceivedCall, 'requestLine' | 'headers'> {
  const [requestLine = '', ...lines] = bytes.toString('latin1').split('\r\n')
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])
  return { requestLine, headers: Object.fromEntries(headers) }
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
