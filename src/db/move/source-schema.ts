import { failure } from '../../contract/failure.ts'
import { type AppliedMigration, checkHistory, ownMigrations, readMigrations } from '../migration-history.ts'
import type { SqliteThread } from '../sqlite-thread.ts'
import { rawQuery } from '../statement-builder.ts'

/**
 * Holds the schema of the data folder against this program's: only what both know whole is moved.
 * @throws Error or Failure `configuration_invalid` naming what differs and what to do
 */
export async function assertMovable(source: SqliteThread): Promise<void> {
  const known = readMigrations(ownMigrations, 'sqlite')
  const [history] = await source.readAll<[AppliedMigration]>([rawQuery('select id, sha256, breaking from schema_migrations order by id')])
  const newer = history.filter(({ id }) => !known.some((step) => step.id === id))
  if (newer.length > 0)
    throw failure('configuration_invalid', {
      message:
        `The data folder was brought up to date by a newer Darkroom (${newer.map(({ id }) => id).join(', ')}) than this one. ` +
        'Nothing was moved; move it with that release.',
    })
  checkHistory(history, known)
  const missing = known.filter(({ id }) => !history.some((step) => step.id === id))
  if (missing.length > 0)
    throw failure('configuration_invalid', {
      message:
        `The data folder is of an older release (it lacks ${missing.map(({ id }) => id).join(', ')}). Nothing was moved; ` +
        'start the gateway of this release on it once, then move it.',
    })
}
