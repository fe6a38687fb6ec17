import { createHash, timingSafeEqual } from 'node:crypto'
import { failure } from '../contract/failure.ts'
import { type Database, statementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import { fp } from '../primitives/fail-point.ts'
import type { IdSource } from '../primitives/ids.ts'
import { Secret } from '../primitives/secret.ts'
import { isWellFormedKey, keyDigest, makeApiKey } from './api-key.ts'
import { BrowserSessions, type OpenedSession } from './browser-sessions.ts'
import { continueChain, insertKey, type NewApiKey, replaceKey, revoke } from './key-statements.ts'
import { KnownKeys } from './known-keys.ts'
import { presentedCredential } from './presented-credential.ts'
import { Projects } from './projects.ts'
import type { Secrets } from './secrets.ts'
import { SignInCodes } from './sign-in-codes.ts'

/** Who calls: an API key of a project, or the administrator, who acts as project `default`. */
export type Principal = { kind: 'key'; projectId: string; keyId: string } | { kind: 'admin'; projectId: string; keyId: null }

/** A key as lists show it. */
export interface ApiKeyInfo {
  id: string
  projectId: string
  name: string
  last4: string
  createdAtMs: number
  /** Within a minute; null while it was never used. */
  lastUsedAtMs: number | null
  revokedAtMs: number | null
  /** When a key that was replaced stops working; null for one that was not. */
  expiresAtMs: number | null
}

/** A key as its maker gets it, once. */
export interface CreatedApiKey extends ApiKeyInfo {
  key: Secret
}

/** What the access part is built from. */
export interface AccessParts {
  db: Database
  clock: Clock
  newId: IdSource
  secrets: Pick<Secrets, 'pepper' | 'adminToken'>
  /** Told when keys or projects were changed here. */
  onChange?: () => void
  /** Told when something fails that no caller waits for. */
  logger?: { warn(details: object, message: string): void }
}

const LONGEST_NAME = 100

/** Knows who calls, and keeps the keys. */
export class Access {
  /** Project `default`, as which the administrator acts. */
  readonly defaultProjectId: string
  readonly projects: Projects
  /** What start-up prints a link with. */
  readonly signInCodes: SignInCodes
  readonly #parts: AccessParts
  readonly #known: KnownKeys
  readonly #sessions: BrowserSessions
  #adminTokenDigest: string | undefined

  constructor(parts: AccessParts, defaultProjectId: string) {
    this.defaultProjectId = defaultProjectId
    this.#parts = parts
    this.#known = new KnownKeys(parts)
    this.#sessions = new BrowserSessions({ ...parts, pepper: parts.secrets.pepper })
    this.signInCodes = new SignInCodes(parts.clock)
    this.projects = new Projects(parts, defaultProjectId, () => this.#known.forgetAll(), parts.onChange)
  }

  /**
   * Names the caller by `Authorization: Bearer` or `X-API-Key`. A known key costs one HMAC; whether a key is known is looked up
   * at most every five seconds, so a revocation in another process takes effect within them.
   * @throws `Failure('invalid_api_key')`, the same for every reason: a stranger learns nothing from it.
   * `Failure('database_unavailable')` when the key cannot be looked up.
   */
  async authenticate(headers: Readonly<Record<string, string | string[] | undefined>>): Promise<Principal> {
    const credential = presentedCredential(headers)
    if (credential === null) throw failure('invalid_api_key')
    return (await this.#judge(credential)).principal
  }

  /**
   * Names the caller of a browser by the token of its session; the key that opened it must still work.
   * @throws as `authenticate`
   */
  async authenticateSession(token: string): Promise<{ principal: Principal; expiresAtMs: number }> {
    const { credentialDigest, expiresAtMs } = await this.#sessions.find(token)
    return { principal: await this.#principalOf(credentialDigest), expiresAtMs }
  }

  /** Opens a session for somebody who shows a key or the admin token. @throws as `authenticate` */
  async signIn(credential: string): Promise<{ principal: Principal; session: OpenedSession }> {
    const { principal, digest } = await this.#judge(credential)
    return { principal, session: await this.#sessions.open(digest) }
  }

  /** Opens a session of the administrator for the code of the printed link. @throws `Failure('sign_in_code_used')` */
  async signInByCode(code: string): Promise<{ principal: Principal; session: OpenedSession }> {
    if (!this.signInCodes.take(code)) throw failure('sign_in_code_used')
    return { principal: this.#admin(), session: await this.#sessions.open(this.#adminDigest()) }
  }

  /** Ends the session of a token. */
  signOut(token: string): Promise<void> {
    return this.#sessions.end(token)
  }

  /** Forgets what was read of keys and projects: another process has changed some. */
  forgetKnown(): void {
    this.#known.forgetAll()
    this.#sessions.forgetKnown()
    this.projects.forgetKnown()
  }

  async #judge(credential: string): Promise<{ principal: Principal; digest: string }> {
    const { pepper, adminToken } = this.#parts.secrets
    if (isWellFormedKey(credential)) {
      const digest = keyDigest(pepper, credential)
      return { principal: await this.#principalOf(digest), digest }
    }
    if (!sameText(credential, adminToken.reveal())) throw failure('invalid_api_key')
    return { principal: this.#admin(), digest: this.#adminDigest() }
  }

  /** Whom a digest stands for, now. */
  async #principalOf(digest: string): Promise<Principal> {
    if (digest === this.#adminDigest()) return this.#admin()
    const found = await this.#known.find(digest)
    if (!found) throw failure('invalid_api_key')
    return { kind: 'key', projectId: found.projectId, keyId: found.id }
  }

  #admin(): Principal {
    return { kind: 'admin', projectId: this.defaultProjectId, keyId: null }
  }

  #adminDigest(): string {
    const { pepper, adminToken } = this.#parts.secrets
    this.#adminTokenDigest ??= keyDigest(pepper, adminToken.reveal())
    return this.#adminTokenDigest
  }

  /**
   * Makes a key for a project. The key is in the answer and nowhere else.
   * @throws `Failure('invalid_value')` for a name that is empty or too long, `Failure('not_found')` for an unknown project.
   */
  async createKey({ projectId, name }: { projectId: string; name: string }): Promise<CreatedApiKey> {
    if (name.trim() === '' || name.length > LONGEST_NAME)
      throw failure('invalid_value', {
        param: 'name',
        message: `A key needs a name of 1 to ${LONGEST_NAME} characters. Nothing was charged.`,
      })
    const { db, clock, newId } = this.#parts
    const context = statementContext(db, clock, newId)
    const { key, row } = newKey(this.#parts, { projectId, name })
    fp('key_before_make')
    await db.transact([
      {
        query: db.sql.selectFrom('projects').select('id').where('id', '=', projectId).where('archived_at_ms', 'is', null),
        expect: { rows: 1, otherwise: () => failure('not_found', { param: 'project_id' }) },
      },
      insertKey(context, row),
    ])
    fp('key_after_make')
    return createdKey(row, context.nowMs, key)
  }

  /** Keys of a project (null = all), oldest first, revoked ones included. */
  async listKeys({ projectId }: { projectId: string | null }): Promise<ApiKeyInfo[]> {
    const { db } = this.#parts
    const rows = await db.read(
      db.sql
        .selectFrom('api_keys')
        .select(['id', 'project_id', 'name', 'last4', 'created_at_ms', 'last_used_at_ms', 'revoked_at_ms', 'expires_at_ms'])
        .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
        .orderBy('created_at_ms')
        .orderBy('id'),
    )
    return rows.map((row) => ({
      id: row.id,
      projectId: row.project_id,
      name: row.name,
      last4: row.last4,
      createdAtMs: row.created_at_ms,
      lastUsedAtMs: row.last_used_at_ms,
      revokedAtMs: row.revoked_at_ms,
      expiresAtMs: row.expires_at_ms,
    }))
  }

  /**
   * Makes a key that replaces another: both work for the overlap, then the old one stops. Of keys that replace one another at most two
   * work at a time.
   * @param overlapMs 0 ends the old key at once.
   * @throws `Failure('not_found')` when no such key works; `Failure('key_rotation_open')` while another key of its chain works as well.
   */
  async rotateKey({ id, overlapMs }: { id: string; overlapMs: number }): Promise<CreatedApiKey> {
    const { db, clock, newId } = this.#parts
    const context = statementContext(db, clock, newId)
    const [old] = (await this.listKeys({ projectId: null })).filter((key) => key.id === id)
    if (!old) throw failure('not_found', { param: 'id' })
    const { key, row } = newKey(this.#parts, old)
    const results = await db.transact([...replaceKey(context, id, overlapMs), insertKey(context, row), continueChain(context, row.id, id)])
    this.#known.forget(String(results.flatMap(({ rows }) => rows).find((found) => found['digest'])?.['digest']))
    this.#parts.onChange?.()
    return createdKey(row, context.nowMs, key)
  }

  /**
   * Revokes a key: at once in this process, within five seconds in others.
   * @throws `Failure('not_found')` when there is no such live key in the project (null = any project).
   */
  async revokeKey({ id, projectId }: { id: string; projectId: string | null }): Promise<void> {
    const { db, clock, newId } = this.#parts
    const [revoked] = await db.transact([revoke(statementContext(db, clock, newId), id, projectId)])
    const digest = revoked!.rows[0]?.['digest']
    if (digest === undefined) throw failure('not_found')
    this.#known.forget(String(digest))
    this.#parts.onChange?.()
  }
}

function createdKey({ id, projectId, name, last4 }: NewApiKey, createdAtMs: number, key: string): CreatedApiKey {
  return { id, projectId, name, last4, createdAtMs, lastUsedAtMs: null, revokedAtMs: null, expiresAtMs: null, key: new Secret(key) }
}

/** A new key and the row that is kept of it. */
export function newKey(
  { newId, secrets }: Pick<AccessParts, 'newId' | 'secrets'>,
  { projectId, name }: { projectId: string; name: string },
): { key: string; row: NewApiKey } {
  const key = makeApiKey()
  return { key, row: { id: newId('key'), projectId, name, digest: keyDigest(secrets.pepper, key), last4: key.slice(-4) } }
}

/** Compares in a time that depends on neither text; digests are of one length whatever the texts' are. */
function sameText(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
