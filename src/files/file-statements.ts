import { activeHolds, type Database, type FileRow, type ObjectRow, type Statement, type StatementContext } from '../db/index.ts'
import type { FilePurpose } from './check-file-upload.ts'
import { cleanFileName } from './file-name.ts'

/** A file about to be kept. Its bytes are in the object store under their hash; the row is a reference to them. */
export interface NewFile {
  id: string
  projectId: string
  purpose: FilePurpose
  /** As the caller gave it; it is cleaned before it is kept. */
  fileName: string
  bytes: number
  /** Hex. */
  sha256: string
  /** By what the bytes are, not by what the name says. */
  mediaType: string
  /** Pixels, where the file is a picture. */
  width: number | null
  height: number | null
  /** Counted from now; null = kept until it is deleted. */
  expiresAfterMs: number | null
}

/** Whose files: one project's, or everyone's (`null`, the admin). */
export interface FileScope {
  projectId: string | null
}

/** A file with the place of its bytes; both null when they are nowhere. */
export type FoundFile = FileRow & { [Column in 'store' | 'path']: ObjectRow[Column] | null }

/** Records a file. Run it in the transaction that records its object, under the lock of that object. */
export function recordFile({ sql, nowMs }: StatementContext, file: NewFile): Statement {
  return {
    query: sql.insertInto('files').values({
      id: file.id,
      project_id: file.projectId,
      purpose: file.purpose,
      file_name: cleanFileName(file.fileName),
      bytes: file.bytes,
      sha256: file.sha256,
      media_type: file.mediaType,
      width: file.width,
      height: file.height,
      created_at_ms: nowMs,
      expires_at_ms: file.expiresAfterMs === null ? null : nowMs + file.expiresAfterMs,
      deleted_at_ms: null,
    }),
  }
}

/** Finds a file with its bytes; null when there is none that the caller may see, when it was deleted, or when its time is over. */
export async function findFile(
  db: Database,
  { id, projectId, nowMs }: FileScope & { id: string; nowMs: number },
): Promise<FoundFile | null> {
  const [file] = await db.read(
    liveFiles(db, { projectId, nowMs })
      .leftJoin('objects', 'objects.sha256', 'files.sha256')
      .selectAll('files')
      .select(['objects.store', 'objects.path'])
      .where('files.id', '=', id),
  )
  return file ?? null
}

/** Files that a caller can use now. */
export function liveFiles(db: Pick<Database, 'sql'>, { projectId, nowMs }: FileScope & { nowMs: number }) {
  return db.sql
    .selectFrom('files')
    .where('files.deleted_at_ms', 'is', null)
    .where((when) => when.or([when('files.expires_at_ms', 'is', null), when('files.expires_at_ms', '>', nowMs)]))
    .$if(projectId !== null, (query) => query.where('files.project_id', '=', projectId!))
}

/**
 * Gives a file up, whether or not its time is over. The one row of the result says which object lost a reference; no row = the caller has no
 * such file. The object's bytes may go once nothing refers to them any more.
 */
export function deleteFile({ sql, nowMs }: StatementContext, { id, projectId }: FileScope & { id: string }): Statement {
  return {
    query: sql
      .updateTable('files')
      .set({ deleted_at_ms: nowMs })
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .returning('sha256'),
  }
}

/** Files whose time is over, that were not deleted yet and whose project is not held, the longest overdue first. */
export function expiredFiles(db: Database, nowMs: number, limit: number): Promise<Pick<FileRow, 'id' | 'sha256'>[]> {
  return db.read(
    db.sql
      .selectFrom('files')
      .select(['id', 'sha256'])
      .where('deleted_at_ms', 'is', null)
      .where('expires_at_ms', '<=', nowMs)
      .where((when) => when.not(when.exists(activeHolds(db.sql, ['files.project_id']))))
      .orderBy('expires_at_ms')
      .orderBy('id')
      .limit(limit),
  )
}
