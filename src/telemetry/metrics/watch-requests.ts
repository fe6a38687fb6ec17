import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { callBuckets } from './call-buckets.ts'

/** A reply of the HTTP server. */
export interface HttpReply {
  /** Pattern of the route, never the address: one series per route. */
  route: string
  method: string
  status: number
  seconds: number
}

/** What is asked of the gateway, let in, kept waiting and turned away. */
export interface RequestMetrics {
  httpReply(reply: HttpReply): void
  /** What is let in now, and what waits. */
  doorLoad(now: { calls: number; bodyBytes: number; waiting: number }): void
  /** A request that was refused before anything was read, by the code of the refusal. */
  doorRefused(code: string): void
  /** A request that was answered by an earlier call, and how it was recognised: `key`, `shadow`, `coalesced`, `cache`. */
  repeated(attachedBy: string): void
}

/** Registers what is told of requests. */
export function watchRequests(registers: Registry[]): RequestMetrics {
  const replies = new Histogram({
    name: 'darkroom_http_reply_seconds',
    help: 'Time from request to last byte of the reply, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: callBuckets,
    registers,
  })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const calls = gauge('darkroom_calls_under_way', 'Calls that hold a place now.')
  const waiting = gauge('darkroom_requests_waiting', 'Requests that wait for a place now.')
  const bytes = gauge('darkroom_body_bytes', 'Bytes of bodies that are being taken in now.')
  const refusals = new Counter({
    name: 'darkroom_requests_shed_total',
    help: 'Requests that were turned away since start before anything was read, by code.',
    labelNames: ['code'],
    registers,
  })
  const repetitions = new Counter({
    name: 'darkroom_repeated_calls_total',
    help: 'Requests since start that an earlier call answered, at no cost, by how it was recognised.',
    labelNames: ['attached_by'],
    registers,
  })
  return {
    httpReply: ({ seconds, ...labels }) => replies.observe(labels, seconds),
    doorLoad(now) {
      calls.set(now.calls)
      waiting.set(now.waiting)
      bytes.set(now.bodyBytes)
    },
    doorRefused: (code) => refusals.inc({ code }),
    repeated: (attachedBy) => repetitions.inc({ attached_by: attachedBy }),
  }
}
