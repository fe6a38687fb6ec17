import { sql } from 'kysely'
import { failure } from '../contract/failure.ts'
import type { Database } from '../db/index.ts'
import { type FileScope, liveFiles } from './file-statements.ts'
import { type FileObject, presentFile } from './present-file.ts'

/** Which files are asked for. */
export interface FileListQuery extends FileScope {
  nowMs: number
  purpose?: string | undefined
  /** Files a page, 1 to 10,000. @default 10000 */
  limit?: number | undefined
  /** Id of the last file of the page before. */
  after?: string | undefined
  /** By time of upload. @default desc */
  order?: 'asc' | 'desc' | undefined
}

/** A page of files, as OpenAI's Files API shows it. */
export interface FileList {
  object: 'list'
  data: FileObject[]
  /** Null when the page is empty, as is `last_id`. */
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

/** OpenAI's bound and default of `limit`. */
const LARGEST_PAGE = 10_000

/**
 * Lists the files a caller can use, a page at a time. A file that was deleted since it was listed still marks its place, so a client can
 * delete what it reads.
 * @throws `Failure('invalid_value')` for a `limit` out of bounds or an `after` that names no file of the caller.
 */
export async function listFiles(db: Database, query: FileListQuery): Promise<FileList> {
  const limit = pageSize(query.limit)
  const order = query.order ?? 'desc'
  const after = query.after === undefined ? null : await placeOf(db, query, query.after)
  const beyond = sql.raw(order === 'asc' ? '>' : '<')

  const found = await db.read(
    liveFiles(db, query)
      .selectAll()
      .$if(query.purpose !== undefined, (files) => files.where('purpose', '=', query.purpose!))
      .$if(after !== null, (files) => files.where(sql<boolean>`(created_at_ms, id) ${beyond} (${after!.created_at_ms}, ${after!.id})`))
      .orderBy('created_at_ms', order)
      .orderBy('id', order)
      .limit(limit + 1),
  )
  const data = found.slice(0, limit).map(presentFile)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  }
}

function pageSize(limit: number | undefined): number {
  if (limit === undefined) return LARGEST_PAGE
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return limit
  throw failure('invalid_value', {
    param: 'limit',
    message: `A page holds 1 to ${LARGEST_PAGE} files. Nothing was charged; ask for another size.`,
  })
}

async function placeOf(db: Database, { projectId }: FileScope, id: string) {
  const [place] = await db.read(
    db.sql
      .selectFrom('files')
      .select(['created_at_ms', 'id'])
      .where('id', '=', id)
      .$if(projectId !== null, (files) => files.where('project_id', '=', projectId!)),
  )
  if (place) return place
  throw failure('invalid_value', {
    param: 'after',
    message: 'There is no such file to go on from. Nothing was charged; send the last_id of the page before, or none.',
  })
}
