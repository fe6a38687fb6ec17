import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fp } from '../../primitives/fail-point.ts'
import { readSidecar, SIDECAR_ENDING } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type Adopter, adoptCall } from './adopt-call.ts'

const EVERY_MS = 30 * 1000

/** What a round over the spool came to. */
export interface SpoolRound {
  /** Calls that were settled from what was on disk of them. */
  settled: number
  /** Attempts whose answers wait in the spool: they could not be booked now, or cannot be read by this release or with this key. */
  left: ReadonlySet<string>
}

/**
 * Settles calls whose answers are in the spool and not on record: at start those of processes that died, afterwards those of this process
 * that the database did not take. One round at a time.
 */
export class SpoolRecovery {
  #timer: NodeJS.Timeout | null = null
  #round: Promise<unknown> = Promise.resolve()

  /** Settles what earlier processes left, then removes what nobody can use. Run it before anything is held as unknown. */
  async begin(parts: GatewayParts): Promise<SpoolRound> {
    const round = await this.run(parts, 'boot-sweep')
    fp('spool_before_empty')
    await emptySpool(parts, round.left)
    return round
  }

  /** Tries again, every half minute, what could not be booked. */
  start(parts: GatewayParts): void {
    this.#timer = setInterval(() => {
      if (parts.sidecars.waiting === 0) return
      this.run(parts, 'spool-round').catch((error: unknown) => parts.logger.error({ err: error }, 'the spool could not be read'))
    }, EVERY_MS).unref()
  }

  /** One round, behind those under way. */
  run(parts: GatewayParts, by: Adopter): Promise<SpoolRound> {
    const round = this.#round.then(() => settleSpool(parts, by))
    this.#round = round.catch(() => undefined)
    return round
  }

  /** Resolves when no round is under way any more. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
  }
}

async function settleSpool(parts: GatewayParts, by: Adopter): Promise<SpoolRound> {
  fp('recovery_before_read')
  const attempts = (await sidecarsIn(parts.spoolFolder)).map((name) => name.slice(0, -SIDECAR_ENDING.length))
  const left = new Set<string>()
  let settled = 0
  for (const attemptId of attempts.sort()) {
    if (parts.sidecars.isOpen(attemptId)) continue
    const adoption = await tryCall(parts, attemptId, by)
    if (adoption === 'settled') settled += 1
    if (adoption === 'left') left.add(attemptId)
  }
  if (settled > 0) parts.afterDelivery.wake()
  return { settled, left }
}

async function tryCall(parts: GatewayParts, attemptId: string, by: Adopter): Promise<'settled' | 'useless' | 'left'> {
  const known = { attempt_id: attemptId }
  try {
    const contents = await readSidecar({ ...parts.sidecars.place, attemptId })
    if (contents === 'foreign') {
      parts.logger.error(known, 'an answer in the spool was sealed with another master key, or by another release; it stays where it is')
      return 'left'
    }
    const adoption = contents === 'empty' ? 'useless' : await adoptCall(parts, attemptId, contents, by)
    fp('recovery_after_settle')
    if (adoption === 'left') return adoption
    await removeCall(parts, attemptId)
    parts.sidecars.adopted(attemptId)
    fp('recovery_after_remove')
    if (adoption === 'settled') parts.logger.warn(known, 'a call was settled from what was on disk of it')
    return adoption
  } catch (error) {
    parts.logger.error({ ...known, err: error }, 'an answer in the spool could not be settled; it stays where it is')
    return 'left'
  }
}

/** Names of what is on disk of calls that are under way or still to be booked. */
export async function sidecarsIn(spoolFolder: string): Promise<string[]> {
  return (await readdir(spoolFolder)).filter((name) => name.endsWith(SIDECAR_ENDING))
}

/** Images first: a sidecar without them would be settled as if they had been lost. */
async function removeCall(parts: GatewayParts, attemptId: string): Promise<void> {
  const files = (await readdir(parts.spoolFolder)).filter((name) => name.startsWith(`${attemptId}-`))
  await Promise.all(files.map((name) => rm(join(parts.spoolFolder, name), { force: true, recursive: true })))
  await rm(join(parts.spoolFolder, attemptId + SIDECAR_ENDING), { force: true })
}

/** Removes what a process that died left half done, but for the answers that still wait. */
async function emptySpool(parts: GatewayParts, left: ReadonlySet<string>): Promise<void> {
  const waits = (name: string) => [...left].some((attemptId) => name === attemptId + SIDECAR_ENDING || name.startsWith(`${attemptId}-`))
  const useless = (await readdir(parts.spoolFolder)).filter((name) => !waits(name))
  await Promise.all(useless.map((name) => rm(join(parts.spoolFolder, name), { force: true, recursive: true })))
}
