import { existsSync } from 'node:fs'
import { failure } from '../../contract/failure.ts'
import type { Clock } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import { allObjects, type ObjectFile } from '../backup-manifest.ts'
import type { SharedDatabaseConfig } from '../config.ts'
import { dataFolderPaths } from '../data-folder.ts'
import { openPostgresDatabase, type PostgresDatabase } from '../postgres-database.ts'
import { SqliteThread } from '../sqlite-thread.ts'
import { rawQuery } from '../statement-builder.ts'
import { beginMove, endMove, movingFolder } from './move-record.ts'
import { databaseName } from './moved-marker.ts'
import { type MovedTable, movedTables } from './moved-table.ts'
import { type RowChanges, sourceReader, targetReader } from './row-reader.ts'
import { assertMovable } from './source-schema.ts'
import { type MoveSides, syncTable } from './sync-table.ts'
import { type LedgerSum, type VerifiedTable, verifyLedger, verifyTable } from './verify-move.ts'

/** How far a look at the tables is. */
export interface TableProgress {
  table: string
  /** Rows read of it so far. */
  rows: number
}

/** What one look at all tables came to. */
export interface SyncedTables {
  read: number
  written: number
  removed: number
}

/** Statements that check every reference of a large table take their time; nobody else waits for them. */
const LONGEST_STATEMENT_MS = 6 * 60 * 60 * 1000
const BUSY_TIMEOUT_MS = 30_000
/** Rows that were in one another's way are not any more at the second look. */
const MOST_LOOKS = 5

/**
 * Opens both sides of a move: the data folder's database, which is only read and may be in use, and the target, whose schema is brought up to date.
 * @throws Failure `configuration_invalid` for a folder that cannot be moved as it is; as the engines' own doors
 */
export async function openMove(dataFolder: string, config: SharedDatabaseConfig, clock: Clock): Promise<RecordsMove> {
  const { database: path } = dataFolderPaths(dataFolder)
  if (!existsSync(path))
    throw failure('configuration_invalid', { message: `There is no database in ${dataFolder}, so there is nothing to move.` })
  await using opening = new AsyncDisposableStack()
  const source = opening.adopt(
    await SqliteThread.start({ role: 'reader', path, busyTimeoutMs: BUSY_TIMEOUT_MS, migrationsFolder: '', nowMs: 0 }),
    (thread) => thread.close(),
  )
  await assertMovable(source)
  const { url, ...settings } = config
  const target = opening.adopt(
    await openPostgresDatabase({ ...settings, url: url.reveal(), clock, isMovedInto: true, statementTimeoutMs: LONGEST_STATEMENT_MS }),
    (database) => database.close(),
  )
  return new RecordsMove(source, target, await movedTables(source, target), databaseName(url.reveal()), opening.move())
}

/** Both sides of a move, and what is done to them. Every step may be broken off at any moment and done again. */
export class RecordsMove implements AsyncDisposable {
  readonly target: PostgresDatabase
  /** `host:port/database` */
  readonly targetName: string
  readonly #source: SqliteThread
  readonly #tables: readonly MovedTable[]
  readonly #open: AsyncDisposableStack

  constructor(
    source: SqliteThread,
    target: PostgresDatabase,
    tables: readonly MovedTable[],
    targetName: string,
    open: AsyncDisposableStack,
  ) {
    this.target = target
    this.targetName = targetName
    this.#source = source
    this.#tables = tables
    this.#open = open
  }

  /** The folder whose records are being moved into the target; null when none are. */
  movingFolder(): Promise<string | null> {
    return movingFolder(this.target)
  }

  /** @throws Failure `configuration_invalid` when the target holds anything */
  async begin(folderId: string, nowMs: number): Promise<void> {
    await beginMove(this.target, this.#tables, folderId, nowMs)
    fp('move_after_begin')
  }

  /** Makes the target what the folder is now, as far as the folder stands still. */
  async sync(folderId: string, tell: (progress: TableProgress) => void): Promise<SyncedTables & { isClean: boolean }> {
    const sides = this.#sides({ folderId, nulTexts: 0 })
    const all = { read: 0, written: 0, removed: 0, isClean: true }
    for (const table of this.#tables) {
      let rows = 0
      const done = await syncTable(sides, table, (read) => {
        rows += read
        tell({ table: table.name, rows })
      })
      all.read += done.read
      all.written += done.written
      all.removed += done.removed
      all.isClean &&= done.isClean
    }
    return all
  }

  /** As `sync`, of a folder that nobody writes to any more: until nothing is left to do. */
  async finishSync(folderId: string, tell: (progress: TableProgress) => void): Promise<SyncedTables> {
    const all = { read: 0, written: 0, removed: 0 }
    for (let look = 1; ; look += 1) {
      const { isClean, ...done } = await this.sync(folderId, tell)
      all.read += done.read
      all.written += done.written
      all.removed += done.removed
      if (isClean) return all
      if (look === MOST_LOOKS)
        throw failure('integrity_error', { message: 'Rows of the data folder cannot be put beside those of DATABASE_URL.' })
    }
  }

  /** Reads both sides whole. @throws Failure `integrity_error` for the first table that is not the same */
  async verify(
    folderId: string,
    tell: (progress: TableProgress) => void,
  ): Promise<{ tables: VerifiedTable[]; ledger: LedgerSum[]; nulTexts: number }> {
    const changes: RowChanges = { folderId, nulTexts: 0 }
    const sides = this.#sides(changes)
    const tables: VerifiedTable[] = []
    for (const table of this.#tables) {
      const verified = await verifyTable(sides, table)
      tell({ table: table.name, rows: verified.rows })
      tables.push(verified)
    }
    const ledger = await verifyLedger(this.#source, this.target)
    fp('move_after_verify')
    return { tables, ledger, nulTexts: changes.nulTexts }
  }

  /** Opens the target to everybody. @throws Failure `integrity_error` when a row refers to one that is not there */
  async end(): Promise<void> {
    const [[last]] = await this.#source.readAll<[{ seq: number }]>([
      rawQuery(`select max((select coalesce(max(seq), 0) from events),
        (select coalesce(max(seq), 0) from sqlite_sequence where name = 'events')) as seq`),
    ])
    await endMove(this.target, last!.seq)
    fp('move_after_end')
  }

  /** All objects that the folder's database names. */
  objects(): AsyncGenerator<ObjectFile> {
    return allObjects(this.#source)
  }

  /** Whether the folder's database still names an object. */
  async knowsObject(sha256: string): Promise<boolean> {
    const [rows] = await this.#source.readAll<[object]>([rawQuery('select 1 from objects where sha256 = ?', [sha256])])
    return rows.length > 0
  }

  /** The newest sealed value of a column; null where there is none. Its column and table are constants. */
  async newestSealed(table: string, column: string): Promise<string | null> {
    const [rows] = await this.#source.readAll<[{ sealed: string }]>([
      rawQuery(`select ${column} as sealed from ${table} where ${column} like 'v1.%' order by created_at_ms desc limit 1`),
    ])
    return rows[0]?.sealed ?? null
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open.disposeAsync()
  }

  #sides(changes: RowChanges): MoveSides {
    return { source: sourceReader(this.#source, changes), target: targetReader(this.target), database: this.target }
  }
}
