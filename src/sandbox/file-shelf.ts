import { newId } from '../primitives/ids.ts'

/** An uploaded file. */
export interface ShelvedFile {
  id: string
  fileName: string
  purpose: string
  /** As the upload said. */
  mediaType: string
  bytes: Buffer
  createdAtMs: number
  /** From when on it is gone; null = never. */
  expiresAtMs: number | null
}

/** Keeps uploaded files in memory, for as long as the sandbox runs and for every key alike. */
export class FileShelf {
  readonly #maxBytes: number
  readonly #files = new Map<string, ShelvedFile>()
  #bytes = 0

  /** @param maxBytes bound of all files together. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Takes a file in. @returns null when there is no room for it. */
  add(file: Omit<ShelvedFile, 'id'>): ShelvedFile | null {
    for (const { id } of this.#files.values()) this.find(id, file.createdAtMs)
    if (this.#bytes + file.bytes.length > this.#maxBytes) return null
    const shelved = { ...file, id: newId('file').replace('_', '-') }
    this.#files.set(shelved.id, shelved)
    this.#bytes += shelved.bytes.length
    return shelved
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
    const file = this.#files.get(id)
    if (!file) return false
    this.#files.delete(id)
    this.#bytes -= file.bytes.length
    return true
  }
}
