import { Failure } from '../contract/failure.ts'
import { OutboxRounds, type OutboxStore } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { sidecarsIn } from './recovery/spool-recovery.ts'

const EVERY_MS = 5_000

type DeliveryParts = Pick<GatewayParts, 'database' | 'objectLocks' | 'clock' | 'spoolFolder' | 'logger' | 'metrics'>

/**
 * Delivers to the bucket what waits in the outbox: once at start, then every few seconds. Says once that an outage began, and once that it is
 * over.
 */
export class ObjectDeliveries {
  readonly #outbox: OutboxStore
  readonly #rounds: OutboxRounds
  readonly #everyMs: number
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #isUnderWay = false
  #isStuck = false

  constructor(outbox: OutboxStore, everyMs = EVERY_MS) {
    this.#outbox = outbox
    this.#rounds = new OutboxRounds(outbox)
    this.#everyMs = everyMs
  }

  start(parts: DeliveryParts): void {
    const round = () => {
      if (this.#isUnderWay) return
      this.#isUnderWay = true
      this.#round = this.#deliver(parts).finally(() => {
        this.#isUnderWay = false
      })
    }
    round()
    this.#timer = setInterval(round, this.#everyMs).unref()
  }

  /** Breaks off a round that is under way. What waits is delivered by the next start. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    this.#outbox.close()
    await this.#round
  }

  async #deliver({ database: db, objectLocks: locks, clock, spoolFolder, logger, metrics }: DeliveryParts): Promise<void> {
    let isStuck = this.#isStuck
    try {
      isStuck = !(await this.#rounds.run({ db, locks, clock, unbooked: () => sidecarsIn(spoolFolder) }))
    } catch (error) {
      logger.error({ err: error }, 'the outbox could not be delivered')
    }
    const { waiting } = this.#outbox
    metrics.objectsWaiting(waiting)
    if (isStuck === this.#isStuck) return
    this.#isStuck = isStuck
    if (!this.#isStuck) return logger.warn({}, 'the bucket takes objects again: nothing waits in the outbox any more')
    logger.error(
      { count: waiting, err: await this.#problem() },
      'the bucket takes no objects: they wait in the outbox, and no new calls are taken',
    )
  }

  #problem(): Promise<unknown> {
    return this.#outbox.checkWritable().then(
      () => null,
      (error: unknown) => (error instanceof Failure ? error.cause : error),
    )
  }
}
