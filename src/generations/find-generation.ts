import type {
  AttemptRow,
  CallAttachmentRow,
  CallIdentityRow,
  CredentialReportRow,
  Database,
  DriftReportRow,
  GenerationRow,
  IdempotencyKeyRow,
  ImageRow,
  LegalHoldRow,
  ObjectRow,
  ResponseTurnRow,
  UnknownEvidenceRow,
} from '../db/index.ts'

/** Where an image's bytes are; all null when they are nowhere. */
type BytesPlace = { [Column in 'store' | 'path' | 'media_type']: ObjectRow[Column] | null }

/** How far the comparison of an edit's result with its source has come; null when there is none. */
/** What was read of the picture's content credentials; null when it has none, or they were not read yet. */
type CredentialPlace = { credentials_json: CredentialReportRow['report_json'] }

type DriftPlace = { drift_state: DriftReportRow['state'] | null; drift_json: DriftReportRow['report_json'] }

/** An image with the place of its bytes and the state of its drift report. */
export type FoundImage = ImageRow & BytesPlace & DriftPlace & CredentialPlace

/** A generation with all that belongs to it, of one moment. */
export interface GenerationRows {
  generation: GenerationRow
  /** In order of `n`. */
  attempts: AttemptRow[]
  /** In the order they came. */
  images: FoundImage[]
  /** The `assistant` member of the record as JSON; null for direct image calls. */
  assistantJson: string | null
  /** What was found out about an unknown outcome, oldest first. */
  evidence: UnknownEvidenceRow[]
  /** What makes repetitions of it known; null when nothing does. */
  identity: CallIdentityRow | null
  /** Idempotency keys that name it. */
  keys: string[]
  /** Requests that it answered besides, the latest of them, oldest first. */
  attachments: CallAttachmentRow[]
  /** Legal holds in force on it, its pictures or its project, the oldest first. */
  holds: NamedHold[]
}

type NamedHold = Pick<LegalHoldRow, 'id' | 'subject_kind' | 'subject_id' | 'placed_at_ms'>
type NamedKey = Pick<IdempotencyKeyRow, 'idempotency_key'>

/** A picture from the cache may answer any number of requests. */
const SHOWN_ATTACHMENTS = 100

type AssistantTurn = Pick<ResponseTurnRow, 'assistant_json'>

/** What a caller may see: one project, or everything (`null`, the admin). */
export interface ProjectScope {
  projectId: string | null
}

/** Finds a generation; null when there is none that the caller may see. */
export async function findGeneration(db: Database, { id, projectId }: ProjectScope & { id: string }): Promise<GenerationRows | null> {
  const [[generation], attempts, images, [turn], evidence, [identity], keys, attachments, holds] = await db.readAll<
    [GenerationRow, AttemptRow, FoundImage, AssistantTurn, UnknownEvidenceRow, CallIdentityRow, NamedKey, CallAttachmentRow, NamedHold]
  >([
    db.sql
      .selectFrom('generations')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
    db.sql.selectFrom('attempts').selectAll().where('generation_id', '=', id).orderBy('n'),
    imagesWithPlace(db).where('images.generation_id', '=', id).orderBy('attempt_id').orderBy('idx'),
    db.sql.selectFrom('response_turns').select('assistant_json').where('generation_id', '=', id),
    db.sql.selectFrom('unknown_evidence').selectAll().where('generation_id', '=', id).orderBy('at_ms').orderBy('id'),
    db.sql.selectFrom('call_identities').selectAll().where('generation_id', '=', id),
    db.sql.selectFrom('idempotency_keys').select('idempotency_key').where('generation_id', '=', id).orderBy('created_at_ms'),
    db.sql
      .selectFrom('call_attachments')
      .selectAll()
      .where('generation_id', '=', id)
      .orderBy('at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(SHOWN_ATTACHMENTS),
    db.sql
      .selectFrom('legal_holds')
      .select(['id', 'subject_kind', 'subject_id', 'placed_at_ms'])
      .where('released_at_ms', 'is', null)
      .where((when) =>
        when.or([
          when('subject_id', '=', id),
          when('subject_id', 'in', when.selectFrom('generations').select('project_id').where('id', '=', id)),
          when('subject_id', 'in', when.selectFrom('images').select('id').where('generation_id', '=', id)),
        ]),
      )
      .orderBy('id'),
  ])
  if (!generation) return null
  return {
    generation,
    attempts,
    images,
    assistantJson: turn?.assistant_json ?? null,
    evidence,
    identity: identity ?? null,
    keys: keys.map(({ idempotency_key }) => idempotency_key),
    attachments: attachments.reverse(),
    holds,
  }
}

/** What is needed to give the result of a generation again. */
export type GenerationResult = Pick<GenerationRows, 'generation' | 'images'>

/** Finds a generation with its pictures alone; null when there is none that the caller may see. */
export async function findResult(db: Database, { id, projectId }: ProjectScope & { id: string }): Promise<GenerationResult | null> {
  const [[generation], images] = await db.readAll<[GenerationRow, FoundImage]>([
    db.sql
      .selectFrom('generations')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
    imagesWithPlace(db).where('images.generation_id', '=', id).orderBy('attempt_id').orderBy('idx'),
  ])
  return generation ? { generation, images } : null
}

/** Finds an image; null when there is none that the caller may see. A deleted one is found, with `deleted_at_ms`. */
export async function findImage(db: Database, { id, projectId }: ProjectScope & { id: string }): Promise<FoundImage | null> {
  const [image] = await db.read(
    imagesWithPlace(db)
      .where('images.id', '=', id)
      .$if(projectId !== null, (query) => query.where('images.project_id', '=', projectId!)),
  )
  return image ?? null
}

function imagesWithPlace(db: Database) {
  return (
    db.sql
      .selectFrom('images')
      // A deleted picture is nowhere, also while its bytes wait to be removed or are somebody else's too.
      .leftJoin('objects', (join) => join.onRef('objects.sha256', '=', 'images.sha256').on('images.deleted_at_ms', 'is', null))
      .leftJoin('drift_reports', 'drift_reports.image_id', 'images.id')
      .selectAll('images')
      .select(['objects.store', 'objects.path', 'objects.media_type'])
      .leftJoin('credential_reports', 'credential_reports.image_id', 'images.id')
      .select(['drift_reports.state as drift_state', 'drift_reports.report_json as drift_json'])
      .select('credential_reports.report_json as credentials_json')
  )
}
