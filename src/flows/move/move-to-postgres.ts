import { setTimeout as pause } from 'node:timers/promises'
import { openSharedSecrets, readOrMake } from '../../access/index.ts'
import { Failure } from '../../contract/failure.ts'
import {
  type DataFolderLock,
  dataFolderPaths,
  lockDataFolder,
  type MovedMarker,
  newFolderId,
  readMovedMarker,
  type SharedDatabaseConfig,
} from '../../db/index.ts'
import { databaseName, type LedgerSum, openMove, type RecordsMove, type VerifiedTable, writeMovedMarker } from '../../db/move/index.ts'
import { BossQueue } from '../../jobs/index.ts'
import { type Clock, isoTime } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import { newId } from '../../primitives/ids.ts'
import { ConfigurationError, type Environment } from '../../primitives/settings.ts'
import { proveSecrets } from './prove-secrets.ts'
import { type VerifiedPictures, verifyMovedObjects } from './verify-moved-objects.ts'

/** What is to be moved, and how. */
export interface MoveOrder {
  dataFolder: string
  database: SharedDatabaseConfig
  environment: Environment
  clock: Clock
  /** True to read every picture and hold it against its hash. */
  verifyObjects: boolean
  /** How long the process that owns the folder is waited for. */
  waitMs: number
  /** Hears which step begins, and how far it is in a table. */
  tell(news: MoveNews): void
  /** The wish to stop. */
  signal: AbortSignal
}

/** Where a move is. */
export interface MoveNews {
  step: MoveStepName
  table?: string
  rows?: number
}

/** What a move came to. */
export interface MoveReport {
  /** ISO 8601 UTC. */
  moved_at: string
  /** `host:port/database` */
  database: string
  /** True where an earlier run had done it all. */
  was_moved_before: boolean
  /** Milliseconds in which the folder was this move's, so that no gateway could serve. */
  held_ms: number
  tables: VerifiedTable[]
  ledger: LedgerSum[]
  /** Texts in which NUL became U+FFFD. */
  nul_texts: number
  /** Jobs that waited and were put in the queue. */
  jobs_queued: number
  /** Null where they were not asked for. */
  pictures: VerifiedPictures | null
}

/** A move under way. */
interface Move extends MoveOrder {
  records: RecordsMove
  folderId: string
  known: Set<string>
  report: MoveReport
}

/** From the gateway that serves to the database that may be served from, in order. Each may be broken off at any moment and is done again by the next run. */
const steps = [
  { name: 'check', run: ({ records, dataFolder, environment }: Move) => proveSecrets(records, dataFolder, environment) },
  { name: 'begin', run: begin },
  { name: 'secrets', run: keepSecrets },
  { name: 'copy', run: copyWhileServing },
  { name: 'pictures', run: verifyPictures },
  { name: 'wait', run: takeFolder },
  { name: 'catch up', run: catchUp },
  { name: 'verify', run: verify },
  { name: 'pictures since', run: verifyPictures },
  { name: 'queue', run: queueJobs },
  { name: 'close the folder', run: closeFolder },
  { name: 'open the database', run: ({ records }: Move) => records.end() },
] as const satisfies readonly { name: string; run(move: Move, held: AsyncDisposableStack): Promise<unknown> }[]

/** A step of a move. */
export type MoveStepName = (typeof steps)[number]['name']

/**
 * Moves the records of a data folder into the database that `DATABASE_URL` names. A gateway may serve from the folder meanwhile, until the move asks for it;
 * pictures, spool and secrets stay in the folder, which the next gateway is started on.
 * @throws ConfigurationError and Failure saying what is in the way and what stands
 */
export async function moveToPostgres(order: MoveOrder): Promise<MoveReport> {
  const name = databaseName(order.database.url.reveal())
  const marker = await readMovedMarker(order.dataFolder)
  if (marker && marker.database !== name) throw movedElsewhere(order.dataFolder, marker)
  await using records = await openMove(order.dataFolder, order.database, order.clock)
  const report = newReport(name, marker)
  if (marker && (await records.movingFolder()) === null) return report
  const folderId = (await readOrMake(dataFolderPaths(order.dataFolder).folderId, newFolderId)).value
  // A long step is broken off where it stands.
  const tell = (news: MoveNews) => {
    order.signal.throwIfAborted()
    order.tell(news)
  }
  const move: Move = { ...order, tell, records, folderId, known: new Set(), report: { ...report, was_moved_before: false } }
  await using held = new AsyncDisposableStack()
  for (const { name, run } of steps) {
    tell({ step: name })
    await run(move, held)
  }
  return move.report
}

