import { setTimeout as wait } from 'node:timers/promises'
import type { ResponseTurnRow } from '../../db/index.ts'
import { openBackgroundTurns } from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { askForResponse } from './ask-for-response.ts'

/** Turns that are asked for in one go. */
const BATCH = 100
const SHORTEST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/**
 * Asks upstream for background responses until they are finished. What is to be asked for stands in the database, so that a response that
 * was begun by a process that died is brought home by the next, and never bought again.
 */
export class BackgroundResponses {
  readonly #shortestPauseMs: number
  readonly #closing = new AbortController()
  #parts: GatewayParts | null = null
  #working: Promise<void> | null = null
  #pauseMs: number
  #woken = Promise.withResolvers<void>()

  /** @param shortestPauseMs between two rounds of questions; it grows while nothing finishes. */
  constructor(shortestPauseMs: number = SHORTEST_PAUSE_MS) {
    this.#shortestPauseMs = shortestPauseMs
    this.#pauseMs = shortestPauseMs
  }

  /** Starts with what earlier processes left. */
  start(parts: GatewayParts): void {
    this.#parts = parts
    this.wake()
  }

  /** A response was begun, or may have ended. */
  wake(): void {
    if (this.#parts === null || this.#closing.signal.aborted) return
    this.#pauseMs = this.#shortestPauseMs
    this.#woken.resolve()
    this.#working ??= this.#work(this.#parts).finally(() => {
      this.#working = null
    })
  }

  /** Resolves when no question is under way any more; what is open is left for the next start. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#woken.resolve()
    await this.#working
  }

  async #work(parts: GatewayParts): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const open = await openBackgroundTurns(parts.database, BATCH, { is: parts.bootId })
      if (open.length === 0) return
      await this.#pause()
      for (const turn of open) await this.#ask(parts, turn)
      this.#pauseMs = Math.min(this.#pauseMs * 1.5, LONGEST_PAUSE_MS)
    }
  }

  async #ask(parts: GatewayParts, turn: ResponseTurnRow): Promise<void> {
    if (this.#closing.signal.aborted) return
    try {
      await askForResponse(parts, turn)
    } catch (error) {
      parts.logger.error({ generation_id: turn.generation_id, err: error }, 'a background response could not be asked for')
    }
  }

  /** Waits, unless somebody wakes it. */
  async #pause(): Promise<void> {
    this.#woken = Promise.withResolvers<void>()
    const timer = new AbortController()
    await Promise.race([wait(this.#pauseMs, undefined, { signal: timer.signal }).catch(() => undefined), this.#woken.promise])
    timer.abort()
  }
}
