import type { Compilable } from 'kysely'
import type { Database, Queries, RowsOf, Statement } from './database.ts'

/** Hears that the database was asked for something. @returns hears that it answered, or refused */
export type DatabaseObserver = (what: 'read' | 'write') => () => void

/** The same database, whatever its engine, whose reads and transactions somebody hears of. */
export function observeDatabase(database: Database, asked: DatabaseObserver): Database {
  const observed = async <Result>(what: 'read' | 'write', work: () => Promise<Result>): Promise<Result> => {
    const answered = asked(what)
    try {
      return await work()
    } finally {
      answered()
    }
  }
  return {
    dialect: database.dialect,
    sql: database.sql,
    read: <Row>(query: Compilable<Row>) => observed('read', () => database.read(query)),
    readAll: <Rows extends readonly unknown[]>(queries: Queries<Rows>): Promise<RowsOf<Rows>> =>
      observed('read', () => database.readAll(queries)),
    transact: (statements: readonly Statement[]) => observed('write', () => database.transact(statements)),
    ...(database.figures && { figures: () => database.figures!() }),
    close: () => database.close(),
  }
}
