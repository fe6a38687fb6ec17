import { readDatabaseConfig, type SharedDatabaseConfig } from '../db/unopened.ts'
import type { Environment } from '../primitives/settings.ts'
import { CommandError } from './command.ts'

/** The database that `DATABASE_URL` names. @param what it is to the command @throws CommandError without one; SettingError for something else */
export function sharedDatabase(environment: Environment, what: string): SharedDatabaseConfig {
  const config = readDatabaseConfig(environment)
  if (config) return config
  throw new CommandError(
    `DATABASE_URL is not set: it ${what} (postgres://user:password@host:5432/database). Nothing was changed. See docs/configuration.md#database_url`,
  )
}
