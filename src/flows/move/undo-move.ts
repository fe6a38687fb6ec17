import { lockDataFolder, rawQuery, readMovedMarker, type SharedDatabaseConfig } from '../../db/index.ts'
import { databaseName, removeMovedMarker } from '../../db/move/index.ts'
import { openPostgresDatabase } from '../../db/postgres.ts'
import type { Clock } from '../../primitives/clock.ts'
import { ConfigurationError } from '../../primitives/settings.ts'

/** A move to be taken back. */
export interface UndoOrder {
  dataFolder: string
  /** The database it was moved to; null when it is not to be asked. */
  database: SharedDatabaseConfig | null
  clock: Clock
}

/**
 * Opens a data folder again whose records were moved. What the database took in since would be lost to it, so it is asked whether any gateway has served from it.
 * @returns when the records were moved, ISO 8601 UTC
 * @throws ConfigurationError when the folder was not moved there, or a gateway has served from there
 */
export async function undoMove({ dataFolder, database, clock }: UndoOrder): Promise<string> {
  const lock = await lockDataFolder(dataFolder)
  try {
    const marker = await readMovedMarker(dataFolder)
    if (!marker) throw new ConfigurationError(`The records of ${dataFolder} were not moved. Nothing was changed.`)
    if (database) await refuseWhenServed(database, marker, clock)
    await removeMovedMarker(dataFolder)
    return marker.moved_at
  } finally {
    await lock.release()
  }
}

async function refuseWhenServed(
  { url, ...settings }: SharedDatabaseConfig,
  marker: { moved_at: string; database: string },
  clock: Clock,
): Promise<void> {
  const name = databaseName(url.reveal())
  if (name !== marker.database)
    throw new ConfigurationError(`The records were moved to ${marker.database}, and DATABASE_URL names ${name}. Nothing was changed.`)
  const target = await openPostgresDatabase({ ...settings, url: url.reveal(), clock, isMovedInto: true })
  try {
    const query = rawQuery<{ count: number }>('select count(*) as count from nodes where started_at_ms >= $1', [
      Date.parse(marker.moved_at),
    ])
    const [found] = await target.read(query)
    if (found!.count === 0) return
    throw new ConfigurationError(
      `Gateways have served from ${marker.database} since the move; what they did is not in the data folder and would be missing from then on: ` +
        'calls could be paid again, money be missing from the ledger. Nothing was changed. If you want the old records all the same: --discard.',
    )
  } finally {
    await target.close()
  }
}
