import { randomBytes } from 'node:crypto'
import { failure } from '../contract/failure.ts'
import { type Database, statementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import { Secret } from '../primitives/secret.ts'
import { keyDigest } from './api-key.ts'
import { deleteSession, findSession, insertSession } from './session-statements.ts'

/** What a session stands for. */
export interface BrowserSession {
  /** Of the key or admin token that opened it. */
  credentialDigest: string
  expiresAtMs: number
}

/** A session as the browser gets it, once. */
export interface OpenedSession extends BrowserSession {
  token: Secret
}

interface BrowserSessionsParts {
  db: Database
  clock: Clock
  newId: IdSource
  pepper: Secret
}

/** A working day: whoever comes back the next morning signs in again. */
export const SESSION_MS = 12 * 60 * 60 * 1000
/** How long an answer of the database holds: the longest a session ended elsewhere still works. */
const HOLDS_MS = 5_000
/** Far more people than are at work within five seconds; reached only by a flood of invented tokens. */
const REMEMBERED = 10_000
const TOKEN_BYTES = 32
const tokenPattern = /^[A-Za-z0-9_-]{43}$/

/**
 * Sessions of people at the studio. A token is 256 bits of chance and is kept as a digest. What it may do is asked of its key or admin token with
 * every request, so a session ends with the credential that opened it.
 */
export class BrowserSessions {
  readonly #parts: BrowserSessionsParts
  readonly #remembered = new Map<string, { lookup: Promise<BrowserSession | null>; untilMs: number }>()

  constructor(parts: BrowserSessionsParts) {
    this.#parts = parts
  }

  /** Opens a session for a credential that was found good. @throws `Failure('database_unavailable')` */
  async open(credentialDigest: string): Promise<OpenedSession> {
    const { db, clock, newId, pepper } = this.#parts
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const session = { credentialDigest, expiresAtMs: clock.nowMs() + SESSION_MS }
    await db.transact(insertSession(statementContext(db, clock, newId), { digest: keyDigest(pepper, token), ...session }))
    return { ...session, token: new Secret(token) }
  }

  /** The session of a token. @throws `Failure('invalid_api_key')` when there is none, or it is over. */
  async find(token: string): Promise<BrowserSession> {
    if (!tokenPattern.test(token)) throw failure('invalid_api_key')
    const found = await this.#find(keyDigest(this.#parts.pepper, token))
    if (!found || found.expiresAtMs <= this.#parts.clock.nowMs()) throw failure('invalid_api_key')
    return found
  }

  /** Ends the session of a token: at once in this process, within five seconds in others. One that is over already is no error. */
  async end(token: string): Promise<void> {
    const { db, clock, newId, pepper } = this.#parts
    const digest = keyDigest(pepper, token)
    await db.transact([deleteSession(statementContext(db, clock, newId), digest)])
    this.#remembered.delete(digest)
  }

  /** Forgets what was read: another process has changed something. */
  forgetKnown(): void {
    this.#remembered.clear()
  }

  #find(digest: string): Promise<BrowserSession | null> {
    const nowMs = this.#parts.clock.monotonicMs()
    const remembered = this.#remembered.get(digest)
    if (remembered && nowMs < remembered.untilMs) return remembered.lookup
    const lookup = this.#read(digest)
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear()
    this.#remembered.set(digest, { lookup, untilMs: nowMs + HOLDS_MS })
    // A database that could not answer has not said that there is none.
    lookup.catch(() => this.#remembered.delete(digest))
    return lookup
  }

  async #read(digest: string): Promise<BrowserSession | null> {
    const [row] = await this.#parts.db.read(findSession(this.#parts.db, digest))
    return row ? { credentialDigest: row.credential_digest, expiresAtMs: row.expires_at_ms } : null
  }
}
