import type { Server } from 'node:http'

/** Bounds the connections at once. What is beyond is closed unanswered; idle ones make room first, so that health checks come through. */
export function limitConnections(server: Server, connections: number): void {
  server.maxConnections = connections
  server.on('drop', () => server.closeIdleConnections())
}
