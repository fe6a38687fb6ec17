import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../contract/failure.ts'
import { isJsonObject } from '../primitives/json.ts'
import type { SqliteThread } from './sqlite-thread.ts'
import { rawQuery } from './statement-builder.ts'

/** File of a backup that says what is in it. */
export const MANIFEST_FILE = 'manifest.json'

/** What a backup holds; compared with what is really there when it is restored. */
export interface BackupManifest extends DatabaseSummary {
  format: 1
  /** ISO 8601 UTC. */
  made_at: string
  database: FileSummary
  objects: {
    /** Objects of the local folder that are in the backup. Their names are their hashes; the list is the database's. */
    count: number
    bytes: number
    /** Hashes of objects that were deleted between the copy of the database and the copy of their bytes. */
    deleted_meanwhile: string[]
    /** Objects of other stores that were still on their way there, and are in the backup. Absent in older ones: none. */
    outbox?: number
    /** Objects in other stores, which a backup of this folder does not hold. */
    elsewhere: number
  }
  /** Pepper, admin token and default key. */
  files: FileSummary[]
}

/** A file of a backup. */
export interface FileSummary {
  /** Name inside the data folder. */
  path: string
  sha256: string
  bytes: number
}

/** What a database says of itself, to compare a copy with its original. */
export interface DatabaseSummary {
  /** Last migration of the schema. */
  schema: string
  /** Rows by table. */
  rows: Record<string, number>
  /** Every kind of ledger entry with its sum, decimal nanos. */
  ledger: { book: string; kind: string; entries: number; nanos: string }[]
}

/** An object as its row describes it. */
export interface ObjectFile {
  sha256: string
  store: string
  path: string
  bytes: number
}

const COUNTED_TABLES = ['projects', 'api_keys', 'generations', 'attempts', 'images', 'objects', 'ledger_entries']

/**
 * Checks a database file page by page and sums it up.
 * @throws Error naming the first fault that SQLite finds.
 */
export async function summarise(database: SqliteThread): Promise<DatabaseSummary> {
  const counts = COUNTED_TABLES.map((table) => `select '${table}' as name, count(*) as found from ${table}`).join(' union all ')
  const [integrity, rows, ledger, schema] = await database.readAll<
    [
      { integrity_check: string },
      { name: string; found: number },
      { book: string; kind: string; entries: number; nanos: bigint },
      { id: string },
    ]
  >([
    rawQuery('pragma integrity_check(1)'),
    rawQuery(counts),
    rawQuery('select book, kind, count(*) as entries, sum(nanos) as nanos from ledger_entries group by book, kind order by book, kind'),
    rawQuery('select max(id) as id from schema_migrations'),
  ])
  if (integrity[0]!.integrity_check !== 'ok') throw damaged(`its database fails the check of SQLite (${integrity[0]!.integrity_check})`)
  return {
    schema: schema[0]!.id,
    rows: Object.fromEntries(rows.map(({ name, found }) => [name, found])),
    ledger: ledger.map((line) => ({ ...line, nanos: line.nanos.toString() })),
  }
}

const OBJECT_PATH = /^[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}\.[a-z0-9]{1,8}$/
const PAGE = 1_000

/**
 * All objects a database knows, a page at a time in order of their hash.
 * @throws Error when a path would leave the folder of objects.
 */
export async function* allObjects(database: SqliteThread): AsyncGenerator<ObjectFile> {
  const query = 'select sha256, store, path, bytes from objects where sha256 > ? order by sha256 limit ?'
  let last = ''
  for (;;) {
    const [page] = await database.readAll<[ObjectFile]>([rawQuery(query, [last, PAGE])])
    for (const object of page) {
      if (!OBJECT_PATH.test(object.path)) throw damaged(`the object ${object.sha256} has the path ${JSON.stringify(object.path)}`)
      yield object
    }
    if (page.length < PAGE) return
    last = page.at(-1)!.sha256
  }
}

/**
 * Reads the manifest of a backup.
 * @throws Error when the folder is no backup, or one of a format that this program does not know.
 */
export async function readManifest(backup: string): Promise<BackupManifest> {
  const text = await readFile(join(backup, MANIFEST_FILE), 'utf8').catch(() => {
    throw damaged(`${backup} has no ${MANIFEST_FILE}, so it is no backup, or one that was never finished`)
  })
  const manifest: unknown = JSON.parse(text)
  if (!isJsonObject(manifest) || manifest['format'] !== 1) throw damaged(`${MANIFEST_FILE} is of a format this version does not read`)
  return manifest as unknown as BackupManifest
}

/** The error of a copy that is not what it should be. */
export function damaged(what: string): Error {
  return failure('integrity_error', { message: `This copy cannot be used: ${what}. Nothing was restored or charged; take another backup.` })
}
