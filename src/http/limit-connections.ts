import type { Server } from 'node:http'

/** A look at every connection is not for every one that is dropped. */
const ROOM_EVERY_MS = 100

/** Bounds the connections at once. What is beyond is closed unanswered; idle ones make room for the next, so that health checks come through. */
export function limitConnections(server: Server, connections: number): void {
  let madeAtMs = Number.NEGATIVE_INFINITY
  server.maxConnections = connections
  server.on('drop', () => {
    if (performance.now() - madeAtMs < ROOM_EVERY_MS) return
    madeAtMs = performance.now()
    server.closeIdleConnections()
  })
}
