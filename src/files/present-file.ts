import type { FileRow } from '../db/index.ts'

/** A file as OpenAI's Files API shows it. */
export interface FileObject {
  id: string
  object: 'file'
  bytes: number
  /** Seconds since 1970, as is `expires_at`. */
  created_at: number
  /** Absent for a file that is kept until it is deleted. */
  expires_at?: number
  filename: string
  purpose: string
  /** Deprecated upstream and always this here: a file is recorded after its bytes were read. */
  status: 'processed'
}

/** The answer to a deletion, in OpenAI's shape. */
export interface DeletedFile {
  id: string
  object: 'file'
  deleted: true
}

/** Shows a file to its owner. */
export function presentFile(row: FileRow): FileObject {
  return {
    id: row.id,
    object: 'file',
    bytes: row.bytes,
    created_at: seconds(row.created_at_ms),
    ...(row.expires_at_ms !== null && { expires_at: seconds(row.expires_at_ms) }),
    filename: row.file_name,
    purpose: row.purpose,
    status: 'processed',
  }
}

/** Says that a file is gone. */
export function presentDeletedFile(id: string): DeletedFile {
  return { id, object: 'file', deleted: true }
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1_000)
