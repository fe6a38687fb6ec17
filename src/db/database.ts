import type { Compilable, Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/** One statement of a transaction, with what it must do for the transaction to stand. */
export interface Statement {
  query: Compilable
  /**
   * Rows the statement must change (or return, for a select): anything else rolls the whole transaction back
   * and rejects `transact` with `otherwise()`. This is how conditions are said: in SQL, checked in the same transaction.
   */
  expect?: { rows: number; otherwise: () => Error }
}

/** What a statement of a committed transaction did. */
export interface StatementResult {
  /** Rows of a select or of a `returning` clause; empty otherwise. */
  rows: Record<string, unknown>[]
  /** Rows changed; for a statement that returns rows, how many it returned. */
  changes: number
}

/** Queries whose rows have the types of the tuple, in order. */
export type Queries<Rows extends readonly unknown[]> = { readonly [Index in keyof Rows]: Compilable<Rows[Index]> }
/** The rows of such queries, in order. */
export type RowsOf<Rows extends readonly unknown[]> = { -readonly [Index in keyof Rows]: Rows[Index][] }

/** What an engine has done since it was opened, as far as it counts. */
export interface DatabaseFigures {
  /** Callers' transactions that were committed. */
  transactions: number
  /** Transactions of the engine, each with one flush, where it puts several callers' into one. */
  commits?: number
  /** Tries that were begun anew, by what was in the way, where others can be. */
  repeated?: Readonly<Record<string, number>>
  /** Connections of its pool, where it has one. */
  connections?: { open: number; idle: number }
}

/**
 * The database as the parts see it: statements are built with Kysely (`sql`), never run by it.
 *
 * A transaction is a list of statements known beforehand: nothing but the database can be awaited inside one, and
 * many callers' lists share one flush. Columns named `nanos` or `*_nanos` arrive as bigint, other integers as number.
 */
export interface Database {
  readonly dialect: 'sqlite' | 'postgres'
  /** Builder for statements; compile only. */
  readonly sql: Kysely<Tables>
  /** Runs a read outside any transaction; sees everything committed before the call. */
  read<Row>(query: Compilable<Row>): Promise<Row[]>
  /**
   * Runs several reads on one snapshot: their answers fit together, as a report and its totals must.
   * @example const [rows, totals] = await db.readAll([rowsQuery, totalsQuery])
   */
  readAll<Rows extends readonly unknown[]>(queries: Queries<Rows>): Promise<RowsOf<Rows>>
  /**
   * Runs the statements in order in one transaction and resolves when it is on disk.
   * @throws what `expect.otherwise` made; `StatementError` for a constraint or a statement the engine refuses;
   * `Failure('storage_full' | 'storage_unavailable' | 'database_unavailable')` when the engine cannot write.
   */
  transact(statements: readonly Statement[]): Promise<StatementResult[]>
  /** What the engine has done since it was opened; absent where it does not count. */
  figures?(): DatabaseFigures
  /** Finishes what was asked for and stops; every later call is refused. */
  close(): Promise<void>
}
