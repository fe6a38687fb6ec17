import { Counter, Histogram, type Registry } from 'prom-client'
import { callBuckets } from './call-buckets.ts'

/** The end of a generation. */
export interface GenerationEnd {
  operation: string
  surface: string
  /** `completed`, or the code of the failure that ended it. */
  outcome: string
  seconds: number
}

/** The end of a call to an upstream. */
export interface UpstreamCall {
  routeOwner: string
  /** Class of the outcome: `ok`, `rejected`, `lost` … */
  outcome: string
  /** Why it is no `ok`: a word of the class, or `http_` and the status of a refusal; null for a success. */
  cause: string | null
  seconds: number
  /** Absent when no head came. */
  firstByteSeconds?: number | null
}

/** Pictures delivered by one route owner; play pictures are a book of their own. */
export interface DeliveredPictures {
  routeOwner: string
  book: string
  pictures: number
}

/** Rate, errors and duration of calls, and what they brought. */
export interface CallMetrics {
  generationEnded(end: GenerationEnd): void
  upstreamCall(call: UpstreamCall): void
  delivered(pictures: DeliveredPictures): void
  /** An answer that could not be used was put aside. */
  quarantined(cause: string): void
  /** Upstream's own count of tokens was refused as absurd or at odds with itself, and estimated instead. */
  usageRefused(routeOwner: string): void
  /** Bytes of image answers that went through the relay. */
  relayed(bytes: number): void
}

/** Registers what is told of calls. */
export function watchCalls(registers: Registry[]): CallMetrics {
  const histogram = (name: string, help: string, labelNames: string[]) =>
    new Histogram({ name, help, labelNames, buckets: callBuckets, registers })
  const counter = (name: string, help: string, labelNames: string[]) => new Counter({ name, help, labelNames, registers })
  const generations = histogram('darkroom_generation_seconds', 'Time a generation took, by operation, surface and outcome.', [
    'operation',
    'surface',
    'outcome',
  ])
  const calls = histogram('darkroom_upstream_call_seconds', 'Time an upstream call took, by route owner and outcome class.', [
    'route_owner',
    'outcome',
  ])
  const firstBytes = histogram('darkroom_upstream_first_byte_seconds', 'Time to the head of an upstream answer, by route owner.', [
    'route_owner',
  ])
  const failures = counter(
    'darkroom_upstream_failures_total',
    'Upstream calls since start that were no success, by route owner, outcome class and cause.',
    ['route_owner', 'outcome', 'cause'],
  )
  const pictures = counter('darkroom_pictures_total', 'Pictures of upstreams delivered and booked since start, by route owner and book.', [
    'route_owner',
    'book',
  ])
  const quarantined = counter(
    'darkroom_quarantined_answers_total',
    'Upstream answers that could not be used and were put aside since start, by cause.',
    ['cause'],
  )
  const usageRefusals = counter(
    'darkroom_usage_refused_total',
    'Answers since start whose token count was negative, absurd or at odds with itself, so that it was estimated, by route owner.',
    ['route_owner'],
  )
  const relayBytes = counter('darkroom_relay_bytes_total', 'Bytes of image answers relayed since start.', [])
  return {
    generationEnded: ({ seconds, ...labels }) => generations.observe(labels, seconds),
    upstreamCall({ routeOwner, outcome, cause, seconds, firstByteSeconds }) {
      calls.observe({ route_owner: routeOwner, outcome }, seconds)
      if (cause !== null) failures.inc({ route_owner: routeOwner, outcome, cause })
      if (firstByteSeconds != null) firstBytes.observe({ route_owner: routeOwner }, firstByteSeconds)
    },
    delivered: ({ routeOwner, book, pictures: count }) => pictures.inc({ route_owner: routeOwner, book }, count),
    quarantined: (cause) => quarantined.inc({ cause }),
    usageRefused: (routeOwner) => usageRefusals.inc({ route_owner: routeOwner }),
    relayed: (bytes) => relayBytes.inc(bytes),
  }
}
