import { type Database, statementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import { findLiveKey, noteUse } from './key-statements.ts'

/** A key that is known. */
export interface KnownKey {
  id: string
  projectId: string
  /** When it stops working; null = not by itself. */
  expiresAtMs: number | null
}

/** How long an answer of the database holds: the longest a key revoked elsewhere still works. */
const HOLDS_MS = 5_000
/** How exactly the last use of a key is known. */
const NOTED_EVERY_MS = 60_000
/** Far more keys than are used within five seconds; reached only by a flood of invented ones. */
const REMEMBERED_KEYS = 10_000

interface Remembered {
  lookup: Promise<KnownKey | null>
  untilMs: number
}

/**
 * Looks keys up by their digest and remembers what was found for a few seconds. Requests that come at once with one key share one
 * look-up. Unknown digests are remembered as well, so that a wrong key in a loop does not reach the database each time.
 */
export class KnownKeys {
  readonly #parts: { db: Database; clock: Clock; newId: IdSource; logger?: { warn(details: object, message: string): void } }
  readonly #remembered = new Map<string, Remembered>()
  readonly #notedAtMs = new Map<string, number>()

  constructor(parts: { db: Database; clock: Clock; newId: IdSource; logger?: { warn(details: object, message: string): void } }) {
    this.#parts = parts
  }

  /** The key behind a digest, or null when there is none or it was revoked. Notes its use. */
  async find(digest: string): Promise<KnownKey | null> {
    const nowMs = this.#parts.clock.monotonicMs()
    const remembered = this.#remembered.get(digest)
    const found = await (remembered && nowMs < remembered.untilMs ? remembered.lookup : this.#lookUp(digest, nowMs))
    // A key that runs out does so on time, also while it is remembered.
    if (!found || (found.expiresAtMs !== null && found.expiresAtMs <= this.#parts.clock.nowMs())) return null
    this.#note(found.id, nowMs)
    return found
  }

  /** Forgets what was found for a digest. */
  forget(digest: string): void {
    this.#remembered.delete(digest)
  }

  /** Forgets everything: a whole project was closed or opened again. */
  forgetAll(): void {
    this.#remembered.clear()
  }

  #lookUp(digest: string, nowMs: number): Promise<KnownKey | null> {
    const lookup = this.#read(digest)
    if (this.#remembered.size >= REMEMBERED_KEYS) this.#remembered.clear()
    this.#remembered.set(digest, { lookup, untilMs: nowMs + HOLDS_MS })
    // A database that could not answer has not said that the key is unknown.
    lookup.catch(() => this.#remembered.delete(digest))
    return lookup
  }

  async #read(digest: string): Promise<KnownKey | null> {
    const [row] = await this.#parts.db.read(findLiveKey(this.#parts.db, digest, this.#parts.clock.nowMs()))
    return row ? { id: row.id, projectId: row.project_id, expiresAtMs: row.expires_at_ms } : null
  }

  /** Nobody waits for this: a note that fails is made at the next use. */
  #note(id: string, nowMs: number): void {
    const notedAtMs = this.#notedAtMs.get(id)
    if (notedAtMs !== undefined && nowMs - notedAtMs < NOTED_EVERY_MS) return
    this.#notedAtMs.set(id, nowMs)
    const { db, clock, newId, logger } = this.#parts
    db.transact([noteUse(statementContext(db, clock, newId), id)]).catch((error: unknown) => {
      this.#notedAtMs.delete(id)
      logger?.warn({ keyId: id, err: error }, 'the last use of a key could not be noted')
    })
  }
}
