import type { IncomingMessage } from 'node:http'
import { answerBrokenRequest } from './broken-request.ts'

/** How promptly a request's body must come. */
export interface BodyPace {
  /** A body that is read whole before it is handled must be there by then; an upload has this long before its rate counts. */
  graceMs: number
  /** Slowest upload that is waited for, over its whole time. */
  bytesPerSecond: number
  /** How often an upload is looked at. */
  checkEveryMs: number
}

/** 30 s for a body of up to a megabyte, and then 50 KB a second for uploads: slower senders hold a connection and a file open for nothing. */
export const defaultBodyPace: BodyPace = { graceMs: 30_000, bytesPerSecond: 50_000, checkEveryMs: 5_000 }

/** Answers 408 and closes when a request's body has not come whole in time. */
export function watchBufferedBody(request: IncomingMessage, { graceMs }: BodyPace): void {
  if (request.complete) return
  const timer = setTimeout(() => refuse(request), graceMs)
  endWith(request, () => clearTimeout(timer))
}

/** Answers 408 and closes when an upload stays behind the slowest rate. */
export function watchUpload(request: IncomingMessage, pace: BodyPace): void {
  if (request.complete) return
  const { socket } = request
  const [startedMs, before] = [performance.now(), socket.bytesRead]
  const timer = setInterval(() => {
    const countedSeconds = (performance.now() - startedMs - pace.graceMs) / 1000
    // Bytes lie unread while the disk is slow: then the sender is not the slow one.
    if (request.readableLength >= request.readableHighWaterMark || countedSeconds <= 0) return
    if (socket.bytesRead - before < countedSeconds * pace.bytesPerSecond) refuse(request)
  }, pace.checkEveryMs)
  endWith(request, () => clearInterval(timer))
}

function refuse(request: IncomingMessage): void {
  answerBrokenRequest(Object.assign(new Error('the body came too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), request.socket)
}

function endWith(request: IncomingMessage, stop: () => void): void {
  request.once('end', stop)
  request.once('close', stop)
}
