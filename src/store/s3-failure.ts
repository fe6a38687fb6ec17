import { Failure, failure } from '../contract/failure.ts'

/**
 * What went wrong between us and a bucket, for logs and for `darkroom doctor`. It is written anew from the code and the status alone: the
 * library's own errors hold the request with its signature, and answers of stores repeat key ids and what they would have signed.
 */
export class S3Problem extends Error {
  /** The store's code (`NoSuchBucket`), the system's (`ECONNREFUSED`), or `deadline`. */
  readonly code: string
  /** Null when nothing was answered. */
  readonly httpStatus: number | null

  constructor(operation: string, { code, httpStatus }: { code: string; httpStatus: number | null }) {
    const advice = adviceFor[code] ?? adviceFor[httpStatus === 403 ? 'AccessDenied' : '']
    super(`${operation}: ${httpStatus === null ? code : `${httpStatus} ${code}`}${advice ? `; ${advice}` : ''}`)
    this.name = 'S3Problem'
    this.code = code
    this.httpStatus = httpStatus
  }
}

const adviceFor: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no bucket of this name: see S3_BUCKET and S3_ENDPOINT',
  InvalidAccessKeyId: 'the store does not know this key: see S3_ACCESS_KEY_ID',
  SignatureDoesNotMatch: 'the secret does not belong to the key: see S3_SECRET_ACCESS_KEY',
  AccessDenied: 'the key may not do this: docs/storage.md lists what it needs',
  ExpiredToken: 'the session token is over',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  AuthorizationHeaderMalformed: 'the bucket is in another region: see S3_REGION',
  PermanentRedirect: 'the bucket is in another region or at another address: see S3_REGION and S3_ENDPOINT',
  ENOTFOUND: 'the name of the address is not known: see S3_ENDPOINT, and S3_FORCE_PATH_STYLE where it begins with the bucket',
  CredentialsProviderError: 'no credentials were found: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or give this machine a role',
}

const full = new Set(['QuotaExceeded', 'QuotaExceededException', 'XMinioStorageFull', 'InsufficientStorage', 'StorageFull'])
const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchVersion'])
/** Asked again although the status alone says that it would be for nothing. */
const passing = new Set(['RequestTimeout', 'RequestTimeTooSkewed', 'SlowDown', 'ConditionalRequestConflict', 'OperationAborted'])

/** Ours to mend, whatever the store does. */
const ours = new Set(['CredentialsProviderError', 'OtherBytesError'])

/** What an error of the library comes down to. */
export function problemOf(operation: string, error: unknown): S3Problem {
  if (error instanceof S3Problem) return error
  const { name, code, $metadata, $response } = error as LibraryError
  const httpStatus = $metadata?.httpStatusCode ?? null
  if (httpStatus === 403 && isWithoutCode(name) && isSkewed($response?.headers?.['date']))
    return new S3Problem(operation, { code: 'RequestTimeTooSkewed', httpStatus })
  const word = httpStatus === null && typeof code === 'string' ? code : (name ?? 'Error')
  return new S3Problem(operation, { code: /^[\w.-]{1,64}$/.test(word) ? word : 'Error', httpStatus })
}

interface LibraryError {
  name?: string
  code?: unknown
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Readonly<Record<string, string | undefined>> }
}

/** The answer to a HEAD has no body to say why in. */
const isWithoutCode = (name: string | undefined) => name === undefined || /^(?:Unknown|Forbidden|403)/.test(name)

const SKEW_MS = 5 * 60_000
/** The library has set its clock by that date already: the next try is signed with the store's time. */
const isSkewed = (date: string | undefined) => Math.abs(Date.parse(date ?? '') - Date.now()) > SKEW_MS

/** True where the same request may go through a moment later. */
export function mayPass({ code, httpStatus }: S3Problem): boolean {
  if (passing.has(code)) return true
  if (httpStatus === null) return !ours.has(code)
  return httpStatus === 429 || (httpStatus >= 500 && httpStatus !== 501 && !full.has(code) && httpStatus !== 507)
}

/** True where the answer says that the object is not there; a bucket that is not there says another thing. */
export function isMissing({ code, httpStatus }: S3Problem): boolean {
  return httpStatus === 404 && missing.has(code)
}

const reading = new Set(['GetObject', 'HeadObject'])
const notReadable = 'The picture store cannot be read at the moment. Nothing was charged; try again later.'

const noRoom = 'The bucket has no room left for a picture, so the call was not made and not charged; raise its quota, or remove something.'

/** The failure that callers see. Those that are one already pass. */
export function s3Failure(operation: string, error: unknown): Failure {
  if (error instanceof Failure) return error
  const problem = problemOf(operation, error)
  if (isMissing(problem)) return failure('object_missing', { cause: problem })
  if (reading.has(operation)) return failure('storage_unavailable', { cause: problem, message: notReadable })
  const isFull = full.has(problem.code) || problem.httpStatus === 507
  return isFull ? failure('storage_full', { cause: problem, message: noRoom }) : failure('storage_unavailable', { cause: problem })
}
