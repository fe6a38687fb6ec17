import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { invalidRequest } from '../refusal.ts'
import { readBytes } from './read-bytes.ts'

/** A file part of a form. */
export interface FormFile {
  /** The part's name, `image[]` for example. */
  name: string
  fileName: string | null
  /** As the part says; nothing has looked at the bytes. */
  mediaType: string
  bytes: Buffer
}

/** A `multipart/form-data` body, its parts in order. */
export interface Form {
  fields: [name: string, value: string][]
  files: FormFile[]
}

const LONGEST_NAME_BYTES = 1_024
const MOST_PARTS = 200

/** Whether a content type is a form's. */
export function isForm(contentType: string): boolean {
  return /^multipart\/form-data\s*(?:;|$)/i.test(contentType)
}

/**
 * Reads a form into memory.
 * @throws Refusal 400 for a body that is not a whole form, 413 beyond `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readForm(request: IncomingMessage, maxBytes: number): Promise<Form> {
  const bytes = await readBytes(request, maxBytes)
  try {
    return await takeApart(request.headers as BusboyHeaders, bytes)
  } catch {
    throw invalidRequest('We could not parse the multipart form of your request.', null)
  }
}

async function takeApart(headers: BusboyHeaders, bytes: Buffer): Promise<Form> {
  const parser = new Busboy({
    headers,
    limits: { fieldNameSize: LONGEST_NAME_BYTES, fieldSize: bytes.length, parts: MOST_PARTS },
    isPartAFile,
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const form: Form = { fields: [], files: [] }
  parser.on('field', (name, value) => form.fields.push([name, value]))
  parser.on('file', (name, stream, fileName: string | undefined, _encoding, mediaType) => {
    const file: FormFile = { name, fileName: fileName ?? null, mediaType, bytes: Buffer.alloc(0) }
    const pieces: Buffer[] = []
    form.files.push(file)
    stream.on('data', (piece: Buffer) => pieces.push(piece))
    stream.on('error', reject)
    stream.on('end', () => {
      file.bytes = Buffer.concat(pieces)
    })
  })
  parser.on('partsLimit', () => reject(new Error(`more than ${MOST_PARTS} parts`)))
  parser.on('error', reject)
  parser.on('finish', resolve)
  parser.end(bytes)
  await promise
  return form
}

/** A picture without a file name is a file all the same. */
function isPartAFile(_name: string | undefined, mediaType: string | undefined, fileName: string | undefined): boolean {
  return fileName !== undefined || mediaType === 'application/octet-stream' || mediaType?.startsWith('image/') === true
}
