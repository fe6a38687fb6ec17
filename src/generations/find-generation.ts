import { sql } from 'kysely'
import {
  type AttemptRow,
  type CallAttachmentRow,
  type CallIdentityRow,
  type CredentialReportRow,
  type Database,
  type DriftReportRow,
  type GenerationRow,
  type GuardVerdictRow,
  type IdempotencyKeyRow,
  type ImageRow,
  inFewLengths,
  type LegalHoldRow,
  type ObjectRow,
  type ResponseTurnRow,
  type UnknownEvidenceRow,
} from '../db/index.ts'

/** Where an image's bytes are; all null when they are nowhere. */
type BytesPlace = { [Column in 'store' | 'path' | 'media_type']: ObjectRow[Column] | null }

/** How far the comparison of an edit's result with its source has come; null when there is none. */
/** What was read of the picture's content credentials; null when it has none, or they were not read yet. */
type CredentialPlace = { credentials_json: CredentialReportRow['report_json'] }

/** What the guard says of it; null where there is nothing to judge. */
type GuardPlace = { guard_state: GuardVerdictRow['state'] | null; guard_overall: GuardVerdictRow['overall'] }

type DriftPlace = { drift_state: DriftReportRow['state'] | null; drift_json: DriftReportRow['report_json'] }

/** An image with the place of its bytes and the state of its drift report. */
export type FoundImage = ImageRow & BytesPlace & DriftPlace & GuardPlace & CredentialPlace

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
type NamedKey = Pick<IdempotencyKeyRow, 'generation_id' | 'idempotency_key'>

/** A picture from the cache may answer any number of requests. */
const SHOWN_ATTACHMENTS = 100

type AssistantTurn = Pick<ResponseTurnRow, 'generation_id' | 'assistant_json'>

/** What a caller may see: one project, or everything (`null`, the admin). */
export interface ProjectScope {
  projectId: string | null
}

/** Finds a generation; null when there is none that the caller may see. */
export async function findGeneration(db: Database, { id, projectId }: ProjectScope & { id: string }): Promise<GenerationRows | null> {
  return (await findGenerations(db, { ids: [id], projectId })).get(id) ?? null
}

/** Finds generations, all of one moment and in as many questions as one takes, by their ids; those that the caller may not see are left out. */
export async function findGenerations(
  db: Database,
  { ids, projectId }: ProjectScope & { ids: readonly string[] },
): Promise<Map<string, GenerationRows>> {
  if (ids.length === 0) return new Map()
  const asked = inFewLengths(ids)
  const [generations, attempts, images, turns, evidence, identities, keys, attachments, holds] = await db.readAll<
    [GenerationRow, AttemptRow, FoundImage, AssistantTurn, UnknownEvidenceRow, CallIdentityRow, NamedKey, CallAttachmentRow, NamedHold]
  >([
    db.sql
      .selectFrom('generations')
      .selectAll()
      .where('id', 'in', asked)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
    db.sql.selectFrom('attempts').selectAll().where('generation_id', 'in', asked).orderBy('n'),
    imagesWithPlace(db).where('images.generation_id', 'in', asked).orderBy('attempt_id').orderBy('idx'),
    db.sql.selectFrom('response_turns').select(['generation_id', 'assistant_json']).where('generation_id', 'in', asked),
    db.sql.selectFrom('unknown_evidence').selectAll().where('generation_id', 'in', asked).orderBy('at_ms').orderBy('id'),
    db.sql.selectFrom('call_identities').selectAll().where('generation_id', 'in', asked),
    db.sql
      .selectFrom('idempotency_keys')
      .select(['generation_id', 'idempotency_key'])
      .where('generation_id', 'in', asked)
      .orderBy('created_at_ms'),
    latestAttachments(db, asked),
    holdsOf(db, asked),
  ])
  const [attemptsOf, imagesOf, evidenceOf, keysOf, attachmentsOf] = [
    ofGeneration(attempts),
    ofGeneration(images),
    ofGeneration(evidence),
    ofGeneration(keys),
    ofGeneration(attachments),
  ]
  const [turnOf, identityOf] = [ofGeneration(turns), ofGeneration(identities)]
  return new Map(
    generations.map((generation) => {
      const { id } = generation
      const rows: GenerationRows = {
        generation,
        attempts: attemptsOf(id),
        images: imagesOf(id),
        assistantJson: turnOf(id)[0]?.assistant_json ?? null,
        evidence: evidenceOf(id),
        identity: identityOf(id)[0] ?? null,
        keys: keysOf(id).map(({ idempotency_key }) => idempotency_key),
        attachments: attachmentsOf(id),
        holds: holds.filter((hold) => isHeldBy(hold, generation, imagesOf(id))),
      }
      return [id, rows]
    }),
  )
}

/** Holds on any of the generations, on their projects and on their pictures. */
function holdsOf(db: Database, ids: readonly string[]) {
  return db.sql
    .selectFrom('legal_holds')
    .select(['id', 'subject_kind', 'subject_id', 'placed_at_ms'])
    .where('released_at_ms', 'is', null)
    .where((when) =>
      when.or([
        when('subject_id', 'in', ids),
        when('subject_id', 'in', when.selectFrom('generations').select('project_id').where('id', 'in', ids)),
        when('subject_id', 'in', when.selectFrom('images').select('id').where('generation_id', 'in', ids)),
      ]),
    )
    .orderBy('id')
}

function isHeldBy({ subject_id }: NamedHold, { id, project_id }: GenerationRow, images: readonly FoundImage[]): boolean {
  return subject_id === id || subject_id === project_id || images.some((image) => image.id === subject_id)
}

/** Of each generation the last ones, oldest first. */
function latestAttachments(db: Database, ids: readonly string[]) {
  const numbered = db.sql
    .selectFrom('call_attachments')
    .selectAll()
    .select(sql<number>`row_number() over (partition by generation_id order by at_ms desc, id desc)`.as('place'))
    .where('generation_id', 'in', ids)
  return db.sql
    .selectFrom(numbered.as('numbered'))
    .select(['id', 'generation_id', 'project_id', 'key_id', 'attached_by', 'retry_count', 'request_id', 'at_ms'])
    .where('place', '<=', SHOWN_ATTACHMENTS)
    .orderBy('at_ms')
    .orderBy('id')
}

/** Rows by their generation, in the order they came. */
function ofGeneration<Row extends { generation_id: string }>(rows: readonly Row[]): (id: string) => Row[] {
  const grouped = Map.groupBy(rows, ({ generation_id }) => generation_id)
  return (id) => grouped.get(id) ?? []
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
      .leftJoin('guard_verdicts', 'guard_verdicts.image_id', 'images.id')
      .select(['guard_verdicts.state as guard_state', 'guard_verdicts.overall as guard_overall'])
  )
}
