import type { Compilable } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import { failure } from '../contract/failure.ts'
import type { Clock } from '../primitives/clock.ts'
import { ConfigurationError } from '../primitives/settings.ts'
import type { Database, Queries, RowsOf, Statement, StatementResult } from './database.ts'
import { ownMigrations, readMigrations } from './migration-history.ts'
import { refuseHalfMoved } from './move/half-moved.ts'
import { Patience } from './patience.ts'
import { errorFromPostgres, troubleOf } from './postgres-failure.ts'
import { migratePostgres } from './postgres-migrations.ts'
import { checkPostgresSettings } from './postgres-settings.ts'
import { endOf, readTogether, runStatement, type TransactionEnd, tryTransaction } from './postgres-transaction.ts'
import { SingleFile } from './single-file.ts'
import type { DatabaseLogger } from './sqlite-database.ts'
import { postgresBuilder } from './statement-builder.ts'
import { didCommit, forgetOldMarks, newMark } from './transaction-mark.ts'

/** How to open a database on a PostgreSQL server. */
export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`, with what libpq knows as parameters (`sslmode`, `application_name`). */
  url: string
  clock: Clock
  logger?: DatabaseLogger
  /** Connections this process holds at most. @default 10 */
  poolSize?: number
  /** How long a statement may run before the server ends it. @default 30000 */
  statementTimeoutMs?: number
  /** How long a call waits for a server that is away, or for others to be out of its way, before it fails. @default 15000 */
  patienceMs?: number
  /** False behind a pooler that knows no prepared statements (PgBouncer before 1.21). @default true */
  prepare?: boolean
  /** True where the provider keeps commits safe in a way of its own. @default false */
  durabilityVouched?: boolean
  /** True for whoever moves a data folder's records into it: to everybody else a database that is half moved is closed. @default false */
  isMovedInto?: boolean
  /** Folder of migrations. @default this program's own */
  migrationsFolder?: string
}

/** What a process has done on a PostgreSQL database so far. */
export interface PostgresFigures {
  transactions: number
  /** Tries that were begun anew: others were in the way, or the server was away. */
  repeated: { collision: number; taken: number; away: number }
  /** Commits whose answer was lost, and that were found out about. */
  resolved: number
  /** Connections now: open, unused of them, and callers that wait for one. */
  connections: { open: number; idle: number; waiting: number }
}

/** A database on a PostgreSQL server. */
export interface PostgresDatabase extends Database {
  readonly dialect: 'postgres'
  /** Steps that opening it took to bring its schema up to date. */
  readonly migrationsApplied: readonly string[]
  figures(): PostgresFigures
}

const POOL_SIZE = 10
const STATEMENT_TIMEOUT_MS = 30_000
const PATIENCE_MS = 15_000
/** Within patience: a server that is restarted refuses at once, one whose machine is gone says nothing. */
const CONNECT_TIMEOUT_MS = 3_000
/** A value that is taken stays taken; under serializable isolation the first answers may only be the shadow of a collision. */
const MOST_TAKEN = 3
/** Transactions. */
const MARKS_SWEPT_EVERY = 500

/**
 * Opens a database on a PostgreSQL server and brings its schema up to date.
 * @throws ConfigurationError when the server is too old, loses commits or its schema may not be changed; `Failure('database_unavailable')` when it cannot
 * be reached; `Error` when its schema's history does not fit this program.
 */
export async function openPostgresDatabase(options: PostgresOptions): Promise<PostgresDatabase> {
  const pool = openPool(options)
  // Without listeners a connection that breaks would end the process. Whoever uses it is told by its call; one that idles is replaced.
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', (error) => options.logger?.info({ err: error }, 'an idle database connection broke'))
  try {
    const applied = await prepare(pool, options)
    if (applied.length > 0) options.logger?.info({ migrations: applied }, 'database schema brought up to date')
    return new PooledPostgres(pool, options, applied)
  } catch (error) {
    await pool.end()
    throw isOurs(error) ? error : errorFromPostgres(error, null)
  }
}

/** Checks the server and brings the schema up to date. @returns the steps taken now */
async function prepare(pool: Pool, options: PostgresOptions): Promise<string[]> {
  const migrations = readMigrations(options.migrationsFolder ?? ownMigrations, 'postgres')
  const client = await pool.connect()
  try {
    await checkPostgresSettings(client, { vouched: options.durabilityVouched ?? false })
    const applied = await migratePostgres(client, migrations, options.clock.nowMs())
    if (!options.isMovedInto) await refuseHalfMoved(client)
    return applied
  } finally {
    client.release()
  }
}

/** Errors of the client have a code or are of the connection; what this program says of history and settings is shown as it stands. */
const isOurs = (error: unknown) =>
  error instanceof ConfigurationError || (error instanceof Error && !('code' in error) && troubleOf(error) === 'refused')

function openPool({ url, poolSize, statementTimeoutMs }: PostgresOptions): Pool {
  return new Pool({
    connectionString: url,
    max: poolSize ?? POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    statement_timeout: statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    // Transactions hold no connection while anything but the database is waited for: one that idles belongs to a process that is gone.
    idle_in_transaction_session_timeout: 2 * (statementTimeoutMs ?? STATEMENT_TIMEOUT_MS),
    keepAlive: true,
    allowExitOnIdle: true,
  })
}

class PooledPostgres implements PostgresDatabase {
  readonly dialect = 'postgres'
  readonly sql = postgresBuilder()
  readonly migrationsApplied: readonly string[]
  readonly #pool: Pool
  readonly #options: PostgresOptions
  readonly #settings: { prepare: boolean }
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #collided = new SingleFile()
  readonly #done = { transactions: 0, repeated: { collision: 0, taken: 0, away: 0 }, resolved: 0 }
  #closing: Promise<void> | null = null

  constructor(pool: Pool, options: PostgresOptions, migrationsApplied: readonly string[]) {
    this.migrationsApplied = migrationsApplied
    this.#pool = pool
    this.#options = options
    this.#settings = { prepare: options.prepare ?? true }
  }

  read<Row>(query: Compilable<Row>): Promise<Row[]> {
    return this.#track(() => this.#patiently(async (client) => (await runStatement(client, query, this.#settings)).rows as Row[]))
  }

  readAll<Rows extends readonly unknown[]>(queries: Queries<Rows>): Promise<RowsOf<Rows>> {
    return this.#track(() =>
      this.#patiently((client) => readTogether(client, queries as readonly Compilable[], this.#settings)),
    ) as Promise<RowsOf<Rows>>
  }

  transact(statements: readonly Statement[]): Promise<StatementResult[]> {
    return this.#track(() => this.#transact(statements))
  }

  figures(): PostgresFigures {
    const { totalCount, idleCount, waitingCount } = this.#pool
    const { repeated, ...done } = this.#done
    return { ...done, repeated: { ...repeated }, connections: { open: totalCount, idle: idleCount, waiting: waitingCount } }
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#underWay).then(() => this.#pool.end())
    return this.#closing
  }

  async #track<Answer>(begin: () => Promise<Answer>): Promise<Answer> {
    if (this.#closing) throw failure('database_unavailable', { cause: new Error('the database is closed') })
    const work = begin()
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /**
   * Tries a transaction until it stands or is refused. One that others were in the way of goes on behind those of this process that had the same
   * luck: they were in one another's way, and would be again.
   */
  async #transact(statements: readonly Statement[]): Promise<StatementResult[]> {
    const patience = this.#newPatience()
    using turn = new DisposableStack()
    let tries = 0
    let taken = 0
    for (;;) {
      const end = await this.#tryOnce(statements)
      tries++
      switch (end.kind) {
        case 'committed':
          return this.#committed(end.results)
        case 'refused':
          throw end.error
        case 'again':
          if (end.trouble === 'taken' && ++taken >= MOST_TAKEN) throw end.error
          this.#done.repeated[end.trouble]++
          if (end.trouble === 'collision' && tries === 1) turn.use(await this.#collided.enter())
          else await patience.pauseOrThrow(end.error)
          break
        case 'in_doubt':
          if (await this.#findOut(end, patience)) return this.#committed(end.results)
      }
    }
  }

  #committed(results: StatementResult[]): StatementResult[] {
    if (++this.#done.transactions % MARKS_SWEPT_EVERY === 0)
      this.#track(() => forgetOldMarks(this.#pool, this.#options.clock.nowMs())).catch(() => undefined)
    return results
  }

  async #tryOnce(statements: readonly Statement[]): Promise<TransactionEnd> {
    let client: PoolClient
    try {
      client = await this.#pool.connect()
    } catch (error) {
      return endOf(error, null)
    }
    const end = await tryTransaction(client, statements, this.#settings, newMark(this.#options.clock.nowMs()))
    client.release(end.kind === 'in_doubt' || (end.kind === 'again' && end.trouble === 'away'))
    return end
  }

  /**
   * What became of a transaction whose commit was not answered.
   * @throws `Failure('database_unavailable')` with outcome unknown when that cannot be found out in time
   */
  async #findOut({ mark, error }: TransactionEnd & { kind: 'in_doubt' }, patience: Patience): Promise<boolean> {
    for (;;) {
      try {
        const committed = await didCommit(this.#pool, mark)
        this.#done.resolved++
        this.#options.logger?.info({ committed }, 'the answer to a commit was lost; what became of it is known')
        return committed
      } catch {
        await patience.pauseOrThrow(failure('database_unavailable', { outcome: 'unknown', cause: error }))
      }
    }
  }

  /** Reads; a server that is away is waited for. */
  async #patiently<Answer>(work: (client: PoolClient) => Promise<Answer>): Promise<Answer> {
    const patience = this.#newPatience()
    for (;;) {
      try {
        const client = await this.#pool.connect()
        let broken = true
        try {
          const answer = await work(client)
          broken = false
          return answer
        } finally {
          // Whatever went wrong may have left a transaction open.
          client.release(broken)
        }
      } catch (error) {
        const end = endOf(error, null)
        if (end.kind !== 'again') throw end.error
        this.#done.repeated[end.trouble]++
        await patience.pauseOrThrow(end.error)
      }
    }
  }

  #newPatience(): Patience {
    return new Patience(this.#options.clock, this.#options.patienceMs ?? PATIENCE_MS)
  }
}
