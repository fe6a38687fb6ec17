import {
  type Compilable,
  CompiledQuery,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import type { Database } from './database.ts'
import { PostgresCompiler } from './postgres-compiler.ts'
import type { Tables } from './tables.ts'

/** Kysely that compiles for SQLite and can run nothing: a statement reaches the engine through `Database` alone. */
export function sqliteBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (builder) => new SqliteIntrospector(builder),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

/** Kysely that compiles for PostgreSQL and can run nothing either. */
export function postgresBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (builder) => new PostgresIntrospector(builder),
      createQueryCompiler: () => new PostgresCompiler(),
    },
  })
}

/** What a function that builds statements needs to know: the compiler, where ids come from, and the time they are written at. */
export interface StatementContext {
  readonly sql: Kysely<Tables>
  readonly newId: IdSource
  /** Milliseconds since 1970; every row a transaction writes carries the same. */
  readonly nowMs: number
}

/** The context of one transaction. Make a new one for each: the time is taken here. */
export function statementContext(db: Pick<Database, 'sql'>, clock: Clock, newId: IdSource): StatementContext {
  return { sql: db.sql, newId, nowMs: clock.nowMs() }
}

/**
 * A query in the engine's own words, for what Kysely does not say (pragmas, the schema's catalogue).
 * The text must be a constant; values go in `parameters`.
 */
export function rawQuery<Row>(sql: string, parameters: unknown[] = []): Compilable<Row> {
  return { compile: () => CompiledQuery.raw(sql, parameters) as CompiledQuery<Row> }
}
