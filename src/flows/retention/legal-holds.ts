import { failure } from '../../contract/failure.ts'
import type { LegalHold } from '../../contract/record.ts'
import { type LegalHoldRow, statementContext } from '../../db/index.ts'
import { findImage, findPictures } from '../../generations/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import { isId } from '../../primitives/ids.ts'
import { findHold, type HoldSubject, listHolds, placeHold, releaseHold } from '../../retention/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What an administrator wants kept, and why. */
export interface HoldOrder {
  /** Id of an image, a generation or a project. */
  subjectId: string
  reason: string
  actor: string
}

/**
 * Holds a picture, a generation or a project: from now on nothing of it is deleted, by request or by time. What is deleted already does not come back.
 * @throws Failure `not_found`, `image_deleted`
 */
export async function placeLegalHold(parts: GatewayParts, { subjectId, reason, actor }: HoldOrder): Promise<LegalHold> {
  const subject = await subjectOf(parts, subjectId)
  const id = parts.newId('hold')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('hold_before_change')
  await parts.database.transact([
    ...(subject.subjectKind === 'image' ? [isStillThere(parts, subjectId)] : []),
    placeHold(context, { id, subjectId, ...subject, reason, actor }),
  ])
  fp('hold_after_change')
  parts.logger.warn({ project_id: subject.projectId, actor, reason }, 'a legal hold was placed')
  return showLegalHold(parts, id)
}

/** Lets go of what was held; what is due goes with the next sweep. Releasing again changes nothing. @throws Failure `not_found` */
export async function releaseLegalHold(
  parts: GatewayParts,
  { id, reason, actor }: { id: string; reason: string; actor: string },
): Promise<LegalHold> {
  const before = await showLegalHold(parts, id)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('hold_before_change')
  await parts.database.transact([releaseHold(context, { id, reason, actor })])
  fp('hold_after_change')
  parts.logger.warn({ project_id: before.project_id, actor, reason }, 'a legal hold was released')
  parts.retentionRounds.wake()
  return showLegalHold(parts, id)
}

/** One hold. @throws Failure `not_found` */
export async function showLegalHold(parts: Pick<GatewayParts, 'database'>, id: string): Promise<LegalHold> {
  const hold = isId('hold', id) ? await findHold(parts.database, id) : null
  if (!hold) throw failure('not_found', { param: 'id' })
  return presentHold(hold)
}

/** A page of holds, the oldest first. */
export async function listLegalHolds(
  parts: Pick<GatewayParts, 'database'>,
  { limit, ...query }: { subjectId?: string | undefined; active: boolean; after: string | null; limit: number },
): Promise<{ holds: LegalHold[]; next_cursor: string | null }> {
  const found = await listHolds(parts.database, { ...query, limit: limit + 1 })
  const page = found.slice(0, limit)
  return { holds: page.map(presentHold), next_cursor: found.length > limit ? page.at(-1)!.id : null }
}

async function subjectOf({ database, access }: GatewayParts, id: string): Promise<{ subjectKind: HoldSubject; projectId: string }> {
  if (isId('img', id)) {
    const image = await findImage(database, { id, projectId: null })
    if (image) return { subjectKind: 'image', projectId: image.project_id }
  } else if (isId('gen', id)) {
    const pictures = await findPictures(database, { id, projectId: null })
    if (pictures) return { subjectKind: 'generation', projectId: pictures.generation.project_id }
  } else if (isId('prj', id)) {
    const project = await access.projects.find({ id, projectId: null })
    return { subjectKind: 'project', projectId: project.id }
  }
  throw failure('not_found', { param: 'subject_id' })
}

/** Nobody is to believe that a picture is held which is gone. */
function isStillThere({ database: { sql } }: GatewayParts, id: string) {
  const query = sql.selectFrom('images').select('id').where('id', '=', id).where('deleted_at_ms', 'is', null)
  return { query, expect: { rows: 1, otherwise: () => failure('image_deleted', { param: 'subject_id' }) } }
}

function presentHold(row: LegalHoldRow): LegalHold {
  return {
    id: row.id,
    subject_kind: row.subject_kind as HoldSubject,
    subject_id: row.subject_id,
    project_id: row.project_id,
    reason: row.reason,
    placed_by: row.placed_by,
    placed_at: isoTime(row.placed_at_ms),
    release_reason: row.release_reason,
    released_by: row.released_by,
    released_at: row.released_at_ms === null ? null : isoTime(row.released_at_ms),
  }
}