function newReport(database: string, marker: MovedMarker | null): MoveReport {
  return {
    moved_at: marker?.moved_at ?? '',
    database,
    was_moved_before: marker !== null,
    held_ms: 0,
    tables: [],
    ledger: [],
    nul_texts: 0,
    jobs_queued: 0,
    pictures: null,
  }
}

function movedElsewhere(dataFolder: string, marker: MovedMarker): Error {
  return new ConfigurationError(
    `The records of ${dataFolder} were moved to ${marker.database} at ${marker.moved_at}, and DATABASE_URL names another database. Nothing was moved. ` +
      'What is in the folder is old: start the gateway with the DATABASE_URL it was moved to. To move the old records once more, `darkroom move --undo` first.',
  )
}

async function begin({ records, folderId, clock }: Move): Promise<void> {
  const moving = await records.movingFolder()
  if (moving === folderId) return
  if (moving !== null)
    throw new ConfigurationError(
      'DATABASE_URL: another data folder is being moved into this database. Nothing was moved; name an empty database of this folder’s own.',
    )
  await records.begin(folderId, clock.nowMs())
}

/** Pepper and administrator's token, sealed with the master key, as every start would take them over from the folder. */
function keepSecrets({ records, clock, dataFolder, environment }: Move): Promise<unknown> {
  return openSharedSecrets({ db: records.target, clock, newId, dataFolder, environment })
}

async function copyWhileServing({ records, folderId, tell }: Move): Promise<void> {
  await records.sync(folderId, (progress) => tell({ step: 'copy', ...progress }))
}

async function verifyPictures({ records, dataFolder, known, report, verifyObjects }: Move): Promise<void> {
  if (!verifyObjects) return
  const { verified, bytes, elsewhere } = await verifyMovedObjects(records, dataFolder, known)
  const before = report.pictures ?? { verified: 0, bytes: 0 }
  report.pictures = { verified: before.verified + verified, bytes: before.bytes + bytes, elsewhere }
}

const LOOK_EVERY_MS = 100

/** From here on no gateway can serve from the folder, until it is started with `DATABASE_URL`. */
async function takeFolder(move: Move, held: AsyncDisposableStack): Promise<void> {
  const { dataFolder, clock, waitMs, signal, report } = move
  const lock = held.adopt(await waitForFolder(dataFolder, clock.monotonicMs() + waitMs, clock, signal), (taken) => taken.release())
  const sinceMs = clock.monotonicMs()
  held.defer(() => {
    report.held_ms = Math.round(clock.monotonicMs() - sinceMs)
  })
  fp('move_after_lock')
  return void lock
}

/** @throws Failure `data_folder_locked` when its owner has not ended by then */
async function waitForFolder(dataFolder: string, untilMs: number, clock: Clock, signal: AbortSignal): Promise<DataFolderLock> {
  for (;;) {
    try {
      return await lockDataFolder(dataFolder)
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'data_folder_locked') || clock.monotonicMs() >= untilMs) throw error
    }
    await pause(LOOK_EVERY_MS)
    signal.throwIfAborted()
  }
}

async function catchUp({ records, folderId, tell }: Move): Promise<void> {
  await records.finishSync(folderId, (progress) => tell({ step: 'catch up', ...progress }))
}

async function verify({ records, folderId, tell, report }: Move): Promise<void> {
  const { nulTexts, ...verified } = await records.verify(folderId, (progress) => tell({ step: 'verify', ...progress }))
  Object.assign(report, verified, { nul_texts: nulTexts })
}

const QUEUED_AT_ONCE = 500

/** Every job that waits, so that whoever starts first makes them at once. */
async function queueJobs({ records, database, clock, report }: Move): Promise<void> {
  const faults: unknown[] = []
  const queue = await BossQueue.open({
    db: records.target,
    clock,
    url: database.url,
    works: false,
    mostOfProject: () => 1,
    onFault: (error) => faults.push(error),
  })
  try {
    for (;;) {
      const queued = await queue.refill(Number.MAX_SAFE_INTEGER, QUEUED_AT_ONCE)
      report.jobs_queued += queued
      if (queued === 0) break
    }
  } finally {
    await queue.close()
  }
  if (faults.length > 0) throw faults[0]
}

async function closeFolder({ dataFolder, clock, records, report }: Move): Promise<void> {
  report.moved_at = isoTime(clock.nowMs())
  await writeMovedMarker(dataFolder, { moved_at: report.moved_at, database: records.targetName })
  fp('move_after_marker')
}
