import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type JobMetrics, watchJobs } from './watch-jobs.ts'
import { type RetentionMetrics, watchRetention } from './watch-retention.ts'

/** A reply of the HTTP server. */
export interface HttpReply {
  /** Pattern of the route, never the address: one series per route. */
  route: string
  method: string
  status: number
  seconds: number
}

/** The end of a generation. */
export interface GenerationEnd {
  operation: string
  surface: string
  /** `completed`, or the class of the outcome that failed it. */
  outcome: string
  seconds: number
}

/** The end of a call to an upstream. */
export interface UpstreamCall {
  routeOwner: string
  /** Class of the outcome: `ok`, `rejected`, `lost` … */
  outcome: string
  seconds: number
  /** Absent when no head came. */
  firstByteSeconds?: number | null
}

/** An amount on one route owner's account; play money is a book of its own. */
export interface BookedAmount {
  routeOwner: string
  book: string
  nanos: bigint
}

/** What is unknown now of one route owner, in one book. */
export interface UnknownOutcomes {
  routeOwner: string
  book: string
  count: number
  heldNanos: bigint
  oldestSeconds: number
}

/** Batches of one route that have not ended. */
export interface OpenBatches {
  routeId: string
  count: number
  oldestSeconds: number
}

/** What the gateway counts, and its text for Prometheus. Labels come from small fixed sets: no ids, no projects, no models asked. */
export interface Metrics extends JobMetrics, RetentionMetrics {
  /** Media type of `render`. */
  readonly contentType: string
  httpReply(reply: HttpReply): void
  generationEnded(end: GenerationEnd): void
  upstreamCall(call: UpstreamCall): void
  /** Money settled by a call. */
  settled(amount: BookedAmount): void
  /** Money newly held because nobody knows whether a call was charged. */
  heldUnknown(amount: BookedAmount): void
  /** The state of a route's breaker, or that it is switched off. */
  routeState(now: { routeId: string; state: string }): void
  /** Pictures in a row were not what was asked of a route. */
  routeReopened(routeId: string): void
  /** How far books and bill of an account are apart, as a share; the route that asks stands for it. */
  costDrift(routeId: string, share: number): void
  /** How much is unknown now; owners that are not named have nothing. */
  unknownOutcomes(now: readonly UnknownOutcomes[]): void
  /** A budget that was spent to a threshold, in percent. */
  budgetAlert(percent: number): void
  /** A call that cost more than was set aside for it. */
  overshot(overBudget: boolean): void
  /** An answer that could not be used was put aside. */
  quarantined(cause: string): void
  /** Upstream's own count of tokens was refused as absurd or at odds with itself, and estimated instead. */
  usageRefused(routeOwner: string): void
  /** The disk failed: nothing more is bought until the next start. */
  storageReadOnly(): void
  /** Kept bytes that were wanted and are gone, or are not what they were. */
  objectUnreadable(reason: 'missing' | 'damaged'): void
  /** What is let in now, and what waits. */
  doorLoad(now: { calls: number; bodyBytes: number; waiting: number }): void
  /** A request that was refused before anything was read, by the code of the refusal. */
  doorRefused(code: string): void
  /** A request that was answered by an earlier call, and how it was recognised: `key`, `shadow`, `coalesced`, `cache`. */
  repeated(attachedBy: string): void
  /** An attempt to tell a receiver of something: `delivered`, or the cause for which it was not. */
  webhookAttempt(end: { outcome: string; seconds: number }): void
  /** No attempt to tell a receiver of something succeeded. */
  webhookExhausted(): void
  /** Nothing goes to a receiver any more. */
  webhookDisabled(why: string): void
  /** What waits to be sent, and in how many lanes failures hold it up. */
  webhooksWaiting(now: { messages: number; heldUp: number }): void
  /** What became of a line of a batch. */
  batchLine(line: string): void
  /** Batches that have not ended; routes that are not named have none. */
  openBatches(now: readonly OpenBatches[]): void
  /** Bytes of image answers that went through the relay. */
  relayed(bytes: number): void
  /** The Prometheus text format, version 0.0.4. */
  render(): Promise<string>
  /** Stops watching the event loop. */
  close(): void
}

/** Upper bounds in seconds: replies of the gateway's own to pictures that take minutes. */
const durationBuckets = [0.005, 0.025, 0.1, 0.5, 2, 5, 10, 20, 40, 60, 90, 120, 180, 300, 600]
const NANOS_PER_SECOND = 1e9
const loopResolutionMs = 20

const availability: Readonly<Record<string, number>> = { closed: 1, half_open: 0.5, open: 0, disabled: 0 }

