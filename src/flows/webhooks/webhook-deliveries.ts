import { setTimeout as wait } from 'node:timers/promises'
import { failure } from '../../contract/failure.ts'
import { statementContext, type WebhookEndpointRow, type WebhookMessageRow } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import {
  attemptDelaysMs,
  claimMessages,
  endpointsById,
  type LaneOutcome,
  Lanes,
  nextDueOf,
  releaseClaimsOfEnded,
  waitingLanes,
} from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { ATTEMPT_TIMEOUT_MS } from './call-receiver.ts'
import { type DeliveryEnd, deliverMessage, type WebhookPace } from './deliver-message.ts'
import { type CallTargetsOf, type HandOut, handOutEvents } from './hand-out-events.ts'
import { plainUnifiedBody, type UnifiedBodyOf } from './render-message.ts'

const SECOND = 1000
/** How often events are looked for that nobody woke us for. */
const LOOK_EVERY_MS = 5 * SECOND
/** How often all that waits is counted anew: what a failing database left unsaid is found then. */
const COUNT_EVERY_MS = 60 * SECOND
/** How long an attempt may be under way before another process may make it. */
const LEASE_MS = 60 * SECOND
/** How long the end of a gateway waits for attempts under way. */
const LAST_ANSWERS_MS = 2 * SECOND
/** Tests under way at once: each waits for a receiver while its caller waits for it. */
const MOST_TESTS = 8
/** Pause behind a failure of our own. */
const AFTER_FAULT_MS = 5 * SECOND

/** What deliveries are made of; the defaults are the product's. */
export interface WebhookDeliveriesOptions {
  /** The one place where jobs say which receivers their calls named. @default no event has one */
  callTargetsOf?: CallTargetsOf
  /** The one place where jobs are written in the unified shape. @default as far as the event says it */
  unifiedBody?: UnifiedBodyOf
  /** How patiently messages are sent. @default ten attempts over three days, of fifteen seconds each */
  pace?: Partial<WebhookPace>
}

const TOO_MANY_TESTS = 'Too many tests of webhooks are under way. Nothing was sent or charged; wait for those to end.'

const noCallTargets: CallTargetsOf = async () => new Map()

/**
 * Tells receivers what happened: makes messages of events and sends them, each receiver in a lane of its own. What is to be sent stands in the
 * database, with the process that is sending it; a process that dies leaves it to the next, which sends it under the same id.
 */
export class WebhookDeliveries {
  /** How patiently messages are sent. */
  readonly pace: WebhookPace
  readonly #handOut: HandOut
  readonly #lanes = new Lanes()
  readonly #underWay = new Set<Promise<void>>()
  readonly #breakOff = new AbortController()
  #isClosing = false
  #working: Promise<void> | null = null
  #woken = Promise.withResolvers<void>()
  #lookAtMs = 0
  #countAtMs = 0
  #tests = 0

  constructor({ callTargetsOf = noCallTargets, unifiedBody = plainUnifiedBody, pace = {} }: WebhookDeliveriesOptions = {}) {
    this.#handOut = { callTargetsOf, unifiedBody }
    this.pace = { delaysMs: attemptDelaysMs, timeoutMs: ATTEMPT_TIMEOUT_MS, ...pace }
  }

  /** What writes events in the unified shape. */
  get unifiedBody(): UnifiedBodyOf {
    return this.#handOut.unifiedBody
  }

  /** Starts with what earlier processes left. */
  async start(parts: GatewayParts): Promise<void> {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    await parts.database.transact([releaseClaimsOfEnded(context)])
    this.#working = this.#work(parts)
  }

  /** Events were put on record. */
  wake(): void {
    this.#lookAtMs = 0
    this.#woken.resolve()
  }

  /** Messages of a receiver are to be sent now, whatever its earlier ones came to. */
  resume({ lane, project_id }: Pick<WebhookEndpointRow, 'lane' | 'project_id'>, nowMs: number): void {
    this.#lanes.reset(lane)
    this.#lanes.due({ lane, projectId: project_id, atMs: nowMs })
    this.#woken.resolve()
  }

