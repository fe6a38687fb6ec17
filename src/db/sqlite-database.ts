import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Compilable } from 'kysely'
import { failure } from '../contract/failure.ts'
import type { Clock } from '../primitives/clock.ts'
import type { Database, Queries, RowsOf, Statement, StatementResult } from './database.ts'
import type { WriterFigures } from './sqlite-protocol.ts'
import { ownMigrations, SqliteThread } from './sqlite-thread.ts'
import { sqliteBuilder } from './statement-builder.ts'

/** Where the database says what an operator may want to know; a pino logger fits. */
export interface DatabaseLogger {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

/** How to open a SQLite database. */
export interface SqliteOptions {
  /** File of the database; made with its folder when it is not there. */
  path: string
  clock: Clock
  logger?: DatabaseLogger
  /** How long a statement waits for a lock that another process holds. @default 5000 */
  busyTimeoutMs?: number
  /** Folder of migrations. @default this program's own */
  migrationsFolder?: string
}

/** A SQLite database of this process. */
export interface SqliteDatabase extends Database {
  readonly dialect: 'sqlite'
  /** What the writer thread has done so far; as of its last answer. */
  figures(): WriterFigures
}

const BUSY_TIMEOUT_MS = 5_000

/**
 * Opens (or makes) a SQLite database, brings its schema up to date and starts its writer thread. Reads get a thread of their own,
 * started by the first one, so that a long report never delays a commit.
 * @throws `Failure` when the file cannot be opened or written, `Error` when its schema's history does not fit this program.
 */
export async function openSqliteDatabase(options: SqliteOptions): Promise<SqliteDatabase> {
  await createPrivately(options.path)
  const settings = {
    path: options.path,
    busyTimeoutMs: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
    migrationsFolder: options.migrationsFolder ?? ownMigrations,
    nowMs: options.clock.nowMs(),
  }
  const writer = await SqliteThread.start({ ...settings, role: 'writer' })
  if (writer.migrationsApplied.length > 0)
    options.logger?.info({ migrations: writer.migrationsApplied }, 'database schema brought up to date')
  return new ThreadedSqlite(writer, () => SqliteThread.start({ ...settings, role: 'reader' }), options.logger)
}

class ThreadedSqlite implements SqliteDatabase {
  readonly dialect = 'sqlite'
  readonly sql = sqliteBuilder()
  readonly #writer: SqliteThread
  readonly #startReader: () => Promise<SqliteThread>
  readonly #logger: DatabaseLogger | undefined
  #reader: Promise<SqliteThread> | null = null
  #closing: Promise<void> | null = null
  #readOnlyLogged = false

  constructor(writer: SqliteThread, startReader: () => Promise<SqliteThread>, logger: DatabaseLogger | undefined) {
    this.#writer = writer
    this.#startReader = startReader
    this.#logger = logger
  }

  async read<Row>(query: Compilable<Row>): Promise<Row[]> {
    const [rows] = await this.readAll<[Row]>([query])
    return rows
  }

  async readAll<Rows extends readonly unknown[]>(queries: Queries<Rows>): Promise<RowsOf<Rows>> {
    this.#refuseWhenClosing()
    return (await this.#openReader()).readAll(queries)
  }

  async transact(statements: readonly Statement[]): Promise<StatementResult[]> {
    this.#refuseWhenClosing()
    try {
      return await this.#writer.run(statements)
    } finally {
      if (this.#writer.figures.readOnly) this.#logReadOnlyOnce()
    }
  }

  figures(): WriterFigures {
    return this.#writer.figures
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeThreads()
    return this.#closing
  }

  /** The reader first: the last connection to close, the writer's, folds the log into the file and removes it. */
  async #closeThreads(): Promise<void> {
    await (await this.#reader?.catch(() => null))?.close()
    await this.#writer.close()
  }

  /** The reader, started by the first read, and by the next one should it have failed to start or died. */
  #openReader(): Promise<SqliteThread> {
    if (this.#reader) return this.#reader
    const starting = this.#startReader()
    const forget = () => {
      if (this.#reader === starting) this.#reader = null
    }
    starting.then((reader) => reader.whenEnded.then(forget), forget)
    this.#reader = starting
    return starting
  }

  #refuseWhenClosing(): void {
    if (this.#closing) throw failure('database_unavailable', { cause: new Error('the database is closed') })
  }

  #logReadOnlyOnce(): void {
    if (this.#readOnlyLogged) return
    this.#readOnlyLogged = true
    this.#logger?.error({}, 'the disk failed under the database: nothing more is written until this process starts again')
  }
}

/**
 * Makes the file readable by its owner alone; SQLite gives its log files the same mode. An existing file is not opened here:
 * closing it would drop the locks that SQLite may hold on it in this process.
 */
async function createPrivately(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await (await open(path, 'wx', 0o600)).close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failure('storage_unavailable', { cause: error })
  }
}
