import { type Failure, failure } from '../contract/failure.ts'
import { isUtf8, parseMediaType } from './media-type.ts'

/** What the head of a part of a multipart form says. */
export interface PartHead {
  name: string
  /** As the client wrote it; null where it names none. */
  fileName: string | null
  /** Lower case, without parameters; null where the part has none. */
  contentType: string | null
}

/** A part's header lines by lower-case name, one character per byte. */
export type PartHeaders = Readonly<Record<string, readonly string[]>>

const FORM_DATA = /^\s*form-data\s*(?=;|$)/i
const PARAMETER = /\s*;\s*(?:([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^";]*)))?\s*/y

/** Encodings under which the bytes stand for themselves; RFC 7578 (section 4.7) has put the others out of use. */
const PLAIN_ENCODINGS = ['7bit', '8bit', 'binary']

/** Reads a part's head. What cannot be told for certain is refused: a part that is left out would be a picture that is left out. */
export function readPartHead(headers: PartHeaders): PartHead | Failure {
  const disposition = readDisposition(only(headers, 'content-disposition'))
  const name = disposition?.get('name')
  if (!disposition || name === undefined) return malformed('a part has no Content-Disposition of form-data with a name')
  const encoding = only(headers, 'content-transfer-encoding')?.trim().toLowerCase() ?? 'binary'
  if (!PLAIN_ENCODINGS.includes(encoding))
    return malformed('a part is written in a Content-Transfer-Encoding; parts must be sent as plain bytes')
  const type = readType(only(headers, 'content-type'))
  if (type === 'not_utf8') return failure('invalid_encoding', { param: utf8(name) })
  return { name: utf8(name), fileName: fileNameOf(disposition), contentType: type }
}

/** What is wrong with a form. */
export function malformed(what: string): Failure {
  return failure('invalid_multipart', {
    message: `The body is not a multipart form that can be read: ${what}. Nothing was sent or charged; correct it and send the request again.`,
  })
}

/** The one value of a header; a second one makes it none, for no two readers would agree which one counts. */
function only(headers: PartHeaders, name: string): string | undefined {
  const values = headers[name]
  return values?.length === 1 ? values[0] : undefined
}

/** Parameters of `form-data`, by lower-case name; null for anything else. The first of two equal names counts, as in browsers. */
function readDisposition(header: string | undefined): Map<string, string> | null {
  const start = header === undefined ? null : FORM_DATA.exec(header)
  if (header === undefined || !start) return null
  const parameters = new Map<string, string>()
  let at = start[0].length
  while (at < header.length) {
    PARAMETER.lastIndex = at
    const found = PARAMETER.exec(header)
    if (!found) return null
    at = PARAMETER.lastIndex
    const key = found[1]?.toLowerCase()
    if (key === undefined || parameters.has(key)) continue
    parameters.set(key, found[2] === undefined ? found[3]!.trim() : found[2].replace(/\\(["\\])/g, '$1'))
  }
  return parameters
}

/** `filename*` (RFC 5987) is the exact one where both are there; the plain one is UTF-8 in practice. */
function fileNameOf(disposition: Map<string, string>): string | null {
  const extended = /^utf-8'[^']*'(.*)$/i.exec(disposition.get('filename*') ?? '')
  const plain = disposition.get('filename')
  if (extended) return percentDecoded(extended[1]!)
  return plain === undefined ? null : utf8(plain)
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readType(header: string | undefined): string | null | 'not_utf8' {
  if (header === undefined) return null
  const type = parseMediaType(header.trim())
  if (type === null) return null
  return type.essence.startsWith('text/') && !isUtf8(type) ? 'not_utf8' : type.essence
}

/** Headers come one character per byte. */
function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
