import { failure } from '../contract/failure.ts'
import type { FailureCode } from '../contract/failure-catalogue.ts'
import { primaryCode, type SqliteFault } from './sqlite-protocol.ts'
import { StatementError } from './statement-error.ts'

/** Result codes that say something about the machine, not about the statement. @see https://www.sqlite.org/rescode.html */
const failureByResultCode: Record<number, FailureCode> = {
  5: 'database_unavailable', // SQLITE_BUSY: another process held the lock longer than the busy timeout
  6: 'database_unavailable', // SQLITE_LOCKED
  7: 'database_unavailable', // SQLITE_NOMEM
  8: 'storage_unavailable', // SQLITE_READONLY
  10: 'storage_unavailable', // SQLITE_IOERR
  11: 'database_unavailable', // SQLITE_CORRUPT
  13: 'storage_full', // SQLITE_FULL
  14: 'storage_unavailable', // SQLITE_CANTOPEN
  15: 'database_unavailable', // SQLITE_PROTOCOL
  26: 'database_unavailable', // SQLITE_NOTADB
}

const SQLITE_CONSTRAINT = 19

/** Turns what a database thread met into what callers see: a `Failure` for trouble of the machine, a `StatementError` for ours. */
export function errorFromFault(fault: SqliteFault): Error {
  const code = primaryCode(fault)
  const cause = new Error(`SQLite result code ${fault.resultCode}: ${fault.message}`)
  const failureCode = code === null ? undefined : failureByResultCode[code]
  if (failureCode) return failure(failureCode, { cause })
  return new StatementError(fault.message, { constraint: code === SQLITE_CONSTRAINT, statement: fault.sql })
}
