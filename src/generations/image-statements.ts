import type { ImageRow, Statement, StatementContext } from '../db/index.ts'
import type { JsonObject } from '../primitives/json.ts'

/** A picture that came. */
export interface NewImage {
  id: string
  generationId: string
  attemptId: string
  projectId: string
  /** Place in the answer, from 0. */
  idx: number
  /** A preview of a stream that the caller asked to keep. @default false */
  isPreview?: boolean
  sha256: string
  /** Null when the bytes could not be read as a picture. */
  width: number | null
  height: number | null
  format: string | null
  bytes: number
  /** `not_stored` when the bytes could not be kept: the copy in the answer is then the only one. */
  storage: 'stored' | 'not_stored'
  /** Signals about who made it. */
  evidence: JsonObject
  deleteAfterMs: number | null
  /** Name of the rule that decides when it goes, e.g. `keep`. */
  deletionPolicy: string
  /** What Darkroom made this picture of, and how; absent for what the model made. The picture it names must be recorded before it. */
  madeOf?: { imageId: string; process: JsonObject }
}

/** Records the pictures of an attempt. Run it in the transaction that ends the attempt, with the objects they refer to. */
export function recordImages({ sql, nowMs }: StatementContext, images: readonly NewImage[]): Statement[] {
  if (images.length === 0) return []
  const rows: ImageRow[] = images.map((image) => ({
    id: image.id,
    generation_id: image.generationId,
    attempt_id: image.attemptId,
    project_id: image.projectId,
    idx: image.idx,
    is_preview: image.isPreview ? 1 : 0,
    sha256: image.sha256,
    width: image.width,
    height: image.height,
    format: image.format,
    bytes: image.bytes,
    storage: image.storage,
    evidence_json: JSON.stringify(image.evidence),
    created_at_ms: nowMs,
    delete_after_ms: image.deleteAfterMs,
    deletion_policy: image.deletionPolicy,
    deleted_at_ms: null,
    derived_from: image.madeOf?.imageId ?? null,
    process_json: image.madeOf ? JSON.stringify(image.madeOf.process) : null,
  }))
  return [{ query: sql.insertInto('images').values(rows) }]
}
