import { failure } from '../contract/failure.ts'
import type { PublicationReply } from '../contract/review-replies.ts'
import { type Database, deletedImages, type PublicationRow, type Statement, type StatementContext } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'

/** A public address about to be given out. */
export interface NewPublication {
  /** The end of the address: nobody can guess it. */
  id: string
  projectId: string
  imageId: string
  reviewId: string | null
  /** Of the gateway, without a slash at its end. */
  baseUrl: string
  by: { id: string; name: string }
}

/** Gives a picture a public address. It has one at a time: another is refused by the database. */
export function publish({ sql, nowMs }: StatementContext, { id, projectId, imageId, reviewId, baseUrl, by }: NewPublication): Statement {
  return {
    query: sql.insertInto('publications').values({
      id,
      project_id: projectId,
      image_id: imageId,
      review_id: reviewId,
      base_url: baseUrl,
      published_by: by.id,
      published_name: by.name,
      published_at_ms: nowMs,
      ended_by: null,
      ended_name: null,
      ended_why: null,
      ended_how: null,
      ended_at_ms: null,
      ended_mark: null,
    }),
  }
}

/** Refuses a transaction that publishes what is not approved (any more). */
export function assertApproved({ sql }: Pick<StatementContext, 'sql'>, reviewId: string): Statement {
  return {
    query: sql.selectFrom('review_items').select('id').where('id', '=', reviewId).where('state', '=', 'approved'),
    expect: { rows: 1, otherwise: () => failure('review_not_approved') },
  }
}

/** How public addresses end. */
export interface PublicityEnd {
  how: 'unpublished' | 'revoked' | 'deleted'
  by: { id: string; name: string | null }
  why: string
  /** Of this transaction alone: what it ended is found again by it. */
  mark: string
}

/** Ends the public addresses that some pictures have; of pictures that are said to be deleted, those that are. */
export function endPublications(
  { sql, nowMs }: StatementContext,
  imageIds: readonly string[],
  { how, by, why, mark }: PublicityEnd,
): Statement {
  return {
    query: sql
      .updateTable('publications')
      .set({ ended_by: by.id, ended_name: by.name, ended_why: why, ended_how: how, ended_at_ms: nowMs, ended_mark: mark })
      .where('image_id', 'in', imageIds)
      .where('ended_at_ms', 'is', null)
      .$if(how === 'deleted', (query) => query.where('image_id', 'in', deletedImages(sql, imageIds))),
  }
}

/** A publication by the end of its address; null when there never was one. */
export async function findPublication(db: Database, id: string): Promise<PublicationRow | null> {
  const [row] = await db.read(db.sql.selectFrom('publications').selectAll().where('id', '=', id))
  return row ?? null
}

/** The public addresses that some pictures have now. */
export function livePublications(db: Database, imageIds: readonly string[]): Promise<PublicationRow[]> {
  if (imageIds.length === 0) return Promise.resolve([])
  return db.read(db.sql.selectFrom('publications').selectAll().where('image_id', 'in', imageIds).where('ended_at_ms', 'is', null))
}

/** Every public address that some pictures ever had, oldest first. */
export function publicationsOf(db: Database, imageIds: readonly string[]): Promise<PublicationRow[]> {
  if (imageIds.length === 0) return Promise.resolve([])
  return db.read(db.sql.selectFrom('publications').selectAll().where('image_id', 'in', imageIds).orderBy('id'))
}

/** Where a publication is read. */
export const publicUrl = ({ base_url, id }: Pick<PublicationRow, 'base_url' | 'id'>): string => `${base_url}/p/${id}`

/** A publication as it is shown. */
export function presentPublication(row: PublicationRow): PublicationReply {
  return {
    image_id: row.image_id,
    url: publicUrl(row),
    review_id: row.review_id,
    published_at: isoTime(row.published_at_ms),
    published_by: row.published_name,
    ended_at: row.ended_at_ms === null ? null : isoTime(row.ended_at_ms),
    ended_how: row.ended_how as PublicationReply['ended_how'],
    ended_by: row.ended_name ?? row.ended_by,
    ended_why: row.ended_why,
  }
}
