import type { UnknownsChecked } from '../../contract/record.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { resolveUnknowns } from './resolve-unknowns.ts'
import { unknownState } from './unknown-alert.ts'

const EVERY_MS = 5 * 60 * 1000

/**
 * Asks about unknown outcomes every five minutes and when somebody wants to know now, one round at a time, and warns of what is beyond the
 * operator's bounds.
 */
export class UnknownRounds {
  #timer: NodeJS.Timeout | null = null
  #round: Promise<unknown> = Promise.resolve()
  #alarm = ''

  /** The first round comes after five minutes: what a start has swept is too young to ask about. */
  start(parts: GatewayParts): void {
    this.#timer = setInterval(() => {
      if (!parts.nodeLife.isCaretaker) return
      this.run(parts, { onDemand: false }).catch((error) => parts.logger.error({ err: error }, 'unknown outcomes could not be asked about'))
    }, EVERY_MS).unref()
  }

  /** One round, behind those under way. */
  run(parts: GatewayParts, options: { onDemand: boolean }): Promise<UnknownsChecked> {
    const round = this.#round.then(async () => {
      const checked = await resolveUnknowns(parts, options)
      await this.#warn(parts)
      return checked
    })
    this.#round = round.catch(() => undefined)
    return round
  }

  /** Resolves when no round is under way any more. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
  }

  /** Once for each state of things, not with every round. */
  async #warn(parts: GatewayParts): Promise<void> {
    const alarm = (await unknownState(parts)).alarms.join('; ')
    if (alarm !== '' && alarm !== this.#alarm)
      parts.logger.warn({ outcome: alarm }, 'unknown outcomes are beyond the bounds of unknown_alert')
    this.#alarm = alarm
  }
}
