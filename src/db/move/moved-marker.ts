import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { ConfigurationError } from '../../primitives/settings.ts'
import { dataFolderPaths, syncFolder, writePrivateFile } from '../data-folder.ts'

/** What a data folder says whose records were moved out of it. */
export interface MovedMarker {
  /** ISO 8601 UTC. */
  moved_at: string
  /** Where to, without user and password: `host:port/database`. */
  database: string
}

/** A database as it may be shown: host, port and name. */
export function databaseName(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}:${port || '5432'}${pathname}`
}

/** @returns null where the records were not moved */
export async function readMovedMarker(dataFolder: string): Promise<MovedMarker | null> {
  try {
    return JSON.parse(await readFile(dataFolderPaths(dataFolder).moved, 'utf8')) as MovedMarker
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Closes the data folder's own database to every start. */
export function writeMovedMarker(dataFolder: string, marker: MovedMarker): Promise<void> {
  return writePrivateFile(dataFolderPaths(dataFolder).moved, `${JSON.stringify(marker)}\n`)
}

/** Opens it again. */
export async function removeMovedMarker(dataFolder: string): Promise<void> {
  await rm(dataFolderPaths(dataFolder).moved, { force: true })
  await syncFolder(dataFolder)
}

/** @throws ConfigurationError when the records of a data folder were moved: what its own database says is old */
export async function refuseMoved(dataFolder: string): Promise<void> {
  const marker = await readMovedMarker(dataFolder)
  if (!marker) return
  throw new ConfigurationError(
    `The records of ${dataFolder} were moved to the database ${marker.database} at ${marker.moved_at}; what is left here is old. ` +
      'Nothing was changed or charged. Set DATABASE_URL to that database and start again. To go back to the records as they were then, ' +
      'see docs/move.md#going-back.',
  )
}

/** @throws ConfigurationError when a data folder has records of its own that were not moved: a database elsewhere would not know of them */
export async function refuseUnmoved(dataFolder: string): Promise<void> {
  const { database } = dataFolderPaths(dataFolder)
  if (!existsSync(database) || (await readMovedMarker(dataFolder))) return
  throw new ConfigurationError(
    `${database} holds records that were not moved to DATABASE_URL: keys, idempotency keys and the ledger would not be known there, and calls could be paid again. ` +
      'Nothing was changed or charged. Move them with `darkroom move --from sqlite --to postgres` (docs/move.md), or start on another data folder.',
  )
}
