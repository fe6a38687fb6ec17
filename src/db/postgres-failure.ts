import { failure } from '../contract/failure.ts'
import type { FailureCode } from '../contract/failure-catalogue.ts'
import { StatementError } from './statement-error.ts'

/**
 * What kind of trouble a statement met.
 *
 * - `collision`: other transactions were in the way; the same transaction, begun anew, may pass.
 * - `taken`: a unique value was there already. Under serializable isolation that may be a collision said in another way, so it is tried anew a few times.
 * - `away`: the server, or the way to it, is not there for the moment: a restart, a failover, a broken connection.
 * - `refused`: anything else. Trying again would meet the same.
 */
export type PostgresTrouble = 'collision' | 'taken' | 'away' | 'refused'

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const collisions = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available: waited longer than lock_timeout
])
const UNIQUE_VIOLATION = '23505'
const away = new Set([
  '25006', // read_only_sql_transaction: this one became a standby
  '25P03', // idle_in_transaction_session_timeout
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
])
const brokenConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT', // the socket's file, while the server is down
])

/** What PostgreSQL or its client said. */
interface PostgresError extends Error {
  /** Five letters of SQLSTATE, or a code of the operating system. */
  code?: string
  constraint?: string
  table?: string
}

/** Sorts an error of the client by what is to be done about it. */
export function troubleOf(error: unknown): PostgresTrouble {
  const { code, message } = error as PostgresError
  if (code === undefined)
    return /^(Connection terminated|Client has encountered|timeout exceeded|Query read timeout)/.test(message) ? 'away' : 'refused'
  if (collisions.has(code)) return 'collision'
  if (code === UNIQUE_VIOLATION) return 'taken'
  return away.has(code) || brokenConnection.has(code) || code.startsWith('08') ? 'away' : 'refused'
}

const failureByState: Record<string, FailureCode> = {
  '53100': 'storage_full', // disk_full
  '57014': 'database_unavailable', // query_canceled: the statement ran longer than it may
}
/** Classes that say something about the machine or the set-up, not about the statement: refused logins, unknown database, resources, input and output. */
const failureByClass: Record<string, FailureCode> = {
  '28': 'database_unavailable',
  '3D': 'database_unavailable',
  '53': 'database_unavailable',
  '58': 'storage_unavailable',
  XX: 'database_unavailable',
}

/**
 * Turns what the client met into what callers see: a `Failure` for trouble of the machine, a `StatementError` for ours. The text of
 * PostgreSQL's main message names constraints and columns; values stand in its detail, which is left out.
 */
export function errorFromPostgres(error: unknown, statement: string | null): Error {
  const { code = '', message, constraint, table } = error as PostgresError
  const cause = new Error(`PostgreSQL ${code || 'connection'}: ${message}`)
  const failureCode = failureByState[code] ?? failureByClass[code.slice(0, 2)]
  if (failureCode) return failure(failureCode, { cause })
  const trouble = troubleOf(error)
  if (trouble === 'collision' || trouble === 'away') return failure('database_unavailable', { cause })
  if (code === UNIQUE_VIOLATION)
    return new StatementError(`UNIQUE constraint failed: ${table}.${constraint}`, { constraint: true, statement })
  // P0001 is what our own triggers raise.
  return new StatementError(message, { constraint: code.startsWith('23') || code === 'P0001', statement })
}
