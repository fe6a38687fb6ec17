import { Failure, failure } from '../contract/failure.ts'

/** Turns an error of the file system into a failure callers may see: no room left, or not to be written. Failures pass unchanged. */
export function storageFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const { code } = error as NodeJS.ErrnoException
  return failure(code === 'ENOSPC' || code === 'EDQUOT' ? 'storage_full' : 'storage_unavailable', { cause: error })
}
