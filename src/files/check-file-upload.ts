import { failure } from '../contract/failure.ts'

/** What files are taken for. OpenAI's API knows more purposes; the pictures of edits need this one. */
export const filePurposes = ['vision'] as const
/** A purpose that is served here. */
export type FilePurpose = (typeof filePurposes)[number]

/** What an upload says of its file. */
export interface FileUpload {
  purpose: FilePurpose
  /** Counted from the upload; null = kept until it is deleted. */
  expiresAfterMs: number | null
}

const ANCHOR = 'expires_after[anchor]'
const SECONDS = 'expires_after[seconds]'
/** One hour and thirty days, OpenAI's bounds of `expires_after.seconds`. */
const SHORTEST_S = 3_600
const LONGEST_S = 2_592_000

/**
 * Checks the text fields of a multipart `POST /v1/files`, as OpenAI's clients write them: `purpose`, and `expires_after[anchor]` with
 * `expires_after[seconds]`.
 * @throws `Failure` in the words of OpenAI's contract: `unknown_parameter`, `missing_required_parameter`, `invalid_value`, `invalid_type`,
 * `integer_below_min_value` or `integer_above_max_value`.
 */
export function checkFileUpload(fields: Readonly<Record<string, string>>): FileUpload {
  const unknown = Object.keys(fields).find((name) => !['purpose', ANCHOR, SECONDS].includes(name))
  if (unknown !== undefined) throw refused('unknown_parameter', unknown, `Unknown parameter: '${unknown.slice(0, 64)}'.`)
  return { purpose: readPurpose(fields['purpose']), expiresAfterMs: readExpiry(fields[ANCHOR], fields[SECONDS]) }
}

function readPurpose(purpose: string | undefined): FilePurpose {
  if (purpose === undefined) throw missing('purpose')
  const served = filePurposes.find((one) => one === purpose)
  if (served) return served
  throw refused('invalid_value', 'purpose', `Invalid value: '${purpose.slice(0, 64)}'. Supported values are: 'vision'.`)
}

function readExpiry(anchor: string | undefined, seconds: string | undefined): number | null {
  if (anchor === undefined && seconds === undefined) return null
  if (anchor === undefined) throw missing(ANCHOR)
  if (seconds === undefined) throw missing(SECONDS)
  if (anchor !== 'created_at')
    throw refused('invalid_value', ANCHOR, `Invalid value: '${anchor.slice(0, 64)}'. Supported values are: 'created_at'.`)
  if (!/^-?\d{1,15}$/.test(seconds)) throw refused('invalid_type', SECONDS, `Invalid type for '${SECONDS}': expected an integer.`)
  return checkSeconds(Number(seconds)) * 1_000
}

function checkSeconds(seconds: number): number {
  if (seconds < SHORTEST_S)
    throw refused(
      'integer_below_min_value',
      SECONDS,
      `Invalid '${SECONDS}': integer below minimum value. Expected a value >= ${SHORTEST_S}, but got ${seconds} instead.`,
    )
  if (seconds > LONGEST_S)
    throw refused(
      'integer_above_max_value',
      SECONDS,
      `Invalid '${SECONDS}': integer above maximum value. Expected a value <= ${LONGEST_S}, but got ${seconds} instead.`,
    )
  return seconds
}

function missing(param: string) {
  return refused('missing_required_parameter', param, `Missing required parameter: '${param}'.`)
}

function refused(code: Parameters<typeof failure>[0], param: string, message: string) {
  return failure(code, { param, message: `${message} Nothing was kept or charged.` })
}
