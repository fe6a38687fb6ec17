import { newId } from '../primitives/ids.ts'
import { type BodyPart, bytesOf, lengthOf } from './wire/body-parts.ts'
import type { Frame } from './wire/send-answer.ts'

/** A file to be kept. */
export interface NewFile {
  fileName: string
  purpose: string
  /** As the upload said. */
  mediaType: string
  /** Its bytes in order; pictures in it become base64 only while it is read. */
  content: readonly Frame[]
  createdAtMs: number
  /** From when on it is gone; null = never. */
  expiresAtMs: number | null
}

/** A file that is kept. */
export interface ShelvedFile extends NewFile {
  id: string
  byteLength: number
}

/** Bounds of all files together, in bytes of memory. */
export interface FileShelfLimits {
  /** What was uploaded: more is refused. */
  uploadedBytes: number
  /** What batches wrote: beyond it the oldest are forgotten. */
  writtenBytes: number
}

/** Keeps files in memory, for as long as the sandbox runs and for every key alike. */
export class FileShelf {
  readonly #limits: FileShelfLimits
  readonly #files = new Map<string, ShelvedFile>()

  constructor(limits: FileShelfLimits) {
    this.#limits = limits
  }

  /** Takes an uploaded file in. @returns null when there is no room for it. */
  add(file: NewFile): ShelvedFile | null {
    for (const { id } of this.#files.values()) this.find(id, file.createdAtMs)
    const bytes = this.#heldBytes((other) => !isWritten(other)) + heldBytes(file)
    return bytes > this.#limits.uploadedBytes ? null : this.#keep(file)
  }

  /** Takes in what a batch wrote; the oldest of such files make room for it. */
  addWritten(file: Omit<NewFile, 'purpose' | 'mediaType'>): ShelvedFile {
    const kept = this.#keep({ ...file, purpose: WRITTEN, mediaType: 'application/jsonl' })
    const older = [...this.#files.values()].filter((other) => isWritten(other) && other !== kept)
    for (let bytes = this.#heldBytes(isWritten); bytes > this.#limits.writtenBytes && older.length > 0; ) {
      const oldest = older.shift()!
      bytes -= heldBytes(oldest)
      this.delete(oldest.id)
    }
    return kept
  }

  /** The file of this id; undefined when there is none, or its time is over. */
  find(id: string, nowMs: number): ShelvedFile | undefined {
    const file = this.#files.get(id)
    if (file?.expiresAtMs == null || nowMs < file.expiresAtMs) return file
    this.delete(id)
    return undefined
  }

  /** All files, the newest first. */
  list(nowMs: number): ShelvedFile[] {
    return [...this.#files.keys()].flatMap((id) => this.find(id, nowMs) ?? []).reverse()
  }

  /** Forgets a file. @returns whether it was there. */
  delete(id: string): boolean {
    return this.#files.delete(id)
  }

  #keep(file: NewFile): ShelvedFile {
    const byteLength = file.content.reduce((sum, frame) => sum + lengthOf(frame), 0)
    const shelved = { ...file, id: newId('file').replace('_', '-'), byteLength }
    this.#files.set(shelved.id, shelved)
    return shelved
  }

  #heldBytes(counts: (file: ShelvedFile) => boolean): number {
    return [...this.#files.values()].filter(counts).reduce((sum, file) => sum + heldBytes(file), 0)
  }
}

/** The bytes of a file as a whole; one that was uploaded is not copied. */
export function wholeFile({ content }: Pick<ShelvedFile, 'content'>): Buffer {
  const [first] = content.flat()
  if (content.length === 1 && content[0]!.length === 1 && Buffer.isBuffer(first)) return first
  return Buffer.concat(content.flatMap((frame) => [...bytesOf(frame)]))
}

/** Purpose of what batches write. */
const WRITTEN = 'batch_output'

const isWritten = ({ purpose }: Pick<NewFile, 'purpose'>) => purpose === WRITTEN

function heldBytes({ content }: Pick<NewFile, 'content'>): number {
  return content.reduce((sum, frame) => sum + frame.reduce((bytes: number, part: BodyPart) => bytes + heldBytesOf(part), 0), 0)
}

function heldBytesOf(part: BodyPart): number {
  return typeof part === 'string' || Buffer.isBuffer(part) ? part.length : part.bytes.length
}
