import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

const nothing = Buffer.alloc(0)

/**
 * Requests up to this size count as handed over when TLS took them. TLS reports a finished write up to a turn of the
 * event loop after the kernel has the bytes; a reset can be seen in between. What fits a socket's send buffer normally
 * leaves at once, so for it the doubt is resolved towards "sent".
 */
const TLS_DOUBT_BYTES = 256 * 1024

/**
 * Calls back when everything written to the socket so far has been taken by the kernel: at once when it already has,
 * never when the socket breaks first. undici reports a request as sent as soon as it is queued in the process: for a
 * long body that is far too early, and a cut upload, which surely costs nothing, would look like a lost call.
 *
 * An empty write marks the place in the queue: its callback comes when all bytes before it are gone.
 */
export function whenHandedOver(socket: Socket, writtenBytes: number, callback: () => void): void {
  const doubtful = socket instanceof TLSSocket && writtenBytes <= TLS_DOUBT_BYTES
  if (!doubtful && socket.writableLength > 0) {
    socket.write(nothing, (error) => {
      if (!error) callback()
    })
    return
  }
  // A write that the kernel refused also leaves an empty queue, but an error with it.
  if (!socket.errored) callback()
}
