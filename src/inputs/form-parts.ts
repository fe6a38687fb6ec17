import { Failure, failure } from '../contract/failure.ts'
import type { InputRole } from '../contract/input-picture.ts'
import { cleanFileName } from './file-name.ts'
import { InputFile } from './input-file.ts'
import type { FormField, Upload } from './intake.ts'
import type { IntakeLimits } from './intake-limits.ts'
import type { PartHead } from './part-head.ts'

/** Which parts of a form are files. */
export interface FormShape {
  /** True for a name that should be a file's: such a part is one even where its head does not say so, unless its content is text. */
  namesFile(name: string): boolean
  /** What a file of this name is for, or why there is none. */
  roleOf(name: string): InputRole | Failure
}

/** Darkroom's own structures come as text also where a client sends them as a blob, which gives them a file name. */
const ALWAYS_TEXT = 'darkroom'

/** Takes the parts of one form: texts into memory, files to disk. */
export class FormParts {
  readonly fields: FormField[] = []
  readonly #shape: FormShape
  readonly #limits: IntakeLimits
  readonly #createFile: () => Promise<InputFile>
  readonly #files: InputFile[] = []
  readonly #uploads: Promise<Upload>[] = []
  #images = 0

  constructor(shape: FormShape, limits: IntakeLimits, place: { folder: string; name: string }) {
    this.#shape = shape
    this.#limits = limits
    this.#createFile = () => InputFile.create(place.folder, place.name)
  }

  /**
   * Takes one part. By its head it is a file if it has a file name, or the type `image/*` or `application/octet-stream`.
   * @throws Failure
   */
  async take(head: PartHead, content: AsyncIterable<Buffer>): Promise<void> {
    const isFile = head.fileName !== null || /^image\/|^application\/octet-stream$/.test(head.contentType ?? '')
    if (head.name === ALWAYS_TEXT) await this.#takeText(head.name, content)
    else if (isFile) await this.#takeFile(head, content)
    else if (this.#shape.namesFile(head.name)) await this.#takeUndecided(head, content)
    else await this.#takeText(head.name, content)
  }

  /** The files, once all are on the disk. @throws Failure `storage_full` or `storage_unavailable` */
  uploads(): Promise<Upload[]> {
    return Promise.all(this.#uploads)
  }

  /** Removes every file that was not moved away. Never rejects. */
  async discard(): Promise<void> {
    await Promise.allSettled(this.#uploads)
    await Promise.all(this.#files.map((file) => file.discard()))
  }

  async #takeText(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const most = Object.hasOwn(this.#limits.longFieldBytes, name) ? this.#limits.longFieldBytes[name]! : this.#limits.fieldBytes
    const { bytes, rest } = await gather(content, most)
    if (rest) throw textTooLong(name, most)
    const text = utf8(bytes)
    if (text === null) throw notUtf8(name)
    this.#addField(name, text)
  }

  /** No word of a file in the head, but a file's name: what is no text is its bytes. Text is for the form's rules to refuse or pass over. */
  async #takeUndecided(head: PartHead, content: AsyncIterable<Buffer>): Promise<void> {
    const { bytes, rest } = await gather(content, this.#limits.fieldBytes)
    const text = rest ? null : utf8(bytes)
    if (text === null) await this.#takeFile(head, joined(bytes, rest))
    else this.#addField(head.name, text)
  }

  #addField(name: string, text: string): void {
    if (this.fields.length === this.#limits.fields) throw tooManyFields(this.#limits.fields)
    this.fields.push([name, text])
  }

  async #takeFile(head: PartHead, content: AsyncIterable<Buffer>): Promise<void> {
    const role = this.#shape.roleOf(head.name)
    if (role instanceof Failure) throw role
    if (this.#files.length === this.#limits.files) throw tooManyFiles(head.name, this.#limits.files)
    const param = role === 'image' ? this.#nextImageParam(head.name) : head.name
    const file = await this.#createFile()
    this.#files.push(file)
    for await (const piece of content) {
      if (file.bytes + piece.length > this.#limits.fileBytes) throw fileTooLarge(param, this.#limits.fileBytes)
      await file.write(piece)
    }
    this.#finish(file, { role, param, fileName: cleanFileName(head.fileName) })
  }

  /** Flushing goes on beside the next part. */
  #finish(file: InputFile, facts: Pick<Upload, 'role' | 'param' | 'fileName'>): void {
    const upload = file.finish().then((written): Upload => ({ ...facts, ...written, source: 'upload' }))
    // It is awaited at the form's end; until then a failure must not count as unhandled.
    upload.catch(() => undefined)
    this.#uploads.push(upload)
  }

  /** A list is counted in order of arrival, whatever numbers its names hold; a single name keeps its own. */
  #nextImageParam(name: string): string {
    const index = this.#images++
    const base = name.replace(/\[\d*\]$/, '')
    return index === 0 && name === base ? base : `${base}[${index}]`
  }
}

interface Gathered {
  bytes: Buffer
  /** What comes behind the bound, its first piece included; null when nothing does. */
  rest: AsyncIterable<Buffer> | null
}

/** Reads content into memory up to a bound. */
async function gather(content: AsyncIterable<Buffer>, mostBytes: number): Promise<Gathered> {
  const source = content[Symbol.asyncIterator]()
  const pieces: Buffer[] = []
  for (let length = 0; ; ) {
    const { done, value } = await source.next()
    if (done) return { bytes: Buffer.concat(pieces), rest: null }
    pieces.push(value)
    length += value.length
    if (length > mostBytes) return { bytes: Buffer.concat(pieces), rest: { [Symbol.asyncIterator]: () => source } }
  }
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer> | null): AsyncGenerator<Buffer> {
  yield first
  if (rest) yield* rest
}

function utf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

function textTooLong(name: string, most: number): Failure {
  const param = shown(name)
  return failure('string_above_max_length', {
    param,
    message: `Invalid '${param}': the field holds more than ${most} bytes. Nothing was sent or charged; shorten it.`,
  })
}

function notUtf8(name: string): Failure {
  const param = shown(name)
  return failure('invalid_encoding', {
    param,
    message: `The field '${param}' is not valid UTF-8. Nothing was sent or charged; encode it as UTF-8.`,
  })
}

function tooManyFields(most: number): Failure {
  return failure('too_many_parts', {
    message: `The form has more than ${most} text fields. Nothing was sent or charged; send the fields the endpoint knows.`,
  })
}

function tooManyFiles(name: string, most: number): Failure {
  return failure('too_many_images', {
    param: name.replace(/\[\d*\]$/, ''),
    message: `The form brings more than ${most} files. Nothing was sent or charged; send fewer images.`,
  })
}

function fileTooLarge(param: string, most: number): Failure {
  return failure('image_too_large', {
    param,
    message: `The file '${param}' has more than ${most} bytes. Nothing was sent or charged; send a smaller file.`,
  })
}

/** A name as an error shows it. */
function shown(name: string): string {
  return name.slice(0, 64)
}
