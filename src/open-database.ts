import { openSecrets, openSharedSecrets, readOrMake, type Secrets } from './access/index.ts'
import type { DarkroomConfig } from './config/read-config.ts'
import {
  type Database,
  type DatabaseLogger,
  dataFolderPaths,
  newFolderId,
  noSignals,
  openSqliteDatabase,
  refuseMoved,
  refuseUnmoved,
  type Signals,
} from './db/index.ts'
import { BossQueue, type JobQueue, MemoryQueue } from './jobs/index.ts'
import type { Clock } from './primitives/clock.ts'

/** Where a gateway keeps its records, and how it hears of other processes. */
export interface OpenedDatabase extends AsyncDisposable {
  database: Database
  signals: Signals
}

type DatabaseConfig = Pick<DarkroomConfig, 'dataFolder' | 'sharedDatabase'>

/**
 * Opens the database: the one that `DATABASE_URL` names, which other processes may share, or that of the data folder.
 * @throws ConfigurationError when the data folder's records were moved and no `DATABASE_URL` says where to, or were not and one is named; as the engine's own door
 */
export async function openDatabase(
  { dataFolder, sharedDatabase }: DatabaseConfig,
  { clock, logger, bootId }: { clock: Clock; logger: DatabaseLogger; bootId: string },
): Promise<OpenedDatabase> {
  if (sharedDatabase === null) {
    await refuseMoved(dataFolder)
    const database = await openSqliteDatabase({ path: dataFolderPaths(dataFolder).database, clock, logger })
    return { database, signals: noSignals, [Symbol.asyncDispose]: () => database.close() }
  }
  await refuseUnmoved(dataFolder)
  const { openPostgresDatabase, openPostgresSignals } = await import('./db/postgres.ts')
  const { url, listenUrl, ...settings } = sharedDatabase
  const database = await openPostgresDatabase({ ...settings, url: url.reveal(), clock, logger })
  const signals = openPostgresSignals({ url: listenUrl, from: bootId, logger })
  const close = async () => {
    await signals.close()
    await database.close()
  }
  return { database, signals, [Symbol.asyncDispose]: close }
}

/** Opens the secrets: in the data folder, or with a shared database in there, sealed. */
export function openSecretsOf(
  { dataFolder, sharedDatabase, environment }: DatabaseConfig & Pick<DarkroomConfig, 'environment'>,
  parts: Pick<Parameters<typeof openSharedSecrets>[0], 'db' | 'clock' | 'newId'>,
): Promise<Secrets> {
  return sharedDatabase === null ? openSecrets(dataFolder, environment) : openSharedSecrets({ ...parts, dataFolder, environment })
}

/** The name of a data folder, made once. Without a shared database all processes have the same. */
export async function folderIdOf({ dataFolder, sharedDatabase }: DatabaseConfig): Promise<string> {
  if (sharedDatabase === null) return 'own'
  return (await readOrMake(dataFolderPaths(dataFolder).folderId, newFolderId)).value
}

/** Where jobs wait: in this process, or with a shared database in there. */
export async function openJobQueue(
  { sharedDatabase, role, jobs }: DatabaseConfig & Pick<DarkroomConfig, 'role' | 'jobs'>,
  { database: db, clock, logger, workers }: { database: Database; clock: Clock; logger: DatabaseLogger; workers: () => number },
): Promise<JobQueue> {
  if (sharedDatabase === null) return new MemoryQueue()
  const onFault = (error: unknown) => logger.error({ err: error }, 'the queue of jobs met a fault; what it forgets is found by the record')
  // Less than all workers can have at hand, so that there is room for the jobs of others.
  const mostOfProject = () => Math.max(1, workers()) * Math.ceil(jobs.places * 1.5)
  return BossQueue.open({ db, clock, url: sharedDatabase.url, works: role !== 'api', mostOfProject, onFault })
}
