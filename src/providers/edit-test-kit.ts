import { createHash, randomBytes } from 'node:crypto'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import type { ProviderInput } from './image-provider.ts'

/** An input for tests that knows what was done with it. */
export interface WatchedInput extends ProviderInput {
  readonly opened: number
  readonly closed: number
  readonly yieldedBytes: number
}

/** What a test wants of an input beside its bytes. */
export interface InputOptions {
  /** @default 'image' */
  role?: ProviderInput['role']
  /** @default 'png' */
  format?: ProviderInput['format']
  /** @default 65536 */
  pieceBytes?: number
  /** Length told in advance, where it shall not be the true one. */
  announcedBytes?: number
  /** The reader throws in place of the piece in which this byte is. */
  breaksAt?: number
}

/** Makes an input of these bytes, or of so many random ones. */
export function watchedInput(content: Buffer | number, options: InputOptions = {}): WatchedInput {
  const bytes = typeof content === 'number' ? randomBytes(content) : content
  const { role = 'image', format = 'png', pieceBytes = 65_536, announcedBytes = bytes.length, breaksAt } = options
  const input = {
    role,
    format,
    byteLength: announcedBytes,
    sha256: sha256Of(bytes),
    opened: 0,
    closed: 0,
    yieldedBytes: 0,
    async *open() {
      input.opened += 1
      try {
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          if (breaksAt !== undefined && breaksAt < at + pieceBytes) throw new Error('the disk is gone')
          const piece = bytes.subarray(at, at + pieceBytes)
          input.yieldedBytes += piece.length
          yield piece
        }
      } finally {
        input.closed += 1
      }
    },
  }
  return input
}

/** A file of a form as the other side read it. */
export interface ReceivedFile {
  name: string
  fileName: string
  mediaType: string
  byteLength: number
  sha256: string
}

/** A form as the other side read it, in order. */
export interface ReceivedForm {
  fields: [name: string, value: string][]
  files: ReceivedFile[]
}

/** Reads a form with a parser that is not ours, a piece at a time; the contents of files are hashed, not kept. */
export class FormReader {
  readonly #form: ReceivedForm = { fields: [], files: [] }
  readonly #parser: BusboyInstance
  readonly #finished: Promise<void>

  constructor(contentType: string) {
    this.#parser = new Busboy({ headers: { 'content-type': contentType } })
    this.#parser.on('field', (name, value) => this.#form.fields.push([name, value]))
    this.#parser.on('file', (name, stream, fileName, _encoding, mediaType) => {
      const hash = createHash('sha256')
      const file = { name, fileName, mediaType, byteLength: 0, sha256: '' }
      this.#form.files.push(file)
      stream
        .on('data', (piece: Buffer) => {
          file.byteLength += piece.length
          hash.update(piece)
        })
        .on('end', () => {
          file.sha256 = hash.digest('hex')
        })
    })
    this.#finished = new Promise((resolve, reject) => this.#parser.on('finish', resolve).on('error', reject))
  }

  write(piece: Buffer): void {
    this.#parser.write(piece)
  }

  /** The form, once its last byte was written. */
  async form(): Promise<ReceivedForm> {
    this.#parser.end()
    await this.#finished
    return this.#form
  }
}

/** Reads the form of a whole request. */
export function readForm({ headers, body }: { headers: Record<string, string>; body: Buffer }): Promise<ReceivedForm> {
  const reader = new FormReader(headers['content-type'] ?? '')
  reader.write(body)
  return reader.form()
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
