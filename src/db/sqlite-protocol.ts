import type { StatementResult } from './database.ts'

/** What a database thread does: write, read on snapshots, or copy the whole file while both go on. */
export type SqliteRole = 'writer' | 'reader' | 'copier'

/** What a thread is started with. */
export interface SqliteThreadSettings {
  role: SqliteRole
  path: string
  busyTimeoutMs: number
  /** Writer only: migrations to bring the schema up to. */
  migrationsFolder: string
  /** Time written beside migrations applied now. */
  nowMs: number
}

/** A compiled statement as it travels to the thread. */
export interface SqliteStatement {
  sql: string
  parameters: readonly unknown[]
  /** Rows it must change or return. */
  expectedRows?: number | undefined
}

/** A list of statements to run together: in a transaction (writer) or on one snapshot (reader). */
export interface SqliteRequest {
  id: number
  statements: SqliteStatement[]
}

/** An error of the engine in a form that travels between threads. */
export interface SqliteFault {
  message: string
  /** Extended result code of SQLite, or null when the error is not the engine's. */
  resultCode: number | null
  /** Text of the statement, without its parameters. */
  sql: string | null
}

/** The result code without its extension. @see https://www.sqlite.org/rescode.html */
export function primaryCode(fault: SqliteFault): number | null {
  return fault.resultCode === null ? null : fault.resultCode & 0xff
}

/** What became of a request. */
export type SqliteReply =
  | { id: number; results: StatementResult[] }
  /** Statement `index` changed `found` rows instead of the expected number; its transaction was rolled back. */
  | { id: number; unmet: { index: number; found: number } }
  | { id: number; fault: SqliteFault }

/** What the writer has done since it started. */
export interface WriterFigures {
  /** Transactions of the engine, each with one flush to disk. */
  commits: number
  /** Callers' transactions that were committed; divided by `commits` it is how many shared a flush. */
  transactions: number
  /** A write or flush failed at the disk: nothing more is written until the process starts again. */
  readOnly: boolean
}

/** All that a thread tells its owner. */
export type SqliteMessage =
  | { kind: 'ready'; migrationsApplied: string[] }
  | { kind: 'refused'; fault: SqliteFault }
  | { kind: 'replies'; replies: SqliteReply[]; figures: WriterFigures }
