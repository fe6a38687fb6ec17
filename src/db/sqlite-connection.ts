import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { boundValue, isMoney, wholeNumber } from './bound-value.ts'
import type { StatementResult } from './database.ts'
import { primaryCode, type SqliteFault, type SqliteReply, type SqliteRequest, type SqliteStatement } from './sqlite-protocol.ts'

/** Distinct statement texts are few (one per builder, times list lengths); the bound only stops a text made of values from leaking memory. */
const PREPARED_LIMIT = 256

/**
 * WAL with FULL flushes the log at every commit, so a commit survives loss of power; `fullfsync` asks macOS for the same.
 * Recursive triggers make `insert or replace` fire delete triggers, without which it would edit append-only rows.
 */
const WRITER_PRAGMAS = `
  pragma synchronous = full;
  pragma fullfsync = on;
  pragma checkpoint_fullfsync = on;
  pragma recursive_triggers = on;
  pragma trusted_schema = off;
  pragma journal_size_limit = 67108864;
`

interface Prepared {
  prepared: StatementSync
  returnsRows: boolean
}

/** A connection with its prepared statements, used from a database thread only: every call may block. */
export class SqliteConnection {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(path: string, options: { readOnly: boolean; busyTimeoutMs: number }) {
    this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: options.busyTimeoutMs, readBigInts: true })
    if (options.readOnly) return
    this.#enterWalMode(options.busyTimeoutMs)
    this.#database.exec(WRITER_PRAGMAS)
  }

  /** False once the engine itself has rolled back, as it does when a disk is full or fails. */
  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Runs SQL text without parameters, several statements allowed. */
  execute(sql: string): void {
    this.#database.exec(sql)
  }

  run(statement: SqliteStatement): StatementResult {
    const { prepared, returnsRows } = this.#prepare(statement.sql)
    const parameters = statement.parameters.map(toEngine)
    if (!returnsRows) return { rows: [], changes: Number(prepared.run(...parameters).changes) }
    const rows = prepared.all(...parameters).map(fromEngine)
    return { rows, changes: rows.length }
  }

  /** Runs all statements of a request; stops at the first that fails. The caller keeps or rolls back what was done. */
  runAll(request: SqliteRequest): SqliteReply {
    const results: StatementResult[] = []
    for (const [index, statement] of request.statements.entries()) {
      try {
        const result = this.run(statement)
        const { expectedRows } = statement
        if (expectedRows !== undefined && result.changes !== expectedRows)
          return { id: request.id, unmet: { index, found: result.changes } }
        results.push(result)
      } catch (error) {
        return { id: request.id, fault: faultOf(error, statement.sql) }
      }
    }
    return { id: request.id, results }
  }

  close(): void {
    this.#database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    const prepared = { prepared: statement, returnsRows: statement.columns().length > 0 }
    if (this.#prepared.size >= PREPARED_LIMIT) this.#prepared.delete(this.#prepared.keys().next().value!)
    this.#prepared.set(sql, prepared)
    return prepared
  }

  /** Two processes that turn WAL on at once can meet SQLITE_BUSY without the busy timeout being asked; so it is waited for here. */
  #enterWalMode(busyTimeoutMs: number): void {
    const giveUpAt = performance.now() + busyTimeoutMs
    for (;;) {
      try {
        this.#database.exec('pragma journal_mode = wal')
        return
      } catch (error) {
        if (primaryCode(faultOf(error)) !== BUSY || performance.now() > giveUpAt) throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
      }
    }
  }
}

const BUSY = 5

/** Reduces whatever was thrown to what travels between threads. */
export function faultOf(error: unknown, sql: string | null = null): SqliteFault {
  const { message, errcode } = error as Error & { errcode?: number }
  return { message: message ?? String(error), resultCode: errcode ?? null, sql }
}

/** Whole numbers are bound as int64: bound as a JavaScript number they would be floating point to SQLite. */
function toEngine(value: unknown): SQLInputValue {
  const bound = boundValue(value)
  return typeof bound === 'number' && Number.isInteger(bound) ? BigInt(bound) : bound
}

function fromEngine(row: Record<string, unknown>): Record<string, unknown> {
  for (const [column, value] of Object.entries(row)) {
    if (typeof value !== 'bigint' || isMoney(column)) continue
    row[column] = wholeNumber(column, value)
  }
  return row
}
