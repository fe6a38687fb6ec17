import { createHash } from 'node:crypto'
import type { Compilable } from 'kysely'
import { escapeLiteral, type PoolClient } from 'pg'
import { type BoundValue, boundValue } from './bound-value.ts'
import type { Statement, StatementResult } from './database.ts'
import { errorFromPostgres, type PostgresTrouble, troubleOf } from './postgres-failure.ts'
import { asText, rowsOf } from './postgres-row.ts'

/** How a try at a transaction ended. */
export type TransactionEnd =
  | { kind: 'committed'; results: StatementResult[] }
  /** It stands in nothing, and doing it again would end the same: a condition was not met, or a statement cannot be done. */
  | { kind: 'refused'; error: Error }
  /** It stands in nothing, and may be done when it is begun anew. */
  | { kind: 'again'; trouble: Exclude<PostgresTrouble, 'refused'>; error: Error }
  /** The connection broke while it was committed: its mark tells what became of it. */
  | { kind: 'in_doubt'; mark: string; results: StatementResult[]; error: Error }

/** Statement texts are few; a text made of values must not fill the server's memory with plans. */
const PREPARED_LIMIT = 512
const names = new Map<string, string>()

/** The name a text is prepared under on every connection; undefined once there are too many. */
function preparedName(sql: string): string | undefined {
  const known = names.get(sql)
  if (known !== undefined || names.size >= PREPARED_LIMIT) return known
  const name = `dk_${createHash('sha256').update(sql).digest('base64url').slice(0, 22)}`
  names.set(sql, name)
  return name
}

/** PostgreSQL's text cannot hold the character NUL: it is kept as the sign for one that cannot be shown, as half a surrogate pair is on every engine. */
function toEngine(value: unknown): BoundValue {
  const bound = boundValue(value)
  return typeof bound === 'string' ? bound.replaceAll('\0', '\uFFFD') : bound
}

/** Runs one statement on a connection. */
export async function runStatement(client: PoolClient, query: Compilable, { prepare }: { prepare: boolean }): Promise<StatementResult> {
  const { sql, parameters } = query.compile()
  const name = prepare ? preparedName(sql) : undefined
  const result = await client.query<Record<string, unknown>>({
    text: sql,
    values: parameters.map(toEngine),
    types: asText,
    ...(name === undefined ? {} : { name }),
  })
  return { rows: rowsOf(result), changes: result.rowCount ?? 0 }
}

/**
 * Tries a transaction once: serializable, so that what its statements find and what they write is as if no other ran beside it. Its mark is written
 * with it, so that its end can be found out should the answer to the commit be lost.
 */
export async function tryTransaction(
  client: PoolClient,
  statements: readonly Statement[],
  settings: { prepare: boolean },
  mark: string,
): Promise<TransactionEnd> {
  try {
    await client.query(`begin isolation level serializable; insert into transaction_marks (id) values (${escapeLiteral(mark)})`)
  } catch (error) {
    return rolledBack(client, endOf(error, null))
  }
  const results: StatementResult[] = []
  for (const { query, expect } of statements) {
    try {
      const result = await runStatement(client, query, settings)
      if (expect && result.changes !== expect.rows) return await rolledBack(client, { kind: 'refused', error: expect.otherwise() })
      results.push(result)
    } catch (error) {
      return rolledBack(client, endOf(error, query.compile().sql))
    }
  }
  try {
    await client.query('commit')
    return { kind: 'committed', results }
  } catch (error) {
    const trouble = troubleOf(error)
    return trouble === 'away' ? { kind: 'in_doubt', mark, results, error: error as Error } : rolledBack(client, endOf(error, 'commit'))
  }
}

/** Reads on one snapshot; in order, what each found. */
export async function readTogether(
  client: PoolClient,
  queries: readonly Compilable[],
  settings: { prepare: boolean },
): Promise<unknown[][]> {
  await client.query('begin isolation level repeatable read read only')
  const answers: unknown[][] = []
  for (const query of queries) answers.push((await runStatement(client, query, settings)).rows)
  await client.query('commit')
  return answers
}

/** Sorts an error into what it means for the whole try. */
export function endOf(error: unknown, sql: string | null): TransactionEnd & { kind: 'refused' | 'again' } {
  const trouble = troubleOf(error)
  const seen = errorFromPostgres(error, sql)
  return trouble === 'refused' ? { kind: 'refused', error: seen } : { kind: 'again', trouble, error: seen }
}

async function rolledBack<End extends TransactionEnd>(client: PoolClient, end: End): Promise<End> {
  // A connection that is gone has rolled back already; the pool throws it away.
  await client.query('rollback').catch(() => undefined)
  return end
}
