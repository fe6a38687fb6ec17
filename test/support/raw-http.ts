import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What came back over a bare socket. */
export interface RawAnswer {
  /** Null when no status line came. */
  status: number | null
  /** Names in lower case. */
  headers: Record<string, string>
  body: string
  /** Interim answers that came first, e.g. 100. */
  interim: number[]
  /** The server ended the connection, or it was still open when the answer was whole. */
  ending: 'closed' | 'open'
}

/**
 * Writes bytes to a server as they are and reads one answer, which no HTTP library has tidied up on either side.
 * @param isHead true when the answer has no body whatever its content-length says
 */
export async function exchange(url: string, request: string | Uint8Array, { isHead = false } = {}): Promise<RawAnswer> {
  const socket = await openSocket(url)
  const pieces: Buffer[] = []
  const { promise, resolve } = Promise.withResolvers<RawAnswer>()
  socket.on('data', (piece: Buffer) => {
    pieces.push(piece)
    const answer = readAnswer(Buffer.concat(pieces).toString('latin1'), isHead)
    if (answer) resolve({ ...answer, ending: 'open' })
  })
  socket.on('close', () => {
    const text = Buffer.concat(pieces).toString('latin1')
    const answer = readAnswer(text, true) ?? { status: null, headers: {}, body: '', interim: [] }
    resolve({ ...answer, ending: 'closed' })
  })
  socket.write(request)
  const answer = await promise
  socket.destroy()
  return answer
}

/** A connected socket whose errors are not thrown: how a connection ends is what these tests look at. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** A request as text. With a body its length is announced; without one nothing is said about a body. */
export function rawRequest(line: string, headers: Readonly<Record<string, string>>, body?: string): string {
  const length: Record<string, string> = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`
}

function readAnswer(text: string, anyLength: boolean): Omit<RawAnswer, 'ending'> | null {
  const interim: number[] = []
  let rest = text
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) return null
    const [statusLine, ...lines] = rest.slice(0, end).split('\r\n')
    const status = Number(statusLine!.split(' ')[1])
    rest = rest.slice(end + 4)
    if (status < 200) {
      interim.push(status)
      continue
    }
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const isWhole = anyLength || status === 204 || status === 304 || rest.length >= Number(headers['content-length'] ?? Number.NaN)
    return isWhole ? { status, headers, body: rest, interim } : null
  }
}

/** The body of a whole answer in chunks, without their borders; `isWhole` when the last chunk was there. */
export function withoutChunks(answer: Buffer): { body: Buffer; isWhole: boolean } {
  const pieces: Buffer[] = []
  let at = answer.indexOf('\r\n\r\n') + 4
  for (;;) {
    const lineEnd = answer.indexOf('\r\n', at)
    const length = lineEnd < 0 ? Number.NaN : Number.parseInt(answer.toString('latin1', at, lineEnd), 16)
    if (!(length > 0)) return { body: Buffer.concat(pieces), isWhole: length === 0 }
    pieces.push(answer.subarray(lineEnd + 2, lineEnd + 2 + length))
    at = lineEnd + 2 + length + 2
  }
}
