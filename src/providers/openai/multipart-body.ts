import { randomBytes } from 'node:crypto'
import type { StreamedBody } from '../../outbound/index.ts'
import { exactly } from './exactly.ts'

/** A text part of a form. */
export interface FormField {
  name: string
  value: string
}

/** A file part of a form. */
export interface FormFile {
  name: string
  fileName: string
  mediaType: string
  content: StreamedBody
}

/** A form that can be sent: what to put into `content-type`, and the bytes, read only while they are sent. */
export interface MultipartBody {
  contentType: string
  body: StreamedBody
}

/** What a form is made of, in the order it is sent. */
export interface Form {
  fields: readonly FormField[]
  files: readonly FormFile[]
}

/**
 * Makes a `multipart/form-data` body (RFC 7578): text fields first, then files, each opened when its turn comes and closed before the next.
 * The length is known before a byte is read; a file that turns out longer or shorter than it said ends the body with an error before the
 * closing boundary, so that nobody takes it for a whole form.
 * @param boundary at most 70 characters that cannot occur in the content
 */
export function multipartBody(form: Form, boundary = newBoundary()): MultipartBody {
  const fields = form.fields.map(({ name, value }) => partHead(boundary, [disposition(name)]) + value + CRLF).join('')
  const files = form.files.map((file) => ({ file, head: Buffer.from(fileHead(boundary, file)) }))
  const start = Buffer.from(fields)
  const end = Buffer.from(`--${boundary}--${CRLF}`)
  const fileBytes = files.reduce((sum, { file, head }) => sum + head.length + file.content.byteLength + CRLF.length, 0)

  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      byteLength: start.length + fileBytes + end.length,
      async *open() {
        if (start.length > 0) yield start
        for (const { file, head } of files) {
          yield head
          yield* exactly(file.content)
          yield lineBreak
        }
        yield end
      },
    },
  }
}

const CRLF = '\r\n'
const lineBreak = Buffer.from(CRLF)

/** 192 bits of chance, drawn after the content is fixed: no content holds it and nobody can write content that will. */
function newBoundary(): string {
  return `darkroom-${randomBytes(24).toString('hex')}`
}

function fileHead(boundary: string, { name, fileName, mediaType }: FormFile): string {
  return partHead(boundary, [`${disposition(name)}; filename="${quoted(fileName)}"`, `Content-Type: ${mediaType}`])
}

function partHead(boundary: string, lines: readonly string[]): string {
  return [`--${boundary}`, ...lines, '', ''].join(CRLF)
}

const disposition = (name: string) => `Content-Disposition: form-data; name="${quoted(name)}"`

/** As browsers write names (HTML standard, "multipart/form-data encoding algorithm"): no name can end its line or its quotes. */
function quoted(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
}
