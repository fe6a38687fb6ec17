import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../contract/failure.ts'

/** Requests that may be open at once on one connection. Hardly any client sends the next before it has the answer to the last. */
export const PIPELINED_REQUESTS = 16

const openRequests = new WeakMap<Socket, number>()

/**
 * Refuses what is beyond the requests that one connection may have open: their answers would have to be held for those in front.
 * @throws Failure `rate_limited`; the connection closes behind the answer
 */
export function limitPipelining({ raw }: FastifyRequest, reply: FastifyReply): void {
  const { socket } = raw
  const open = (openRequests.get(socket) ?? 0) + 1
  openRequests.set(socket, open)
  reply.raw.once('close', () => openRequests.set(socket, (openRequests.get(socket) ?? 1) - 1))
  if (open <= PIPELINED_REQUESTS) return
  reply.header('connection', 'close')
  throw failure('rate_limited', { retryAfterMs: 1000 })
}
