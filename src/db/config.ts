import { Secret } from '../primitives/secret.ts'
import { type Environment, readChoice, readInteger, readText, SettingError } from '../primitives/settings.ts'

/** Where a shared database is, and how it is used. */
export interface SharedDatabaseConfig {
  /** With its password. */
  url: Secret
  /** For listening, which needs a connection of its own: beside a pooler that hands connections from one transaction to the next. */
  listenUrl: Secret
  poolSize: number
  statementTimeoutMs: number
  prepare: boolean
  durabilityVouched: boolean
}

const SECOND = 1000

/**
 * The shared database, `DATABASE_URL` and its like; null where there is none and the data folder has its own.
 * @throws SettingError; its text never shows an address, which may hold a password
 */
export function readDatabaseConfig(environment: Environment): SharedDatabaseConfig | null {
  const url = addressOf('DATABASE_URL', readText(environment, 'DATABASE_URL', null))
  if (url === null) return null
  return {
    url,
    listenUrl: addressOf('DATABASE_LISTEN_URL', readText(environment, 'DATABASE_LISTEN_URL', null)) ?? url,
    poolSize: readInteger(environment, 'DATABASE_POOL', 10, { min: 2, max: 200 }),
    statementTimeoutMs: readInteger(environment, 'DATABASE_STATEMENT_TIMEOUT_S', 30, { min: 1, max: 600 }) * SECOND,
    prepare: readChoice(environment, 'DATABASE_PREPARE', 'on', ['on', 'off']) === 'on',
    durabilityVouched: readChoice(environment, 'DATABASE_DURABILITY', 'checked', ['checked', 'provider']) === 'provider',
  }
}

function addressOf(name: string, text: string | null): Secret | null {
  if (text === null) return null
  const isAddress = /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
  if (!isAddress) throw new SettingError(name, 'postgres://user:password@host:5432/database', 'something else')
  return new Secret(text)
}
