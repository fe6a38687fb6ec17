import type { SharedDatabaseConfig } from '../../db/index.ts'
import { openPostgresDatabase } from '../../db/postgres.ts'
import { migrateQueue } from '../../jobs/index.ts'
import type { Clock } from '../../primitives/clock.ts'

/**
 * Brings the schema of a shared database up to date, the tables of the queue of jobs included. Safe beside processes that do the same.
 * @returns the steps that were taken now; none where the schema was up to date
 * @throws as the database's own door, and ConfigurationError for a role that may not change the schema
 */
export async function bringUpToDate({ url, ...settings }: SharedDatabaseConfig, clock: Clock): Promise<readonly string[]> {
  const database = await openPostgresDatabase({ ...settings, url: url.reveal(), clock, isMovedInto: true })
  try {
    await migrateQueue(url)
    return database.migrationsApplied
  } finally {
    await database.close()
  }
}