  /** A place for a test; whoever has it gives it back. @throws `Failure('rate_limited')` */
  takeTestPlace(): Disposable {
    if (this.#tests >= MOST_TESTS) throw failure('rate_limited', { message: TOO_MANY_TESTS, retryAfterMs: 5 * SECOND })
    this.#tests += 1
    return {
      [Symbol.dispose]: () => {
        this.#tests -= 1
      },
    }
  }

  /**
   * Hands out events and begins every attempt that may begin now.
   * @returns when to come again, unless an attempt ends before; null = no time is known
   */
  async turn(parts: GatewayParts): Promise<number | null> {
    const nowMs = parts.clock.nowMs()
    if (nowMs >= this.#countAtMs) await this.#count(parts, nowMs)
    if (nowMs >= this.#lookAtMs) await this.#look(parts, nowMs)
    const lanes = this.#isClosing ? [] : this.#lanes.ready(nowMs)
    await Promise.all(lanes.map((lane) => this.#send(parts, lane)))
    this.#lanes.tidy()
    return this.#lanes.nextAtMs()
  }

  /** Resolves when no attempt is under way. */
  async quiet(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Lets attempts under way end for a while, then breaks them off: the next start sends those messages again, under the same ids. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#woken.resolve()
    await this.#working
    const tooLate = setTimeout(() => this.#breakOff.abort(), LAST_ANSWERS_MS)
    await this.quiet()
    clearTimeout(tooLate)
  }

  async #work(parts: GatewayParts): Promise<void> {
    while (!this.#isClosing) {
      this.#woken = Promise.withResolvers()
      const nextAtMs = await this.turn(parts).catch((error: unknown) => {
        parts.logger.error({ err: error }, 'webhooks could not be looked after')
        return parts.clock.nowMs() + AFTER_FAULT_MS
      })
      await this.#pause(Math.min((nextAtMs ?? Number.POSITIVE_INFINITY) - parts.clock.nowMs(), LOOK_EVERY_MS))
    }
  }

  /** Waits, unless somebody wakes it. */
  async #pause(pauseMs: number): Promise<void> {
    const timer = new AbortController()
    const over = wait(Math.max(0, pauseMs), undefined, { signal: timer.signal, ref: false }).catch(() => undefined)
    await Promise.race([over, this.#woken.promise])
    timer.abort()
  }

  /** Makes messages of events that wait, some at a time: what is made is sent meanwhile. */
  async #look(parts: GatewayParts, nowMs: number): Promise<void> {
    this.#lookAtMs = nowMs + LOOK_EVERY_MS
    // Two that made messages of the same events would be in each other's way.
    if (!parts.nodeLife.isCaretaker) return
    try {
      const { events, told } = await handOutEvents(parts, this.#handOut)
      for (const { lane, project_id } of told) this.#lanes.due({ lane, projectId: project_id, atMs: nowMs })
      if (events > 0) this.wake()
    } catch (error) {
      this.#lookAtMs = nowMs + AFTER_FAULT_MS
      parts.logger.error({ err: error }, 'events could not be handed out')
    }
  }

  async #count(parts: GatewayParts, nowMs: number): Promise<void> {
    const waiting = await waitingLanes(parts.database)
    for (const { lane, project_id, due_at_ms } of waiting) this.#lanes.due({ lane, projectId: project_id, atMs: due_at_ms })
    this.#countAtMs = nowMs + COUNT_EVERY_MS
    parts.metrics.webhookLanesHeldUp(this.#lanes.open)
  }

  /** Takes what is due of a lane, as much as there is room for, and begins to send it. */
  async #send(parts: GatewayParts, lane: string): Promise<void> {
    const room = this.#lanes.room(lane)
    for (let place = 0; place < room; place++) this.#lanes.begin(lane)
    if (room === 0) return
    // What becomes due while the database is asked is told to the lane by whoever makes it so.
    this.#lanes.forgetDue(lane)
    let taken = 0
    try {
      const { messages, endpoints, nextAtMs } = await this.#claim(parts, lane, room)
      if (nextAtMs !== null) this.#lanes.dueAgain(lane, nextAtMs)
      for (const message of messages) this.#begin(parts, message, endpoints.get(message.endpoint_id) ?? null)
      taken = messages.length
    } catch (error) {
      this.#lanes.dueAgain(lane, parts.clock.nowMs() + AFTER_FAULT_MS)
      parts.logger.error({ err: error }, 'webhooks that are due could not be taken')
    } finally {
      for (let place = taken; place < room; place++) this.#lanes.end(lane, 'left')
    }
  }

  async #claim(parts: GatewayParts, lane: string, limit: number) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const [claimed] = await parts.database.transact([claimMessages(context, { lane, limit, by: parts.bootId, leaseMs: LEASE_MS })])
    fp('webhook_after_claim')
    const messages = claimed!.rows as unknown as WebhookMessageRow[]
    const endpoints = await endpointsById(parts.database, [...new Set(messages.map(({ endpoint_id }) => endpoint_id))])
    const nextAtMs = messages.length === limit ? context.nowMs : await nextDueOf(parts.database, lane)
    return { messages, endpoints, nextAtMs }
  }

  #begin(parts: GatewayParts, message: WebhookMessageRow, endpoint: WebhookEndpointRow | null): void {
    const attempt = this.#attempt(parts, message, endpoint).then((outcome) => {
      this.#lanes.end(message.lane, outcome)
      this.#underWay.delete(attempt)
      this.#woken.resolve()
    })
    this.#underWay.add(attempt)
  }

  /** Never rejects. What could not be kept is found again when the claim has run out. */
  async #attempt(parts: GatewayParts, message: WebhookMessageRow, endpoint: WebhookEndpointRow | null): Promise<LaneOutcome> {
    try {
      const end = await deliverMessage(parts, { message, endpoint, pace: this.pace, signal: this.#breakOff.signal })
      const nextAtMs = end.recorded?.nextAttemptAtMs ?? null
      if (nextAtMs !== null) this.#lanes.dueAgain(message.lane, nextAtMs)
      // Others are told of what was given up.
      if (end.recorded?.state === 'exhausted' || end.recorded?.state === 'cancelled') this.wake()
      return laneOutcome(parts, end)
    } catch (error) {
      parts.logger.error(
        { err: error, message_id: message.id, webhook_id: message.endpoint_id },
        'what came of a webhook could not be kept',
      )
      return 'left'
    }
  }
}

function laneOutcome({ clock, chance }: GatewayParts, { answer }: DeliveryEnd): LaneOutcome {
  if (answer === null) return 'left'
  if (answer.cause === null) return 'succeeded'
  return { nowMs: clock.nowMs(), retryAfterMs: answer.retryAfterMs, chance: chance() }
}