/** Makes the metrics with a registry of their own, so that two gateways in one process, as in tests, do not count together. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const httpReplies = new Histogram({
    name: 'darkroom_http_reply_seconds',
    help: 'Time from request to last byte of the reply, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: durationBuckets,
    registers,
  })
  const generations = new Histogram({
    name: 'darkroom_generation_seconds',
    help: 'Time a generation took, by operation, surface and outcome.',
    labelNames: ['operation', 'surface', 'outcome'],
    buckets: durationBuckets,
    registers,
  })
  const upstreamCalls = new Histogram({
    name: 'darkroom_upstream_call_seconds',
    help: 'Time an upstream call took, by route owner and outcome class.',
    labelNames: ['route_owner', 'outcome'],
    buckets: durationBuckets,
    registers,
  })
  const firstBytes = new Histogram({
    name: 'darkroom_upstream_first_byte_seconds',
    help: 'Time to the head of an upstream answer, by route owner.',
    labelNames: ['route_owner'],
    buckets: durationBuckets,
    registers,
  })
  const money = (name: string, help: string) => new Counter({ name, help, labelNames: ['route_owner', 'book'], registers })
  const settledNanos = money('darkroom_settled_nanos_total', 'Settled cost in nano-USD since start. The ledger is the exact record.')
  const heldNanos = money('darkroom_held_unknown_nanos_total', 'Nano-USD put on hold since start because a charge is unknown.')
  const routeStates = new Gauge({
    name: 'darkroom_route_available',
    help: '1 while a route takes calls, 0.5 while it is tried again, 0 while its breaker is open or it is switched off.',
    labelNames: ['route'],
    registers,
  })
  const reopened = new Counter({
    name: 'darkroom_route_gate_reopened_total',
    help: 'Times since start that pictures in a row were not what was asked, by route.',
    labelNames: ['route'],
    registers,
  })
  const costDrift = new Gauge({
    name: 'darkroom_cost_drift_ratio',
    help: 'Share of the last seven days on the bill of an account that the ledger does not explain, by route.',
    labelNames: ['route'],
    registers,
  })
  const unknown = watchUnknowns(registers)
  const budgetAlerts = new Counter({
    name: 'darkroom_budget_alerts_total',
    help: 'Budgets that were spent to a threshold since start, by percent.',
    labelNames: ['percent'],
    registers,
  })
  const overshoots = new Counter({
    name: 'darkroom_overshoots_total',
    help: 'Calls that cost more than was set aside for them since start, by whether a budget is above its limit now.',
    labelNames: ['over_budget'],
    registers,
  })
  const quarantined = new Counter({
    name: 'darkroom_quarantined_answers_total',
    help: 'Upstream answers that could not be used and were put aside since start, by cause.',
    labelNames: ['cause'],
    registers,
  })
  const usageRefusals = new Counter({
    name: 'darkroom_usage_refused_total',
    help: 'Answers since start whose token count was negative, absurd or at odds with itself, so that it was estimated, by route owner.',
    labelNames: ['route_owner'],
    registers,
  })
  const readOnly = new Gauge({
    name: 'darkroom_storage_read_only',
    help: '1 once the disk failed and no new calls are taken until the next start.',
    registers,
  })
  const unreadable = new Counter({
    name: 'darkroom_objects_unreadable_total',
    help: 'Kept pictures that were found missing or damaged since start, each time they were looked at.',
    labelNames: ['reason'],
    registers,
  })
  const repetitions = new Counter({
    name: 'darkroom_repeated_calls_total',
    help: 'Requests since start that an earlier call answered, at no cost, by how it was recognised.',
    labelNames: ['attached_by'],
    registers,
  })
  const batches = watchBatches(registers)
  const relayBytes = new Counter({ name: 'darkroom_relay_bytes_total', help: 'Bytes of image answers relayed since start.', registers })
  const door = watchDoor(registers)
  const webhooks = watchWebhooks(registers)
  const jobs = watchJobs(registers)
  const retention = watchRetention(registers)
  const loop = watchEventLoop(registers)

  return {
    contentType: registry.contentType,
    httpReply: ({ seconds, ...labels }) => httpReplies.observe(labels, seconds),
    generationEnded: ({ seconds, ...labels }) => generations.observe(labels, seconds),
    upstreamCall({ routeOwner, outcome, seconds, firstByteSeconds }) {
      upstreamCalls.observe({ route_owner: routeOwner, outcome }, seconds)
      if (firstByteSeconds != null) firstBytes.observe({ route_owner: routeOwner }, firstByteSeconds)
    },
    settled: ({ routeOwner, book, nanos }) => settledNanos.inc({ route_owner: routeOwner, book }, Number(nanos)),
    heldUnknown: ({ routeOwner, book, nanos }) => heldNanos.inc({ route_owner: routeOwner, book }, Number(nanos)),
    routeState: ({ routeId, state }) => routeStates.set({ route: routeId }, availability[state] ?? 0),
    routeReopened: (routeId) => reopened.inc({ route: routeId }),
    costDrift: (routeId, share) => costDrift.set({ route: routeId }, share),
    unknownOutcomes: (now) => unknown(now),
    budgetAlert: (percent) => budgetAlerts.inc({ percent: String(percent) }),
    overshot: (overBudget) => overshoots.inc({ over_budget: String(overBudget) }),
    quarantined: (cause) => quarantined.inc({ cause }),
    usageRefused: (routeOwner) => usageRefusals.inc({ route_owner: routeOwner }),
    storageReadOnly: () => readOnly.set(1),
    objectUnreadable: (reason) => unreadable.inc({ reason }),
    doorLoad: door.load,
    doorRefused: door.refused,
    repeated: (attachedBy) => repetitions.inc({ attached_by: attachedBy }),
    ...jobs,
    ...retention,
    webhookAttempt: webhooks.attempt,
    webhookExhausted: webhooks.exhausted,
    webhookDisabled: webhooks.disabled,
    webhooksWaiting: webhooks.waiting,
    batchLine: (line) => batches.lines.inc({ line }),
    openBatches: (now) => batches.open(now),
    relayed: (bytes) => relayBytes.inc(bytes),
    render: () => registry.metrics(),
    close: () => loop.disable(),
  }
}

/** Gauges of what is unknown; what is not named any more goes back to nothing. */
function watchUnknowns(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['route_owner', 'book'], registers })
  const counts = gauge('darkroom_unknown_outcomes', 'Calls whose outcome nobody knows, by route owner.')
  const held = gauge('darkroom_unknown_held_nanos', 'Nano-USD held for them now. The ledger is the exact record.')
  const oldest = gauge('darkroom_unknown_oldest_seconds', 'How long ago the oldest of them was sent.')
  return (now: readonly UnknownOutcomes[]) => {
    for (const each of [counts, held, oldest]) each.reset()
    for (const { routeOwner, book, count, heldNanos, oldestSeconds } of now) {
      const labels = { route_owner: routeOwner, book }
      counts.set(labels, count)
      held.set(labels, Number(heldNanos))
      oldest.set(labels, oldestSeconds)
    }
  }
}

