import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorBody, failure } from '../contract/failure.ts'
import type { FailureCode } from '../contract/failure-catalogue.ts'
import { newId } from '../primitives/ids.ts'
import { securityHeaders } from './security-headers.ts'

/** How long a refused connection may take to go by itself. */
const LINGER_MS = 2000

/** Requests that are not HTTP, or whose head is too large or too slow: answered in the envelope, then closed. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  refuse(socket, codeOf(error))
}

function codeOf({ code }: NodeJS.ErrnoException): FailureCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_timeout' : 'invalid_http'
}

/**
 * Takes over what Node would answer in its own words: CONNECT is no method of ours, and an `Expect` header is left to the request's
 * handling, which says 100 once it wants the body.
 */
export function answerInOwnWords(server: Server): void {
  server.on('connect', (_request, socket) => refuse(socket, 'method_not_allowed'))
  for (const event of ['checkContinue', 'checkExpectation'] as const)
    server.on(event, (request, response) => server.emit('request', request, response))
}

/** True when the client waits to be told that its body is wanted. */
export function awaitsContinue({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers.expect?.toLowerCase() === '100-continue'
}

function refuse(socket: Duplex, code: FailureCode): void {
  if (!socket.writable) return void socket.destroy()
  const answer = failure(code)
  const body = JSON.stringify(errorBody(answer, { requestId: newId('req') }))
  const head = [
    `HTTP/1.1 ${answer.status} Refused`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  // What else comes is read and dropped, so that the answer is not lost with it; but not for ever.
  socket.resume()
  setTimeout(() => socket.destroy(), LINGER_MS).unref()
}
