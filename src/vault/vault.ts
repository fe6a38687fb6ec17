import { failure } from '../contract/failure.ts'
import { type Database, type Statement, statementContext, type UpstreamSecretRow } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import { SealBroken, type SealingKey, seal, sealingKey, unseal } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { ConfigurationError } from '../primitives/settings.ts'

/** A secret as lists show it: never its value. */
export interface StoredSecret {
  name: string
  /** How often it was set. */
  version: number
  createdAtMs: number
  updatedAtMs: number
}

/** What the vault is built from. */
export interface VaultParts {
  db: Database
  clock: Clock
  newId: IdSource
  masterKey: Secret
}

const PURPOSE = 'upstream secrets'

/**
 * Opens the keys of upstreams that are kept in the database. Each is opened once now, so that a wrong master key is found at the start and
 * not by the first call.
 * @param options.tolerant true for a program that is going to set or remove some: what cannot be opened is let be
 * @throws ConfigurationError when one cannot be opened
 */
export async function openVault(parts: VaultParts, { tolerant = false } = {}): Promise<Vault> {
  const key = sealingKey(parts.masterKey, PURPOSE)
  const rows = await parts.db.read(parts.db.sql.selectFrom('upstream_secrets').selectAll().orderBy('name'))
  if (!tolerant) for (const row of rows) assertOpens(key, row)
  return new Vault(parts, key, rows)
}

/** Keeps keys of upstreams: encrypted in the database and in memory, opened for the moment in which a call is written. */
export class Vault {
  readonly #parts: VaultParts
  readonly #key: SealingKey
  readonly #rows: Map<string, UpstreamSecretRow>

  constructor(parts: VaultParts, key: SealingKey, rows: readonly UpstreamSecretRow[]) {
    this.#parts = parts
    this.#key = key
    this.#rows = new Map(rows.map((row) => [row.name, row]))
  }

  has(name: string): boolean {
    return this.#rows.has(name)
  }

  /** By name, without values. */
  list(): StoredSecret[] {
    return [...this.#rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(shown)
  }

  /** The secret of a name as it stands whenever it is revealed: one that is set anew is the new one for the next call. */
  secret(name: string): Secret {
    return new Secret(() => {
      const row = this.#rows.get(name)
      if (!row) throw new Error(`no secret is called ${name}`)
      return unseal(this.#key, placeOf(row), row.sealed).toString()
    })
  }

  /** Keeps a value under a name, in place of what was there. */
  async set(name: string, value: Secret): Promise<StoredSecret> {
    const { db, clock, newId } = this.#parts
    const nowMs = clock.nowMs()
    const old = this.#rows.get(name)
    const named = { id: old?.id ?? newId('sec'), version: (old?.version ?? 0) + 1 }
    const row: UpstreamSecretRow = {
      ...named,
      name,
      sealed: seal(this.#key, placeOf(named), Buffer.from(value.reveal())),
      created_at_ms: old?.created_at_ms ?? nowMs,
      updated_at_ms: nowMs,
    }
    const { sql } = statementContext(db, clock, newId)
    const replaced: Statement = { query: sql.deleteFrom('upstream_secrets').where('name', '=', name) }
    await db.transact([replaced, { query: sql.insertInto('upstream_secrets').values(row) }])
    this.#rows.set(name, row)
    return shown(row)
  }

  /** Reads anew what another process may have changed. What cannot be opened stays as it was. */
  async refresh(): Promise<void> {
    const { db } = this.#parts
    const rows = await db.read(db.sql.selectFrom('upstream_secrets').selectAll())
    for (const row of rows) assertOpens(this.#key, row)
    this.#rows.clear()
    for (const row of rows) this.#rows.set(row.name, row)
  }

  /** Forgets a secret. @throws `Failure('not_found')` */
  async remove(name: string): Promise<void> {
    const { db } = this.#parts
    if (!this.#rows.has(name)) throw failure('not_found', { param: 'name' })
    await db.transact([{ query: db.sql.deleteFrom('upstream_secrets').where('name', '=', name) }])
    this.#rows.delete(name)
  }
}

/** A value is bound to its row and to the time it was set: neither another's nor an earlier one can be put in its place. */
const placeOf = ({ id, version }: Pick<UpstreamSecretRow, 'id' | 'version'>) => `darkroom upstream secret ${id} ${version}`

const shown = ({ name, version, created_at_ms, updated_at_ms }: UpstreamSecretRow): StoredSecret => ({
  name,
  version,
  createdAtMs: created_at_ms,
  updatedAtMs: updated_at_ms,
})

function assertOpens(key: SealingKey, row: UpstreamSecretRow): void {
  try {
    unseal(key, placeOf(row), row.sealed)
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new ConfigurationError(
      error.reason === 'wrong_key'
        ? `The secret ${row.name} was sealed with another master key. Put the right one back (DARKROOM_MASTER_KEY, or <data>/master-key from a backup), or set the secret anew: darkroom secrets set ${row.name}`
        : `The secret ${row.name} in the database was changed and cannot be opened. Restore a backup, or set it anew: darkroom secrets set ${row.name}`,
    )
  }
}