/** What receivers are told, and what of it they do not take. */
function watchWebhooks(registers: Registry[]) {
  const attempts = new Histogram({
    name: 'darkroom_webhook_attempt_seconds',
    help: 'Time an attempt to deliver a webhook took, by outcome: delivered, or the cause for which it was not.',
    labelNames: ['outcome'],
    buckets: [0.025, 0.1, 0.5, 1, 2, 5, 10, 15],
    registers,
  })
  const exhausted = new Counter({ name: 'darkroom_webhooks_exhausted_total', help: 'Webhooks given up since start.', registers })
  const disabled = new Counter({
    name: 'darkroom_webhook_endpoints_disabled_total',
    help: 'Receivers that were disabled since start, by why.',
    labelNames: ['why'],
    registers,
  })
  const waiting = new Gauge({ name: 'darkroom_webhooks_waiting', help: 'Webhooks that wait to be sent, counted every minute.', registers })
  const heldUp = new Gauge({
    name: 'darkroom_webhook_lanes_held_up',
    help: 'Receivers whose failures in a row hold up what waits for them, counted every minute.',
    registers,
  })
  return {
    attempt: ({ outcome, seconds }: { outcome: string; seconds: number }) => attempts.observe({ outcome }, seconds),
    exhausted: () => exhausted.inc(),
    disabled: (why: string) => disabled.inc({ why }),
    waiting(now: { messages: number; heldUp: number }) {
      waiting.set(now.messages)
      heldUp.set(now.heldUp)
    },
  }
}

/** What is in batches, and what comes back of them. */
function watchBatches(registers: Registry[]) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['route'], registers })
  const counts = gauge('darkroom_batches_open', 'Batches that have not ended, by route.')
  const oldest = gauge('darkroom_batch_oldest_seconds', 'How long ago the oldest of them was begun.')
  const lines = new Counter({
    name: 'darkroom_batch_lines_total',
    help: 'Lines of batches that ended since start, by what became of them.',
    labelNames: ['line'],
    registers,
  })
  const open = (now: readonly OpenBatches[]) => {
    for (const each of [counts, oldest]) each.reset()
    for (const { routeId, count, oldestSeconds } of now) {
      counts.set({ route: routeId }, count)
      oldest.set({ route: routeId }, oldestSeconds)
    }
  }
  return { lines, open }
}

/** What is let in, what waits and what is turned away. */
function watchDoor(registers: Registry[]) {
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
  return {
    load(now: { calls: number; bodyBytes: number; waiting: number }) {
      calls.set(now.calls)
      waiting.set(now.waiting)
      bytes.set(now.bodyBytes)
    },
    refused: (code: string) => refusals.inc({ code }),
  }
}

/** Event-loop lag since the last scrape, and the memory in use. */
function watchEventLoop(registers: Registry[]) {
  const loop = monitorEventLoopDelay({ resolution: loopResolutionMs })
  loop.enable()
  const lagSeconds = (nanoseconds: number) => Math.max(0, (nanoseconds - loopResolutionMs * 1e6) / NANOS_PER_SECOND)
  new Gauge({
    name: 'darkroom_event_loop_lag_seconds',
    help: 'How much later than due the event loop turned, by quantile, since the last scrape.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [50, 90, 99])
        this.set({ quantile: String(quantile / 100) }, loop.count > 0 ? lagSeconds(loop.percentile(quantile)) : 0)
      this.set({ quantile: '1' }, loop.count > 0 ? lagSeconds(loop.max) : 0)
      loop.reset()
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  return loop
}
