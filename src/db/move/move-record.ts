import { failure } from '../../contract/failure.ts'
import type { Database, Statement } from '../database.ts'
import { rawQuery } from '../statement-builder.ts'
import { StatementError } from '../statement-error.ts'
import { MOVE_TABLE } from './half-moved.ts'
import type { MovedTable } from './moved-table.ts'
import type { Key } from './row-reader.ts'

/** A piece of a table that was copied: the rows behind the piece before it, up to this key. */
export interface MovedRange {
  /** Its place among the pieces of its table, from 0. */
  n: number
  upTo: Key
  /** SHA-256 of the rows as they were copied; null where the piece is to be looked at again. */
  sha256: string | null
}

interface Reference {
  table: string
  name: string
  definition: string
}

const REFERENCES = `
  select k.conrelid::regclass::text as "table", quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
  from pg_constraint k where k.contype = 'f' and k.connamespace = current_schema()::regnamespace order by 1, 2`

/** @returns the folder that is being moved into this database; null when none is */
export async function movingFolder(target: Database): Promise<string | null> {
  const [found] = await target.read(rawQuery<{ there: number }>(`select to_regclass('${MOVE_TABLE}') is not null as there`))
  if (!found!.there) return null
  const [row] = await target.read(rawQuery<{ folder_id: string }>(`select folder_id from ${MOVE_TABLE}`))
  return row!.folder_id
}

/**
 * Begins a move: from now on nobody else opens the database. What tables refer to is not checked until the end, when all rows are there, and events keep their numbers.
 * @throws Failure `configuration_invalid` when the database holds anything already
 */
export async function beginMove(target: Database, tables: readonly MovedTable[], folderId: string, nowMs: number): Promise<void> {
  const references = await target.read(rawQuery<Reference>(REFERENCES))
  await target.transact([
    ...[...tables.map(({ name }) => name), 'shared_secrets'].map(
      (name): Statement => ({
        query: rawQuery(`select 1 as found from ${name} limit 1`),
        expect: { rows: 0, otherwise: () => notEmpty(name) },
      }),
    ),
    {
      query: rawQuery(
        `create table ${MOVE_TABLE} (folder_id text not null primary key, began_at_ms bigint not null, references_json text not null)`,
      ),
    },
    {
      query: rawQuery(
        'create table move_ranges (table_name text not null, n integer not null, up_to_json text not null, sha256 text, primary key (table_name, n))',
      ),
    },
    { query: rawQuery(`insert into ${MOVE_TABLE} values ($1, $2, $3)`, [folderId, nowMs, JSON.stringify(references)]) },
    ...references.map(({ table, name }) => ({ query: rawQuery(`alter table ${table} drop constraint ${name}`) })),
    { query: rawQuery('alter table events disable trigger events_are_numbered') },
  ])
}

function notEmpty(table: string): Error {
  return failure('configuration_invalid', {
    message:
      `DATABASE_URL names a database that holds rows already (in ${table}), and a move adds to nothing: two installs cannot be told apart afterwards. ` +
      'Nothing was moved; make an empty database and name that one.',
  })
}

/**
 * Ends a move: every reference is put back, and thereby checked; events go on behind the last number that the data folder gave. Then the database
 * opens to everybody.
 * @throws Failure `integrity_error` when a row refers to one that is not there
 */
export async function endMove(target: Database, lastSeq: number): Promise<void> {
  const [row] = await target.read(rawQuery<{ references_json: string }>(`select references_json from ${MOVE_TABLE}`))
  const references = JSON.parse(row!.references_json) as Reference[]
  const statements = [
    ...references.map(({ table, name, definition }) => ({
      query: rawQuery(`alter table ${table} add constraint ${name} ${definition}`),
    })),
    { query: rawQuery('alter table events enable trigger events_are_numbered') },
    ...(lastSeq > 0 ? [{ query: rawQuery(`select setval('events_seq', $1)`, [lastSeq]) }] : []),
    { query: rawQuery('drop table move_ranges') },
    { query: rawQuery(`drop table ${MOVE_TABLE}`) },
  ]
  await target.transact(statements).catch((error) => {
    throw notKept('a row refers to one that is not there', error)
  })
}

/** What the target's own rules found, in words for whoever moves; any other error as it is. */
export function notKept(what: string, error: unknown): unknown {
  if (!(error instanceof StatementError)) return error
  return failure('integrity_error', {
    message: `The move stopped: ${what} (${error.message}). The data folder is as it was and can be used.`,
    cause: error,
  })
}

/** The pieces of a table that are on record, in order. */
export async function movedRanges(target: Database, { name }: MovedTable): Promise<MovedRange[]> {
  const rows = await target.read(
    rawQuery<{ n: number; up_to_json: string; sha256: string | null }>(
      'select n, up_to_json, sha256 from move_ranges where table_name = $1 order by n',
      [name],
    ),
  )
  return rows.map(({ n, up_to_json, sha256 }) => ({ n, upTo: JSON.parse(up_to_json) as Key, sha256 }))
}

/** Forgets the pieces from one on: they are made anew. */
export function forgetRanges({ name }: MovedTable, from: number): Statement {
  return { query: rawQuery('delete from move_ranges where table_name = $1 and n >= $2', [name, from]) }
}
